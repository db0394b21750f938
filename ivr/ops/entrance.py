"""Settings in, who is let in out: the phones' registrar, and the guard before calls and registrations."""

from __future__ import annotations

import secrets
from functools import lru_cache

from ivr.ops.settings import Settings
from ivr.sip.digest import Authenticator
from ivr.sip.guard import Guard
from ivr.sip.registration import Registrar
from ivr.sip.sources import Rates, Sources

__all__ = ["open_entrance"]


def open_entrance(settings: Settings) -> tuple[Registrar, Guard]:
    """Both share the phones' passwords, and what is known of each source."""

    @lru_cache(maxsize=4096)
    def rates(host: str) -> Rates:
        trunk = settings.trunk(host)
        invites = settings.sip.invites_per_second if trunk is None else trunk.calls_per_second
        return Rates(invites, settings.sip.registers_per_second, trunk is not None)

    sources = Sources(rates)
    passwords = {phone.user: phone.password.get_secret_value() for phone in settings.phones}
    authenticator = Authenticator(
        settings.sip.realm, secrets.token_bytes(32), passwords, settings.sip.digests, sources.failed
    )
    registrar = Registrar(authenticator)
    return registrar, Guard(sources, authenticator, registrar.user_at, settings.sip.retry_after)
