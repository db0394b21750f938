"""Verbs for calls come in, each reaches the plane that its call lives in: several planes behind one face."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from .addresses import Family
from .clip import Clip
from .events import Statistics, Stream
from .plane import Plane
from .ports import NoPortFree
from .sdp import Agreed

__all__ = ["AnyPlane", "Shards"]


class Shards:
    """Planes that share nothing, each with a thread and ports of its own; verbs come from one thread.

    What the verbs do and raise stands at ``Plane``.
    """

    def __init__(self, planes: Sequence[Plane]) -> None:
        """One or more, of the same address families; whoever ticks them does so one by one."""
        self.planes = tuple(planes)
        self._home: dict[Stream, Plane] = {}

    def open(
        self, agreed: Agreed | None = None, signalling_ip: str | None = None, silence: bool = True
    ) -> Stream:
        """Begin a stream in the plane that has the fewest and a port for it. NoPortFree if none has."""
        refused = NoPortFree("there is no media plane")
        for plane in sorted(self.planes, key=lambda plane: plane.streams):
            try:
                stream = plane.open(agreed, signalling_ip, silence)
            except NoPortFree as error:
                refused = error
                continue
            self._home[stream] = plane
            return stream
        raise refused

    def redirect(self, stream: Stream, agreed: Agreed, signalling_ip: str | None = None) -> None:
        """Take on a new agreement."""
        if stream in self._home:
            self._home[stream].redirect(stream, agreed, signalling_ip)

    def play(
        self, stream: Stream, clips: Sequence[Clip], mark: object = None, interruptible: bool = True
    ) -> None:
        """Say clips after whatever is still being said."""
        if stream in self._home:
            self._home[stream].play(stream, clips, mark, interruptible)

    def stop(self, stream: Stream) -> None:
        """Fall silent now and forget what is queued."""
        if stream in self._home:
            self._home[stream].stop(stream)

    def told_by_info(self, stream: Stream, digit: str) -> None:
        """A key of this stream has come by SIP INFO."""
        if stream in self._home:
            self._home[stream].told_by_info(stream, digit)

    def close(self, stream: Stream) -> Statistics:
        """End a stream; harmless twice."""
        plane = self._home.pop(stream, None)
        return plane.close(stream) if plane is not None else Statistics(0, 0, 0)

    def statistics(self, stream: Stream) -> Statistics:
        """Packets so far; zeros after ``close``."""
        plane = self._home.get(stream)
        return plane.statistics(stream) if plane is not None else Statistics(0, 0, 0)

    def idle_seconds(self, stream: Stream, now: float) -> float:
        """Seconds since the caller was last heard."""
        plane = self._home.get(stream)
        return plane.idle_seconds(stream, now) if plane is not None else 0.0

    @property
    def families(self) -> tuple[Family, ...]:
        """The kinds of address that streams may be opened to."""
        return self.planes[0].families

    @property
    def streams(self) -> int:
        """How many are open in all planes."""
        return len(self._home)

    @property
    def counts(self) -> dict[str, int]:
        """Packets dropped so far by all planes."""
        total: Counter[str] = Counter()
        for plane in self.planes:
            total.update(plane.counts)
        return dict(total)

    @property
    def packets(self) -> tuple[int, int]:
        """RTP packets of the open streams of all planes: sent, and received."""
        pairs = [plane.packets for plane in self.planes]
        return sum(sent for sent, _ in pairs), sum(received for _, received in pairs)

    def shutdown(self) -> None:
        """Close the sockets; only after the ticks of all planes have ended."""
        self._home.clear()
        for plane in self.planes:
            plane.shutdown()


AnyPlane = Plane | Shards
"""What a call needs: one plane, or several behind its face."""
