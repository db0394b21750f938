"""Bytes from the network in, nothing out: each reader as a stranger meets it. Refusals are no finds."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from ivr.media import rtp, sdp
from ivr.media.telephone_event import EventReceiver
from ivr.peer import Peer
from ivr.sip.agent import UserAgent
from ivr.sip.digest import Authenticator
from ivr.sip.dtmf_info import read_key
from ivr.sip.events import Confirmed, Invited, Reanswered, Reinvited, TransferReported
from ivr.sip.registration import Registrar

__all__ = ["READERS"]

_SOURCE = Peer("192.0.2.7", 5060)
_BETWEEN = b"\n--\n"
_OFFER = b"v=0\r\n"
_LIFE = 4000.0  # seconds: longer than any timer or registration


def read_sip(data: bytes) -> None:
    """Messages, a line of two dashes between them, at a fresh user agent; nothing of them may stay for ever.

    Calls are answered, transferred and asked for a change of theirs, so that answers to requests of ours
    mean something. Our tags and branches are the same in every run.
    """
    tags = iter(f"{number:016x}" for number in range(10_000))
    registrar = Registrar(Authenticator("line", b"secret", {"777123456": "demo"}))
    agent = UserAgent(
        lambda peer: "192.0.2.1:5060",
        lambda: next(tags),
        registrar=registrar,
        credentials={"pbx": ("line", "demo")},
    )
    now, legs = 0.0, set[str]()
    for message in data.split(_BETWEEN):
        agent.receive_datagram(message, _SOURCE, now)
        now += 0.1
        legs |= _act(agent, now)
    for leg in legs:
        agent.hang_up(leg, now)
    while (at := agent.next_timeout()) is not None and now < _LIFE:
        now = max(at, now)
        agent.handle_timeout(now)
        _act(agent, now)
    if agent.legs or agent.transactions:
        raise AssertionError(f"{agent.legs} legs and {agent.transactions} transactions stayed")


def _act(agent: UserAgent, now: float) -> set[str]:
    """Do what a hall would with all that has happened; no name is known. Gives the legs it heard of."""
    legs = set()
    while (event := agent.next_event()) is not None:
        legs.add(event.leg)
        match event:
            case Invited(leg) | Reinvited(leg):
                agent.ring(leg, now)
                agent.accept(leg, _OFFER, now)
                agent.refer(leg, "800", now)
            case Confirmed(leg):
                agent.reinvite(leg, _OFFER, now)
            case TransferReported(leg) | Reanswered(leg):
                agent.hang_up(leg, now)
            case _:
                pass
    for target in agent.targets_to_look_up():
        agent.found(target, (), now)
    agent.datagrams_to_send()
    return legs


def read_sdp(data: bytes) -> None:
    """An offer, answered where it can be, then our own offer in the same session, and an answer to it."""
    ours = sdp.Origin(1, 1, "192.0.2.1")
    before = None
    with contextlib.suppress(sdp.SdpError):
        before = sdp.read_offer(data)
    if before is not None:
        answered = sdp.answer(before, "192.0.2.1", 40000, ours)
        offered = sdp.offer("192.0.2.1", 40000, ours, before)
        if not answered.count("\r\nm=") == offered.count("\r\nm=") == len(before.lines):
            raise AssertionError("a media line lost or gained")
        if sdp.read_answer(offered, before=before).agreed.codec != before.agreed.codec:
            raise AssertionError("another codec than agreed")
    with contextlib.suppress(sdp.SdpError):
        sdp.read_answer(data, before=before)


def read_rtp(data: bytes) -> None:
    """One RTP packet; what can be read is packed again the same."""
    packet = rtp.parse(data)
    if packet is not None and rtp.parse(rtp.pack(packet)) != packet:
        raise AssertionError("a packet that does not survive being packed")


def read_dtmf(data: bytes) -> None:
    """Telephone events, four octets each behind four of timestamp and a length, and INFO bodies."""
    receiver = EventReceiver()
    for start in range(0, len(data) - 8, 9):
        timestamp, size = int.from_bytes(data[start : start + 4], "big"), data[start + 4] % 6
        key = receiver.receive(timestamp, data[start + 5 : start + 5 + size])
        if key is not None and key not in "0123456789*#ABCD":
            raise AssertionError(f"no telephone has the key {key!r}")
    for content_type in ("application/dtmf-relay", "application/dtmf"):
        key = read_key(content_type, data)
        if key is not None and key not in "0123456789*#ABCD":
            raise AssertionError(f"no telephone has the key {key!r}")


READERS: dict[str, Callable[[bytes], None]] = {
    "sip": read_sip,
    "sdp": read_sdp,
    "rtp": read_rtp,
    "dtmf": read_dtmf,
}
