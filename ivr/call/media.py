"""One call's media: what the caller describes in, our description and the agreement out (RFC 3264)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ivr.media import sdp
from ivr.media.addresses import NOWHERE, family_of
from ivr.media.events import Statistics, Stream
from ivr.media.shards import AnyPlane
from ivr.peer import Peer

__all__ = ["CallMedia"]


@dataclass(slots=True)
class CallMedia:
    """A stream of the plane and the offers and answers about it.

    ``session_id`` is the number of our o= line (RFC 8866 section 5.2); ``host`` is our address as the caller
    reaches it, ``signalling`` the caller's as SIP sees it, for phones behind NAT. ``theirs`` is what the
    caller's side has described last, None until an answer to our own offer comes.
    """

    plane: AnyPlane
    stream: Stream
    session_id: int
    theirs: sdp.Description | None
    signalling: str
    _host: str = field(default="", init=False)
    _version: int = field(default=0, init=False)
    _ours: bytes = field(default=b"", init=False)
    _offering: bool = field(default=False, init=False)
    _early: bool = field(default=False, init=False)
    _far: Peer | None = field(default=None, init=False)

    @classmethod
    def open(
        cls, plane: AnyPlane, session_id: int, offered: bytes | None, signalling: str, silence: bool = True
    ) -> CallMedia:
        """Take a stream for a call that is not answered yet: nothing is sent and nobody waited for.

        With ``silence`` packets of it will be sent while nothing is said, without it none.
        SdpError for an offer that makes no sense, NoUsableCodec for one we cannot speak on, NoPortFree.
        """
        if offered is None and family_of(signalling) not in plane.families:
            raise sdp.NoUsableCodec(301, "there is no media at an address of this kind here")
        theirs = None if offered is None else sdp.read_offer(offered, plane.families)
        agreed = None if theirs is None else replace(theirs.agreed, send=False, receive=False)
        return cls(plane, plane.open(agreed, signalling, silence), session_id, theirs, signalling)

    def faces(self, source: Peer) -> Peer:
        """Who is told our media address: where the SIP came from, or the media in another family."""
        if family_of(source.host) == self.stream.family:
            return source
        if self.theirs is not None and self.theirs.agreed.remote[0] not in NOWHERE:
            self._far = Peer(*self.theirs.agreed.remote)
        return self._far or source

    @property
    def codec(self) -> str:
        """What is spoken, empty until an answer to our own offer says so."""
        return self.theirs.agreed.codec if self.theirs is not None else ""

    @property
    def takes_events(self) -> bool:
        """Whether keys may come by telephone-event, as agreed now."""
        return self.theirs is not None and self.theirs.agreed.event_type is not None

    def answered(self, host: str) -> bytes:
        """The body of the 200: the answer to the offer, from which the stream flows, or an offer of ours."""
        return self._offered(host) if self.theirs is None else self._accepted(self.theirs, host)

    def early(self, host: str) -> bytes:
        """The body of a 183, as ``answered`` gives it. Until ``picked_up`` the caller may be silent."""
        self._early = True
        return self.answered(host)

    def picked_up(self) -> None:
        """The call is answered, on what was agreed before."""
        self._early = False
        if self.theirs is not None:
            self._take_on(self.theirs)

    def change(self, offered: bytes | None, host: str, signalling: str) -> bytes:
        """The body of a re-INVITE's 200: hold, resume, another address or codec. SdpError changes nothing."""
        if offered is None:
            return self._offered(host)
        theirs = sdp.read_offer(offered, (self.stream.family,), self.theirs)
        self.signalling = signalling
        return self._accepted(theirs, host)

    def confirmed(self, answer: bytes | None) -> None:
        """Take the ACK's body, which counts where we had offered. SdpError if it brings no usable answer."""
        if not self._offering:
            return
        if answer is None:
            raise sdp.SdpError("the ACK brings no answer to our offer")
        theirs = sdp.read_answer(answer, (self.stream.family,), self.theirs)
        self._offering = False
        self._take_on(theirs)

    def reanswered(self, answer: bytes) -> None:
        """Take the answer to a re-INVITE of ours. SdpError if it is none that can be used.

        What says the same in other words leaves the stream alone, and so does any answer to an offer without
        sound: the caller's side has taken that away, and it alone can bring it back.
        """
        if self.theirs is not None and self.theirs.chosen is None:
            return
        theirs = sdp.read_answer(answer, (self.stream.family,), self.theirs)
        if self.theirs is None or theirs.agreed != self.theirs.agreed:
            self._take_on(theirs)

    def close(self) -> Statistics:
        """Give the stream back."""
        return self.plane.close(self.stream)

    def _take_on(self, theirs: sdp.Description) -> None:
        """Let the stream flow; a caller of whom nothing is received is not waited for either."""
        self.theirs, agreed = theirs, theirs.agreed
        flows = replace(agreed, receive=False) if self._early else agreed
        self.plane.redirect(self.stream, flows, self.signalling)

    def _offered(self, host: str) -> bytes:
        self._offering = True
        return self._described(host, lambda origin: sdp.offer(host, self.stream.port, origin, self.theirs))

    def _accepted(self, theirs: sdp.Description, host: str) -> bytes:
        self._offering = False
        self._take_on(theirs)
        return self._described(host, lambda origin: sdp.answer(theirs, host, self.stream.port, origin))

    def _described(self, host: str, write: Callable[[sdp.Origin], str]) -> bytes:
        """Our description; its version grows by one where anything in it changes (RFC 3264 section 8)."""
        self._host = self._host or host
        if not self._ours or write(self._origin).encode() != self._ours:
            self._version += 1
            self._ours = write(self._origin).encode()
        return self._ours

    @property
    def _origin(self) -> sdp.Origin:
        return sdp.Origin(self.session_id, self._version, self._host)
