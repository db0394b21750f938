"""Hosts as text come in, the address family they belong to goes out."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import Literal

__all__ = ["NOWHERE", "Family", "family_of", "plain_address"]

Family = Literal[4, 6]
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}")
NOWHERE = ("0.0.0.0", "::")
"""Hosts nothing can be sent to: the hold of RFC 2543, which RFC 3264 section 8.4 still asks us to know."""


def family_of(host: str) -> Family:
    """Which kind of address a host is written as."""
    return 6 if ":" in host else 4


def plain_address(host: str) -> str | None:
    """A host in its shortest spelling, None if it is no address.

    One that only maps IPv4 becomes that IPv4 address (RFC 3266 section 5); a zone stays (RFC 4007).
    """
    return host if _IPV4.fullmatch(host) else _shortest(host)


@lru_cache(maxsize=256)
def _shortest(host: str) -> str | None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)
