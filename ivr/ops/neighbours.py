"""Who may speak to the line and what holds for their calls: an IP address in, trust, country, number out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from ivr.ops.settings import Registration, Settings
from ivr.peer import Transport

__all__ = ["Neighbours"]


class Neighbours:
    """Trunks by the networks of the settings, and the registrars that the line is registered with.

    ``registrations_at`` is set to what finds the registrations by their registrar's IP address.
    """

    def __init__(self, settings: Settings) -> None:
        self._known = lru_cache(maxsize=4096)(settings.knows)
        self._trunk = lru_cache(maxsize=4096)(settings.trunk)
        self._registrations = {entry.name: entry for entry in settings.registrations}
        self.registrations_at: Callable[[str], Sequence[str]] = lambda host: ()

    def knows(self, host: str, transport: Transport) -> bool:
        """Whether anybody at this address may speak to the line; a registrar of ours by any transport."""
        return self._known(host, transport) or bool(self.registrations_at(host))

    def calls_per_second(self, host: str) -> int | None:
        """How many new calls a neighbour at this address may bring; None where there is none."""
        trunk = self._trunk(host)
        allowed = [entry.calls_per_second for entry in self._at(host)]
        return max(allowed + ([] if trunk is None else [trunk.calls_per_second]), default=None)

    def takes_silence(self, host: str) -> bool:
        """Whether calls from this address are sent silence while nothing is said."""
        trunk = self._trunk(host)
        return trunk is None or trunk.silence == "sent"

    def number(self, host: str, user: str) -> str | None:
        """Which of the line's numbers a registrar means by a user; None where we are not that user."""
        return next((entry.dialled for entry in self._at(host) if entry.user == user), None)

    def trusted_country(self, host: str, dialled: str) -> str | None:
        """How a neighbour writes numbers (``CZ``) that is believed about who calls this one; None for others.

        Where several registrations lead to one registrar, all of them have to be trusted.
        """
        entries = self._at(host)
        if entries and all(entry.trust.holds(dialled, entry.country) for entry in entries):
            return entries[0].country
        trunk = self._trunk(host)
        believed = trunk is not None and trunk.trust.holds(dialled, trunk.country)
        return trunk.country if trunk is not None and believed else None

    def _at(self, host: str) -> list[Registration]:
        return [self._registrations[name] for name in self.registrations_at(host)]
