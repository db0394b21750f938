"""From INVITE to the first ACK: answered, refused, withdrawn, with what gets lost on the way."""

from __future__ import annotations

import pytest
from phone import SDP, Phone
from wire import Wire

from ivr.sip.events import Cause, Confirmed, Invited

T1, GIVE_UP = 0.5, 32.0
RESENT = [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]


def invited(wire: Wire) -> Invited:
    event = wire.events[-1]
    assert isinstance(event, Invited)
    return event


def times(phone: Phone, status: int) -> list[float]:
    """When each response of this status came, in seconds from the first."""
    came = [m.at for m in phone.heard if m.status == status]
    return [at - came[0] for at in came]


def accept(wire: Wire) -> None:
    wire.do(wire.agent.accept, invited(wire).leg, SDP)


def test_an_invite_tells_the_hall_who_calls_whom(wire: Wire, phone: Phone) -> None:
    phone.invite(lines=[("P-Asserted-Identity", '"Jana" <sip:+420777123456@t>, <tel:+420777123456>')])
    event = invited(wire)
    assert (event.called.user, event.from_.uri.user, event.source) == ("4488", "777123456", phone.address)
    assert [who.uri.user for who in event.asserted] == ["+420777123456"] * 2
    assert (event.offer, event.private, event.call_id) == (SDP, False, phone.call_id)


@pytest.mark.parametrize(("privacy", "private"), [("id", True), ("user;id", True), ("none", False)])
def test_privacy_is_told(wire: Wire, phone: Phone, privacy: str, private: bool) -> None:
    phone.invite(lines=[("Privacy", privacy)])
    assert invited(wire).private is private


def test_the_200_has_what_a_dialog_needs(wire: Wire, phone: Phone) -> None:
    phone.invite()
    accept(wire)
    answer = phone.response("INVITE")
    assert (answer.status, answer.body, answer.header("Content-Type")) == (200, SDP, "application/sdp")
    assert answer.header("Contact") == "<sip:10.0.0.9:5060>"
    assert answer.tag == invited(wire).leg
    assert "INVITE" in answer.header("Allow")
    assert answer.header("From") == phone.from_
    phone.ack()


def test_a_repeated_invite_is_absorbed(wire: Wire, phone: Phone) -> None:
    phone.invite()
    phone.again()
    assert len(wire.of(Invited)) == 1
    assert phone.heard == []  # nothing was said yet, so there is nothing to say again


def test_a_repeated_invite_gets_the_180_again(wire: Wire, phone: Phone) -> None:
    phone.invite()
    wire.do(wire.agent.ring, invited(wire).leg)
    phone.again()
    assert phone.statuses() == [180, 180]
    assert phone.heard[0].tag == phone.heard[1].tag == invited(wire).leg
    assert phone.heard[0].header("Contact") == "<sip:10.0.0.9:5060>"


def test_a_repeated_invite_after_the_200_is_left_to_the_resending(wire: Wire, phone: Phone) -> None:
    """RFC 6026 section 8.5."""
    phone.invite()
    invite = phone.last
    accept(wire)
    phone.say(invite)
    assert phone.statuses() == [200]
    phone.ack()
    phone.say(invite)
    wire.advance(GIVE_UP / 2)
    assert phone.statuses() == [200]
    assert len(wire.of(Invited)) == 1


def test_the_200_is_resent_until_the_bye(wire: Wire, phone: Phone) -> None:
    """Section 13.3.1.4: T1, doubled to T2; after 64*T1 without an ACK a BYE."""
    phone.invite()
    accept(wire)
    wire.advance(GIVE_UP - 0.1)
    assert times(phone, 200) == pytest.approx(RESENT)
    assert phone.requests("BYE") == []
    wire.advance(0.1)
    assert len(phone.requests("BYE")) == 1
    assert wire.causes() == [Cause.NO_ACK]
    wire.advance(40)
    assert times(phone, 200) == pytest.approx(RESENT)
    assert wire.agent.legs == 0


def test_an_ack_stops_the_200(wire: Wire, phone: Phone) -> None:
    phone.invite()
    accept(wire)
    wire.advance(1)
    phone.ack()
    wire.advance(100)
    assert times(phone, 200) == pytest.approx([0, 0.5])
    assert wire.of(Confirmed) == [Confirmed(invited_leg(wire), None)]
    assert wire.agent.legs == 1


def invited_leg(wire: Wire) -> str:
    return str(wire.of(Invited)[0].leg)


def test_a_lost_ack_is_made_good_by_the_next(wire: Wire, phone: Phone) -> None:
    phone.invite()
    accept(wire)
    wire.fate = lambda data: () if data.startswith(b"ACK") else (0.0,)
    phone.ack()
    wire.fate = lambda data: (0.0,)
    wire.advance(0.5)
    assert phone.statuses() == [200, 200]
    phone.ack()
    phone.again()  # and a second one, for the second 200, changes nothing
    wire.advance(100)
    assert phone.statuses() == [200, 200]
    assert len(wire.of(Confirmed)) == 1


