"""What the plane asks of a socket, so that it needs none itself: headers and addresses out, rows in."""

from __future__ import annotations

import ipaddress
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Received", "Wire", "address_key", "key_address"]


class Received(Protocol):
    """A batch of datagrams; the arrays hold until the next ``receive``."""

    @property
    def data(self) -> NDArray[np.uint8]:
        """One datagram a row, shape (n, size); what lies behind its length is left over from before."""

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Octets of each datagram, shape (n,), at most ``size``."""

    @property
    def sources(self) -> NDArray[np.uint64]:
        """Where each came from as ``ip << 16 | port``, shape (n,)."""

    @property
    def more(self) -> bool:
        """Whether the batch was full, so that more may be waiting."""


class Wire(Protocol):
    """One UDP socket of ours."""

    @property
    def port(self) -> int:
        """The local port, as SDP names it."""

    def send(
        self,
        headers: NDArray[np.void],
        payloads: NDArray[np.uint64],
        lengths: NDArray[np.uint64],
        destinations: NDArray[np.uint64],
    ) -> int:
        """Send n datagrams, each a 12-octet header and the payload that lies at an address in memory.

        Destinations are ``ip << 16 | port``. Never blocks, never raises for a peer; returns how many of the
        n the system took.
        """

    def receive(self) -> Received | None:
        """What has come in since, at most one batch; None if nothing."""

    def close(self) -> None:
        """Give the port back."""


def address_key(host: str, port: int) -> int:
    """An IPv4 address and port as one number; ValueError if the host is no IPv4 address."""
    return int(ipaddress.IPv4Address(host)) << 16 | port


def key_address(key: int) -> tuple[str, int]:
    """The address and port of a key."""
    return str(ipaddress.IPv4Address(key >> 16)), key & 0xFFFF
