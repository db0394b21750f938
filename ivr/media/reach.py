"""Where a call's packets go and may come from, as text, comes in; the keys that stand for it go out."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from .addresses import NOWHERE, Family, family_of, plain_address
from .wire import Ipv6

__all__ = ["Reach", "Reaches"]

_PRIVATE = [
    ipaddress.IPv4Network(net)
    for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16")
]


@dataclass(frozen=True, slots=True)
class Reach:
    """One agreement's addresses: host numbers of 32 bits and keys ``number << 16 | port``, 0 for unknown.

    ``roams`` where packets will come from a port that nobody has told us.
    """

    family: Family
    remote: int
    signalling: int
    roams: bool

    @property
    def host(self) -> int:
        """The number of the host that packets are agreed to come from."""
        return self.remote >> 16


class Reaches:
    """Turns addresses into numbers, and holds those of IPv6 in their book as long as a call needs them."""

    def __init__(self, ipv4: bool, ipv6: Ipv6 | None) -> None:
        self._book = ipv6.book if ipv6 is not None else None
        has: list[tuple[Family, bool]] = [(4, ipv4), (6, ipv6 is not None)]
        self.families: tuple[Family, ...] = tuple(family for family, present in has if present)

    def reach(
        self, remote: tuple[str, int] | None, signalling_ip: str | None, family: Family | None = None
    ) -> Reach:
        """The numbers of an agreed address (None: not known yet) and of where the SIP came from.

        Without ``family`` it is that of the agreed address, else that of the signalling where we have it.
        Signalling in the other family, or from what is no address, tells nothing of the media.
        """
        signalling = plain_address(signalling_ip) if signalling_ip else None
        if family is None:
            told = remote[0] if remote is not None and remote[0] not in NOWHERE else signalling
            family = family_of(told) if told is not None else self.families[0]
            if told is signalling and family not in self.families:
                family = self.families[0]
        if signalling is not None and family_of(signalling) != family:
            signalling = None
        if remote is None:
            return Reach(family, 0, self._hold(family, signalling), True)
        host = _with_zone(remote[0], signalling)
        key = self._hold(family, host) << 16 | remote[1]
        return Reach(family, key, self._hold(family, signalling), _behind_nat(host, signalling))

    def forget(self, reach: Reach) -> None:
        """Let go of the numbers: nothing is sent to them and nothing waited for from them any more."""
        if reach.family == 6 and self._book is not None:
            self._book.release(reach.host)
            self._book.release(reach.signalling)

    def _hold(self, family: Family, host: str | None) -> int:
        if host is None or host in NOWHERE:
            return 0
        if family == 4:
            return int(ipaddress.IPv4Address(host))
        if self._book is None:
            raise ValueError(f"no media over IPv6 here, so none to {host}")
        return self._book.hold(host)


def _with_zone(host: str, signalling: str | None) -> str:
    """A link-local address in the zone that its owner's signalling came from; SDP cannot name it."""
    _, zoned, zone = (signalling or "").partition("%")
    link_local = zoned and "%" not in host and ipaddress.ip_address(host).is_link_local
    return f"{host}%{zone}" if link_local else host


def _behind_nat(host: str, signalling: str | None) -> bool:
    """Whether a caller names a private address while its signalling comes from a public one (IPv4 only)."""
    if signalling is None or host == signalling or family_of(host) == 6:
        return False
    return _is_private(host) and not _is_private(signalling)


def _is_private(host: str) -> bool:
    address = ipaddress.IPv4Address(host)
    return any(address in net for net in _PRIVATE)
