"""Who is calling, and whom: what an INVITE claims in, the numbers that hold out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ivr.peer import Peer
from ivr.phone import to_e164
from ivr.sip.events import Invited

__all__ = ["Callers"]


class Callers:
    """Only a trusted trunk or a registered phone is believed about who calls (RFC 3325 section 5)."""

    def __init__(
        self,
        trusted_country: Callable[[str, str], str | None],
        phone_numbers: Mapping[str, str],
        user_at: Callable[[Peer, float], str | None],
        registered_number: Callable[[str, str], str | None] = lambda host, user: None,
    ) -> None:
        """Say whom to believe.

        ``trusted_country``: for an IP address and a number called from there, how the trunk writes numbers
        (``CZ``) where it is trusted for calls to this number (CS-09), or None;
        ``phone_numbers``: each phone's E.164 number by user; ``user_at``: who has registered from an address;
        ``registered_number``: for the IP address of a registrar of ours and the user it calls, which of our
        numbers is meant, or None where we are not that user there.
        """
        self._trusted_country, self._phone_numbers, self._user_at = trusted_country, phone_numbers, user_at
        self._registered_number = registered_number

    def dialled(self, invited: Invited) -> str:
        """The number that was called; a registrar of ours calls the user that we are there."""
        user = invited.called.user
        return self._registered_number(invited.source.host, user) or user

    def number(self, invited: Invited, dialled: str, now: float) -> str | None:
        """The caller's number in E.164 or the trunk's own short form; None when nobody vouches for it.

        A trusted trunk that asserts who calls does not vouch for From, which is the caller's own word.
        """
        if invited.private:
            return None
        user = invited.user or self._user_at(invited.source, now)
        if user is not None:
            return self._phone_numbers.get(user)
        country = self._trusted_country(invited.source.host, dialled)
        if country is None:
            return None
        for claim in invited.asserted or (invited.from_,):
            number = to_e164(claim.uri.user, country)
            if number is not None:
                return number
            if re.fullmatch(r"[0-9]{2,8}", claim.uri.user):
                return claim.uri.user
        return None