@pytest.mark.parametrize("wrong", ["tag", "call", "cseq", "from"])
def test_an_ack_of_something_else_does_not_stop_the_200(wire: Wire, phone: Phone, wrong: str) -> None:
    phone.invite()
    accept(wire)
    stranger = Phone(wire, ("10.0.0.2", 5060))
    stranger.call_id, stranger.from_, stranger.cseq = phone.call_id, phone.from_, 1
    tag = invited(wire).leg
    match wrong:
        case "tag":
            tag = "another"
        case "call":
            stranger.call_id = "another"
        case "cseq":
            stranger.cseq = 2
        case "from":
            stranger.from_ = "<sip:777123456@10.0.0.1>;tag=another"
    stranger.say(stranger.build("ACK", tag=tag, branch="z9hG4bKother"))
    wire.advance(1)
    assert len(phone.statuses()) == 2
    assert stranger.heard == []


def test_sdp_in_an_ack_is_the_answer_only_to_an_offer_of_ours(wire: Wire) -> None:
    offered, answered, silent = (Phone(wire, (f"10.0.0.{n}", 5060)) for n in (1, 2, 3))
    offered.invite()
    wire.do(wire.agent.accept, wire.events[-1].leg, SDP)  # type: ignore[union-attr]
    offered.ack(SDP)
    for phone, body in ((answered, SDP), (silent, b"")):
        phone.invite(b"")
        assert invited(wire).offer is None
        accept(wire)
        phone.ack(body)
    assert [event.answer for event in wire.of(Confirmed)] == [None, SDP, b""]


@pytest.mark.parametrize("status", [404, 488, 503])
def test_a_refusal_is_resent_until_its_ack(wire: Wire, phone: Phone, status: int) -> None:
    """Timer G, section 17.2.1."""
    phone.invite()
    leg = invited(wire).leg
    wire.do(wire.agent.refuse, leg, status)
    assert wire.causes() == [Cause.REFUSED]
    assert wire.agent.legs == 0
    wire.advance(4)
    assert times(phone, status) == pytest.approx([0, 0.5, 1.5, 3.5])
    phone.ack()
    wire.advance(100)
    assert len(phone.statuses()) == 4
    assert {m.tag for m in phone.heard} == {leg}


def test_a_refusal_without_an_ack_is_given_up_after_64_t1(wire: Wire, phone: Phone) -> None:
    """Timer H."""
    phone.invite()
    wire.do(wire.agent.refuse, invited(wire).leg, 404)
    wire.advance(31.9)
    assert times(phone, 404) == pytest.approx(RESENT)
    assert wire.agent.transactions == 1
    wire.advance(0.1)
    assert wire.agent.transactions == 0


def test_acks_of_a_refusal_are_absorbed_for_t4(wire: Wire, phone: Phone) -> None:
    """Timer I."""
    phone.invite()
    invite = phone.last
    wire.do(wire.agent.refuse, invited(wire).leg, 404)
    phone.ack()
    phone.again()
    phone.say(invite)
    assert phone.statuses() == [404]
    wire.advance(4.9)
    assert wire.agent.transactions == 1
    wire.advance(0.2)
    assert wire.agent.transactions == 0


def test_503_says_when_to_try_again(wire: Wire, phone: Phone) -> None:
    phone.invite()
    leg = invited(wire).leg
    wire.do(lambda now: wire.agent.refuse(leg, 503, now, [("retry-after", "10")]))
    phone.ack()
    assert phone.response("INVITE").header("Retry-After") == "10"


def test_cancel_before_the_answer(wire: Wire, phone: Phone) -> None:
    """Section 9.2: 200 for the CANCEL, 487 for the INVITE, and the tags agree."""
    phone.invite()
    leg = invited(wire).leg
    wire.do(wire.agent.ring, leg)
    phone.cancel()
    assert [(m.method, m.status) for m in phone.heard] == [("INVITE", 180), ("CANCEL", 200), ("INVITE", 487)]
    assert {m.tag for m in phone.heard} == {leg}
    assert wire.causes() == [Cause.CANCELLED]
    phone.ack()
    wire.advance(20)
    assert phone.statuses() == [180, 200, 487]
    wire.do(wire.agent.accept, leg, SDP)  # the hall was slower
    assert phone.statuses() == [180, 200, 487]


def test_a_repeated_cancel_gets_the_same_answer(wire: Wire, phone: Phone) -> None:
    phone.invite()
    phone.cancel()
    phone.again()
    assert phone.statuses("CANCEL") == [200, 200]
    assert phone.statuses("INVITE") == [487]
    phone.ack()


def test_cancel_after_the_answer_has_no_effect(wire: Wire, phone: Phone) -> None:
    phone.talk()
    phone.cancel()
    assert phone.statuses("CANCEL") == [200]
    assert phone.statuses("INVITE") == [200]
    assert wire.agent.legs == 1


