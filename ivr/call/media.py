"""One call's media: what the caller describes in, our description and the agreement out (RFC 3264)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ivr.media import sdp
from ivr.media.events import Statistics, Stream
from ivr.media.plane import Plane

__all__ = ["CallMedia"]


@dataclass(slots=True)
class CallMedia:
    """A stream of the plane and the offers and answers about it.

    ``session_id`` is the number of our o= line (RFC 8866 section 5.2); ``host`` is our address as the caller
    reaches it, ``signalling`` the caller's as SIP sees it, for phones behind NAT.
    """

    plane: Plane
    stream: Stream
    session_id: int
    offer: sdp.Offer | None
    signalling: str
    _version: int = field(default=0, init=False)
    _offering: bool = field(default=False, init=False)
    _agreed: sdp.Agreed | None = field(default=None, init=False)
    _early: bool = field(default=False, init=False)

    @classmethod
    def open(cls, plane: Plane, session_id: int, offered: bytes | None, signalling: str) -> CallMedia:
        """Take a stream for a call that is not answered yet: nothing is sent and nobody waited for.

        SdpError for an offer that makes no sense, NoUsableCodec for one we cannot speak on, NoPortFree.
        """
        offer = None if offered is None else sdp.read_offer(offered)
        agreed = None if offer is None else replace(offer.agreed, send=False, receive=False)
        return cls(plane, plane.open(agreed, signalling), session_id, offer, signalling)

    @property
    def codec(self) -> str:
        """What is spoken, empty until an answer to our own offer says so."""
        return self.offer.agreed.codec if self.offer is not None else ""

    def answered(self, host: str) -> bytes:
        """The body of the 200: the answer to the offer, from which the stream flows, or an offer of ours."""
        if self.offer is None:
            return self._offered(host)
        return self._accepted(self.offer, host)

    def early(self, host: str) -> bytes:
        """The body of a 183, as ``answered`` gives it. Until ``picked_up`` the caller may be silent."""
        self._early = True
        return self.answered(host)

    def picked_up(self) -> None:
        """The call is answered, on what was agreed before."""
        self._early = False
        if self._agreed is not None:
            self._take_on(self._agreed)

    def change(self, offered: bytes | None, host: str, signalling: str) -> bytes:
        """The body of a re-INVITE's 200: hold, resume, another address or codec. SdpError changes nothing."""
        if offered is None:
            return self._offered(host)
        offer = sdp.read_offer(offered)
        self.signalling = signalling
        return self._accepted(offer, host)

    def confirmed(self, answer: bytes | None) -> None:
        """Take the ACK's body, which counts where we had offered. SdpError if it brings no usable answer."""
        if not self._offering:
            return
        if answer is None:
            raise sdp.SdpError("the ACK brings no answer to our offer")
        agreed = sdp.read_answer(answer)
        self._offering = False
        self._take_on(agreed)

    def close(self) -> Statistics:
        """Give the stream back."""
        return self.plane.close(self.stream)

    def _take_on(self, agreed: sdp.Agreed) -> None:
        """Let the stream flow; a caller of whom nothing is received is not waited for either."""
        self._agreed = agreed
        flows = replace(agreed, receive=False) if self._early else agreed
        self.plane.redirect(self.stream, flows, self.signalling)

    def _offered(self, host: str) -> bytes:
        self._version += 1
        self._offering = True
        return sdp.offer(host, self.stream.port, self.session_id, self._version).encode()

    def _accepted(self, offer: sdp.Offer, host: str) -> bytes:
        self._version += 1
        self.offer, self._offering = offer, False
        self._take_on(offer.agreed)
        return sdp.answer(offer, host, self.stream.port, self.session_id, self._version).encode()
