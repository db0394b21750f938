"""Settings in, who is let in out: the phones' registrar, and the guard before calls and registrations."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from ivr.ops.settings import Settings
from ivr.sip.digest import Authenticator
from ivr.sip.guard import Guard
from ivr.sip.registration import Registrar
from ivr.sip.sources import Rates, Sources

__all__ = ["open_entrance"]


def open_entrance(
    settings: Settings,
    calls_per_second: Callable[[str], int | None],
    overloaded: Callable[[float], bool] = lambda now: False,
) -> tuple[Registrar, Guard]:
    """Both share the phones' passwords, and what is known of each source.

    ``calls_per_second``: what a neighbour at an IP address may bring, None where there is none;
    ``overloaded``, given the time, whether new calls are too much for now.
    """

    def rates(host: str) -> Rates:
        of_neighbour = calls_per_second(host)
        invites = settings.sip.invites_per_second if of_neighbour is None else of_neighbour
        return Rates(invites, settings.sip.registers_per_second, of_neighbour is not None)

    sources = Sources(rates)
    passwords = {phone.user: phone.password.get_secret_value() for phone in settings.phones}
    authenticator = Authenticator(
        settings.sip.realm, secrets.token_bytes(32), passwords, settings.sip.digests, sources.failed
    )
    registrar = Registrar(authenticator)
    retry_after = settings.sip.retry_after
    return registrar, Guard(sources, authenticator, registrar.user_at, retry_after, overloaded)