def test_cancel_after_a_refusal_has_no_effect(wire: Wire, phone: Phone) -> None:
    phone.invite()
    wire.do(wire.agent.refuse, invited(wire).leg, 404)
    phone.cancel()
    assert phone.statuses() == [404, 200]


@pytest.mark.parametrize("after", [0.0, 40.0])
def test_cancel_of_nothing_is_481(wire: Wire, phone: Phone, after: float) -> None:
    if after:
        phone.talk()
        wire.advance(after)
    else:
        phone.fresh()
    phone.cancel()
    assert phone.statuses("CANCEL") == [481]


def test_hanging_up_a_ringing_call_is_480(wire: Wire, phone: Phone) -> None:
    phone.invite()
    wire.do(wire.agent.hang_up, invited(wire).leg)
    assert phone.statuses() == [480]
    assert wire.causes() == [Cause.LINE_HUNG_UP]
    phone.ack()


def test_hanging_up_before_the_ack_waits_for_it(wire: Wire, phone: Phone) -> None:
    """Section 15."""
    phone.invite()
    accept(wire)
    leg = invited(wire).leg
    wire.do(wire.agent.hang_up, leg)
    wire.advance(2)
    assert phone.requests("BYE") == []
    phone.ack()
    assert len(phone.requests("BYE")) == 1
    assert wire.causes() == [Cause.LINE_HUNG_UP]


def test_hanging_up_without_an_ack_is_a_bye_after_64_t1(wire: Wire, phone: Phone) -> None:
    phone.invite()
    accept(wire)
    wire.do(wire.agent.hang_up, invited(wire).leg)
    wire.advance(GIVE_UP)
    assert len(phone.requests("BYE")) == 1
    assert wire.causes() == [Cause.NO_ACK]


def test_the_same_invite_by_another_way_is_482(wire: Wire, phone: Phone) -> None:
    """Section 8.2.2.2: a proxy has forked it, and both branches end here."""
    phone.invite()
    for turn in (1, 2):
        phone.say(phone.build("INVITE", body=SDP, branch=f"z9hG4bKother{turn}"))
        assert phone.response("INVITE").status == 482
        phone.say(phone.build("ACK", tag=phone.response("INVITE").tag, branch=f"z9hG4bKother{turn}"))
        wire.advance(10)
    assert len(wire.of(Invited)) == 1
    accept(wire)
    assert phone.statuses() == [482, 482, 200]
    phone.ack()


def test_a_call_may_come_back_when_the_first_is_over(wire: Wire, phone: Phone) -> None:
    phone.invite()
    wire.do(wire.agent.refuse, invited(wire).leg, 503)
    phone.ack()
    phone.invite()
    assert len(wire.of(Invited)) == 2


def test_verbs_for_a_leg_that_is_gone_do_nothing(wire: Wire) -> None:
    agent = wire.agent
    for verb, more in (
        (agent.ring, ()), (agent.accept, (SDP,)), (agent.refuse, (404,)), (agent.hang_up, ()),
        (agent.refer, ("800",)),
    ):  # fmt: skip
        wire.do(verb, "nobody", *more)
    assert wire.sent == []
    assert wire.events == []


def test_a_second_accept_and_a_ring_after_it_do_nothing(wire: Wire, phone: Phone) -> None:
    leg = phone.talk()
    wire.do(wire.agent.accept, leg, SDP)
    wire.do(wire.agent.ring, leg)
    wire.do(wire.agent.refuse, leg, 486)
    assert phone.statuses() == [200]


class TestClientsOfRfc2543:
    """Without the magic cookie a transaction is told by Call-ID, tag, CSeq and top Via (section 17.2.3)."""

    @pytest.fixture
    def old(self, wire: Wire) -> Phone:
        phone = Phone(wire)
        phone.from_, phone.rport = "sip:777123456@10.0.0.1", ""
        return phone

    def say(self, old: Phone, method: str, **more: object) -> None:
        data = old.build(method, **more)  # type: ignore[arg-type]
        via, _, rest = data.partition(b";branch=")
        old.say(via + b"\r\n" + rest.partition(b"\r\n")[2])

    def test_a_whole_call(self, wire: Wire, old: Phone) -> None:
        old.cseq = 1
        self.say(old, "INVITE", body=SDP)
        old.again()
        assert len(wire.of(Invited)) == 1
        accept(wire)
        tag = old.response("INVITE").tag
        self.say(old, "ACK", tag=tag)
        wire.advance(5)
        assert old.statuses() == [200]
        old.cseq = 2
        self.say(old, "BYE", tag=tag)
        old.again()
        assert old.statuses("BYE") == [200, 200]
        assert wire.causes() == [Cause.CALLER_HUNG_UP]

    def test_a_cancel_and_its_ack(self, wire: Wire, old: Phone) -> None:
        old.cseq = 1
        self.say(old, "INVITE", body=SDP)
        self.say(old, "CANCEL")
        assert old.statuses() == [200, 487]
        self.say(old, "ACK", tag=old.response("INVITE").tag)
        wire.advance(5)
        assert old.statuses() == [200, 487]
