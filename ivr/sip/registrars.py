"""All registrars we register with: registrations and look-ups in, REGISTER requests and events out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from ivr.peer import Peer, Target
from ivr.sip.bindings import Registration
from ivr.sip.events import Registered, RegistrationEvent
from ivr.sip.layer import TransactionLayer
from ivr.sip.registering import Registering
from ivr.sip.requests import Requests
from ivr.sip.timers import Alarms, Timer
from ivr.sip.transport import next_hop

__all__ = ["Registrars"]

_KEEP_ALIVE = b"\r\n\r\n"


class Registrars:
    """Our registrations by name, and where each registrar is."""

    def __init__(
        self,
        requests: Requests,
        layer: TransactionLayer,
        alarms: Alarms,
        new_token: Callable[[], str],
        contact: Callable[[Peer], str],
        tell: Callable[[RegistrationEvent], None],
        learned: dict[str, tuple[str, str]],
    ) -> None:
        """``contact`` gives our host:port as a peer reaches it; ``tell`` hears of every change.

        ``learned`` gets the user and password of each realm that has taken them.
        """
        self._requests, self._layer, self._alarms = requests, layer, alarms
        self._new_token, self._contact, self._tell = new_token, contact, tell
        self._learned = learned
        self._entries: dict[str, Registering] = {}
        self._hosts: dict[str, set[str]] = {}  # registration to the addresses of its registrar
        self._names: dict[str, tuple[str, ...]] = {}  # and back
        self.credentials: dict[
            str, tuple[str, str]
        ] = {}  # realm to user and password, of those that took them

    @property
    def live(self) -> int:
        """How many bindings stand or are being asked for."""
        return sum(entry.live for entry in self._entries.values())

    def register(self, registration: Registration, now: float) -> None:
        """Register, and keep it up until ``leave``."""
        entry = Registering(
            registration,
            self._requests,
            self._alarms,
            self._new_token,
            partial(self._reached_at, registration.name),
            self._heard,
        )
        self._entries[registration.name] = entry
        entry.start(now)

    def leave(self, now: float) -> None:
        """Remove every binding of ours; ``Unregistered`` tells of each."""
        for entry in self._entries.values():
            entry.leave(now)

    def at(self, host: str) -> tuple[str, ...]:
        """The names of the registrations whose registrar has this IP address: calls come from there."""
        return self._names.get(host, ())

    def found(self, target: Target, peers: Sequence[Peer]) -> None:
        """Hear what a look-up gave: each of the addresses is the registrar, whichever took the REGISTER."""
        for name, entry in self._entries.items():
            if peers and next_hop(entry.hop) == target:
                self._place(name, {peer.host for peer in peers})

    def ring(self, entry: Registering, timer: Timer, now: float) -> None:
        """Take a timer of a registration's."""
        if timer is not Timer.KEEP_ALIVE:
            entry.ring(timer, now)
            return
        if entry.peer is not None:
            self._layer.send(_KEEP_ALIVE, entry.peer)
        self._alarms.set(entry, Timer.KEEP_ALIVE, now + entry.registration.keep_alive)

    def _reached_at(self, name: str, peer: Peer) -> str:
        """Our host:port for the peer a REGISTER goes to: what comes from there is no stranger's."""
        self._place(name, self._hosts.get(name, set()) | {peer.host})
        return self._contact(peer)

    def _place(self, name: str, hosts: set[str]) -> None:
        if self._hosts.get(name) == hosts:
            return
        self._hosts[name] = hosts
        every = {host for known in self._hosts.values() for host in known}
        self._names = {host: tuple(n for n, known in self._hosts.items() if host in known) for host in every}

    def _heard(self, event: RegistrationEvent) -> None:
        if isinstance(event, Registered):
            entry = self._entries[event.registration]
            known = entry.registration.auth_user, entry.registration.password
            self._learned |= dict.fromkeys(entry.proofs.realms, known)
        self._tell(event)
