"""Who asks too much: requests and failed proofs by source in, whether it is served out.

A source is an IPv4 address, or the 64 bits of an IPv6 address that one customer holds all of. Two tables of
``MOST`` sources each are all that is kept; the one not heard of for longest is forgotten first.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address
from typing import TypeVar

__all__ = ["FORGIVEN_AFTER", "FREE_FAILURES", "MOST", "Rates", "Sources"]

MOST = 20_000
FREE_FAILURES = 5  # a mistyped password, tried by a phone and again by its owner
FORGIVEN_AFTER = 600.0  # seconds after which one failure less is held against a source
_FIRST_LOCK, _LONGEST_LOCK = 10.0, 3600.0  # seconds; each failure doubles the last
_AT_ONCE = 2.0  # seconds' worth of requests that may come together

_K = TypeVar("_K")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Rates:
    """New requests a second that one source may send in the long run, and twice as many at once.

    ``trunk``: a neighbour known by its address. Its calls need no proof, and it is never shut out as a whole.
    """

    invites: float
    registers: float
    trunk: bool = False


@dataclass(slots=True)
class _Bucket:
    """What is left of a source's requests at a time."""

    left: float
    at: float


@dataclass(slots=True)
class _Failures:
    """Wrong passwords of a source: how many are held against it, since when, until when it is locked out."""

    count: float
    at: float
    until: float


class Sources:
    """All sources that have asked for something of late."""

    def __init__(self, rates: Callable[[str], Rates]) -> None:
        """``rates`` gives what a host may do."""
        self._rates = rates
        self._buckets: OrderedDict[tuple[str, str], _Bucket] = OrderedDict()
        self._failures: OrderedDict[str, _Failures] = OrderedDict()

    def is_trunk(self, host: str) -> bool:
        """Whether a neighbour that the settings name sends from there."""
        return self._rates(host).trunk

    def wait(self, host: str, method: str, now: float) -> float:
        """Count an INVITE or a REGISTER; 0 where it is served, else the seconds until the next would be."""
        rates = self._rates(host)
        rate = rates.registers if method == "REGISTER" else rates.invites
        most = max(rate * _AT_ONCE, 1.0)
        bucket = _kept(self._buckets, (_network(host), method), _Bucket(most, now))
        bucket.left = min(most, bucket.left + (now - bucket.at) * rate)
        bucket.at = now
        if bucket.left < 1.0:
            return (1.0 - bucket.left) / rate
        bucket.left -= 1.0
        return 0.0

    def failed(self, host: str, now: float) -> None:
        """A wrong password came, on a nonce that we gave to this host: nobody else can have it locked out."""
        known = _kept(self._failures, _network(host), _Failures(0.0, now, now))
        known.count = max(0.0, known.count - (now - known.at) / FORGIVEN_AFTER) + 1.0
        known.at = now
        beyond = math.ceil(known.count) - FREE_FAILURES
        if beyond > 0:
            known.until = now + min(_FIRST_LOCK * 2.0 ** min(beyond - 1, 20), _LONGEST_LOCK)

    def locked(self, host: str, now: float) -> bool:
        """Whether nothing is heard from there for now: too many wrong passwords."""
        if not self._failures:
            return False
        known = self._failures.get(_network(host))
        return known is not None and now < known.until


def _kept(table: OrderedDict[_K, _T], key: _K, new: _T) -> _T:
    """The entry of a key, a new one where there is none, now the last to be forgotten."""
    entry = table.get(key)
    if entry is None:
        entry = table[key] = new
        if len(table) > MOST:
            table.popitem(last=False)
    else:
        table.move_to_end(key)
    return entry


@lru_cache(maxsize=4096)
def _network(host: str) -> str:
    if ":" not in host:
        return host
    address = IPv6Address(host.partition("%")[0])
    mapped = address.ipv4_mapped
    return str(mapped) if mapped else address.packed[:8].hex()
