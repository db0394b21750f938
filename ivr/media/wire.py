"""What the plane asks of a socket, so that it needs none itself: headers and addresses out, rows in."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Book", "Ipv6", "Received", "Round", "Wire"]


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
        """Where each came from as ``host number << 16 | port``, shape (n,)."""

    @property
    def times(self) -> NDArray[np.float64]:
        """When the system took each in, in seconds UTC, shape (n,)."""

    @property
    def more(self) -> bool:
        """Whether the batch was full, so that more may be waiting."""


class Round(Protocol):
    """n datagrams that leave together again and again: addressed once, of which a few octets change."""

    @property
    def headers(self) -> NDArray[np.uint8]:
        """Twelve octets of each, shape (n, 12), to be written before ``send``."""

    @property
    def payloads(self) -> NDArray[np.uint64]:
        """Where in memory the rest of each lies, shape (n,), to be written before ``send``."""

    def send(self) -> int:
        """Send them as they stand; as ``Wire.send``."""


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

        Destinations are ``host number << 16 | port``; an IPv4 address is its own number, an IPv6 one has the
        number that its book gave. Never blocks, never raises for a peer; returns how many of the
        n the system took.
        """

    def round(self, lengths: NDArray[np.uint64], destinations: NDArray[np.uint64]) -> Round:
        """Lay out n datagrams that will leave more than once; what they are given holds for all times."""

    def receive(self) -> Received | None:
        """What has come in since, at most one batch; None if nothing."""

    def thin_out(self, speech: Collection[int], hosts: Collection[int], ports: Collection[int]) -> bool:
        """Take in no packets of these payload types from now on, or of no types: all again.

        Those with the marker bit come nevertheless, those whose sequence number divides by 64, and those from
        ``hosts`` (numbers as in ``send``) and from source ``ports``. False where the system cannot: all come.
        """

    def close(self) -> None:
        """Give the port back."""


class Book(Protocol):
    """Numbers of 32 bits for IPv6 addresses, known to the wires that were made with the book."""

    def hold(self, host: str) -> int:
        """The number of an address until it is released as often; 0 for ``::``. ValueError for no address."""

    def release(self, number: int) -> None:
        """Let go of a number once; 0 is nobody's."""


@dataclass(frozen=True, slots=True)
class Ipv6:
    """What the plane needs for media over IPv6: sockets by port, and the book they share."""

    open_wire: Callable[[int], Wire]
    book: Book
