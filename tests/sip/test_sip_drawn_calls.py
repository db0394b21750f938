"""Whole calls with drawn networks, callers and halls: each ends, is told once, and leaves nothing behind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import count

from drawn_caller import ACTS, DEAD, REALM, Caller, Temper, branch_of
from drawn_wire import Finding, RoughWire
from hypothesis import given, settings
from hypothesis import strategies as st
from phone import LINE, SDP, Heard, read

from ivr.peer import Peer
from ivr.sip.agent import UserAgent
from ivr.sip.events import Confirmed, Ended, Event, Invited, Reinvited

HOSTS = "10.0.0.1", "10.0.0.2"
VERBS = ("accept", "refuse", "ring", "progress", "hang up", "refer", "reinvite", "reinvite")


@dataclass
class Hall:
    """What the hall does with a call: ``first`` after a while, then verbs at any moment, right or wrong."""

    first: str
    after: float
    then: list[tuple[float, str]]
    reinvites: str  # verbs, or "neither"


@dataclass
class Plot:
    """Everything that happens follows from this."""

    hall: Hall
    callers: list[Temper]
    fates: list[tuple[float, ...]]
    for_ever: bool
    findings: list[Finding]
    session_expires: int


moments = st.floats(0, 40) | st.floats(0, 2) | st.floats(0, 200)
# None takes longer than T4, which is how long a message lives in the network (section 17.1.2.2).
fates = st.lists(
    st.sampled_from([(), (0.0,), (0.02,), (0.3,), (2.5,), (4.8,), (0.0, 0.0), (0.0, 3.0), (1.0, 0.1)]),
    max_size=60,
)
requests_100rel = st.sampled_from([(), (("Supported", "100rel"),), (("Require", "100rel"),)])
timers = st.sampled_from(
    [
        (),
        *(
            (("Supported", "timer"), ("Session-Expires", value))
            for value in ("90", "90;refresher=uac", "91;refresher=uas", "1800;refresher=uas", "1800", "60")
        ),
        (("Session-Expires", "90"),),
    ]
)
granted = st.sampled_from(
    [(), (("Session-Expires", "90;refresher=uac"),), (("Session-Expires", "100;refresher=uas"),)]
)
replies = st.lists(
    st.sampled_from([0, 100, 183, 200, 302, 401, 405, 407, 408, 422, 481, 486, 491, 500, 503]), max_size=8
)
ends = [Peer(HOSTS[0], 5060), Peer(HOSTS[0], 5060, "TCP"), DEAD, DEAD._replace(transport="TCP")]
findings = st.lists(
    st.builds(Finding, st.floats(0, 50), st.none() | st.lists(st.sampled_from(ends), max_size=3).map(tuple)),
    max_size=4,
)
tempers = st.builds(
    Temper,
    transport=st.sampled_from(["UDP", "UDP", "TCP"]),
    offers=st.booleans(),
    extensions=st.builds(lambda one, other: (*one, *other), requests_100rel, timers),
    contact=st.sampled_from(
        ["sip:777@{own}", "sip:777@phone.example", "sip:777@{own};transport=tcp", "sip:777@10.9.9.9:5060"]
    ),
    routes=st.sampled_from(
        [
            (),
            ("<sip:{host}:5060;lr>",),
            ("<sip:front.example;lr>",),
            ("<sip:front.example;transport=tcp;lr>", "<sip:{host};lr>"),
            ("<sip:{host}:5060>",),
        ]
    ),
    allow=st.sampled_from(["INVITE, ACK, BYE, CANCEL, UPDATE", "INVITE, ACK, BYE, CANCEL"]),
    prack_after=st.none() | st.floats(0, 40),
    refresh=st.sampled_from(["90;refresher=uac", "90;refresher=uas", "120", "89"]),
    granted=granted,
    replies=replies,
    acts=st.lists(st.tuples(moments, st.sampled_from(ACTS)), max_size=6),
    answers_in_ack=st.booleans(),
)
halls = st.builds(
    Hall,
    st.sampled_from(
        ["accept", "accept", "ring and accept", "refuse", "ring and refuse", "progress and accept", "nothing"]
    ),
    st.just(0.0) | st.floats(0, 40),
    st.lists(st.tuples(moments, st.sampled_from(VERBS)), max_size=5),
    st.sampled_from(["accept", "accept", "accept and hang up", "accept and refer", "refuse", "neither"]),
)
plots = st.builds(
    Plot,
    halls,
    st.lists(tempers, min_size=1, max_size=2),
    fates,
    st.booleans(),
    findings,
    st.sampled_from([90, 300, 1800]),
)


def do(wire: RoughWire, verb: str, leg: str) -> None:
    agent, now = wire.agent, wire.now
    match verb:
        case "accept":
            agent.accept(leg, SDP, now)
        case "refuse":
            agent.refuse(leg, 503, now, [("retry-after", "5")])
        case "ring":
            agent.ring(leg, now)
        case "progress":
            agent.progress(leg, SDP, now)
        case "hang up":
            agent.hang_up(leg, now)
        case "refer":
            agent.refer(leg, "800", now)
        case "reinvite":
            agent.reinvite(leg, SDP, now)


def play(plot: Plot, seconds: float = 300) -> tuple[RoughWire, list[Caller]]:
    tokens = count(1)
    agent = UserAgent(
        lambda source: LINE,
        lambda: f"{next(tokens):016x}",
        credentials={REALM: ("line", "secret")},
        session_expires=plot.session_expires,
    )
    wire = RoughWire(agent, plot.fates, plot.for_ever, plot.findings)
    hall = plot.hall

    def told(event: Event) -> None:
        if isinstance(event, Invited):
            first, _, second = hall.first.partition(" and ")
            do(wire, first if second else "", event.leg)
            wire.plan(hall.after, lambda: do(wire, second or first, event.leg))
            for after, verb in hall.then:
                wire.plan(after, lambda verb=verb: do(wire, verb, event.leg))  # type: ignore[misc]
        elif isinstance(event, Reinvited):
            for verb in hall.reinvites.split(" and "):
                do(wire, verb, event.leg)

    wire.hall = told
    callers = []
    for host, temper in zip(HOSTS, plot.callers, strict=False):
        routes = tuple(route.format(host=host) for route in temper.routes)
        callers.append(Caller(wire, replace(temper, routes=routes), host))
    for caller in callers:
        caller.begin()
    wire.advance(seconds)
    return wire, callers


# What holds of every call


def check_events(wire: RoughWire) -> None:
    """One beginning, one end, nothing after it."""
    told = defaultdict(list)
    for event in wire.events:
        told[event.leg].append(event)
    for events in told.values():
        assert isinstance(events[0], Invited)
        assert [isinstance(event, Ended) for event in events[1:]] == [False] * (len(events) - 2) + [True]
        assert sum(isinstance(event, Invited) for event in events) == 1


def check_messages(wire: RoughWire) -> None:
    """What went over the door, in its order."""
    hosts = {*HOSTS, DEAD.host, "10.9.9.9"}
    assert {passed.peer.host for passed in wire.passed} <= hosts, "a message to a stranger"
    calls = defaultdict(list)
    for passed in wire.passed:
        message = read(passed.data, passed.at)
        calls[message.header("Call-ID")].append((passed.way, message))
    for messages in calls.values():
        check_answers([message for way, message in messages if way == ">" and message.status])
        check_requests([message for way, message in messages if way == ">" and not message.status])
        check_order(messages)


def key(message: Heard) -> tuple[str, str]:
    return message.header("CSeq"), message.all("Via")[0]


def check_answers(answers: Iterable[Heard]) -> None:
    """To each request one final status at most, and nothing provisional behind it."""
    statuses = defaultdict(list)
    for message in answers:
        statuses[key(message)].append(message.status)
    for request, given_ in statuses.items():
        finals = [status for status in given_ if status >= 200]
        assert len(set(finals)) <= 1, (request, given_)
        assert given_[len(given_) - len(finals) :] == finals, (request, given_)


def check_requests(requests: Iterable[Heard]) -> None:
    """A new request of ours has a CSeq above the last one's; behind a BYE comes nothing but a BYE.

    One that is tried at its next hop's next address keeps its CSeq (RFC 3263 section 4.3).
    """
    methods: dict[str, dict[int, str]] = defaultdict(dict)
    for message in requests:
        number, method = message.header("CSeq").split()
        known = methods[message.header("From")]
        if method == "ACK":
            continue
        if int(number) not in known:
            assert method == "BYE" or "BYE" not in known.values(), known
        assert known.setdefault(int(number), method) == method
    for known in methods.values():
        assert list(known) == sorted(known)


def check_order(messages: Iterable[tuple[str, Heard]]) -> None:
    """A 2xx to an INVITE is not sent again behind its ACK or our BYE; no BYE before an ACK has come.

    Section 15: or until the 2xx has waited for 64*T1.
    """
    sent: dict[tuple[str, str], float] = {}
    acknowledged: set[tuple[str, str]] = set()
    left: set[str] = set()
    for way, message in messages:
        number, method = message.header("CSeq").split()
        side = "From" if way == ">" and not message.status else "To"
        leg = message.header(side).rpartition(";tag=")[2]
        if way == ">" and method == "INVITE" and 200 <= message.status < 300:
            assert (leg, number) not in acknowledged, "a 2xx was sent again behind its ACK"
            assert leg not in left, "a 2xx was sent behind our BYE"
            sent.setdefault((leg, number), message.at)
        elif way == ">" and message.start.startswith("BYE "):
            told = any(known == leg for known, _ in acknowledged)
            waited = message.at - min(at for (known, _), at in sent.items() if known == leg)
            assert told or waited >= 32 - 1e-6, f"our BYE before an ACK, after {waited} s"
            left.add(leg)
        elif (
            (leg, number) in sent and message.start.startswith("ACK ") and branch_of(message).endswith(".ack")
        ):
            acknowledged.add((leg, number))


def check_acks(wire: RoughWire) -> None:
    """Section 17.1.1.3 and 13.2.2.4: each final answer to a re-INVITE of ours that came in time gets its ACK.

    Where a name must be looked up, the ACK has perhaps nowhere to go.
    """
    if wire.looked_up:
        return
    began: dict[str, float] = {}
    answered, acknowledged = set(), set()
    for passed in wire.passed:
        message = read(passed.data, passed.at)
        call = message.header("Call-ID"), message.header("CSeq").split()[0]
        if passed.way == ">" and message.start.startswith("INVITE "):
            began.setdefault(branch_of(message), message.at)
        elif passed.way == ">" and message.start.startswith("ACK "):
            acknowledged.add(call)
        elif message.status >= 200 and message.at < began.get(branch_of(message), 0.0) + 32:
            answered.add(call)
    assert answered <= acknowledged


def check_end(wire: RoughWire) -> None:
    """Everybody hangs up; when the last leg has gone, its timers go with it.

    A BYE may wait for an ACK and a look-up and try three addresses, twice when it is challenged.
    """
    for event in wire.of(Invited):
        wire.do(wire.agent.hang_up, event.leg)
    wire.advance(320)
    assert wire.agent.legs == 0
    wire.advance(40)
    assert (wire.agent.legs, wire.agent.transactions, wire.agent.next_timeout()) == (0, 0, None)
    check_events(wire)
    check_messages(wire)
    check_acks(wire)
    calls = [event.call_id for event in wire.of(Invited)]
    assert len(set(calls)) == len(calls), "one call was taken for two"


@settings(max_examples=1200, deadline=None)
@given(plots)
def test_whatever_happens_to_calls_they_end_and_nothing_is_left(plot: Plot) -> None:
    wire, _ = play(plot)
    check_end(wire)


@settings(max_examples=300, deadline=None)
@given(plots)
def test_every_invitation_gets_its_one_final_answer_while_messages_arrive(plot: Plot) -> None:
    """Late, doubled and out of order, yet not lost; 40 seconds is longer than the hall takes."""
    assert plot.hall.first
    if plot.hall.first == "nothing" or plot.hall.reinvites == "neither":
        plot.hall = replace(plot.hall, first="accept", reinvites="accept")
    plot.fates = [fate for fate in plot.fates if fate]
    for temper in plot.callers:
        temper.acts = [(after, act) for after, act in temper.acts if act not in ("silence", "break")]
    wire, callers = play(plot)
    for caller in callers:
        for invitation in caller.invitations.values():
            assert len(set(invitation.statuses)) == 1, invitation
    check_end(wire)


@settings(max_examples=500, deadline=None)
@given(plots)
def test_every_session_ends_by_itself_when_the_caller_has_gone(plot: Plot) -> None:
    """RFC 4028 section 10, whatever the caller has asked for; the hall does nothing at all.

    Longer than any interval here, and a BYE's time.
    """
    plot.hall, plot.session_expires = replace(plot.hall, first="accept", reinvites="accept"), 90
    wire, _ = play(plot)
    wire.silence()
    wire.advance(500)
    assert (wire.agent.legs, wire.agent.transactions, wire.agent.next_timeout()) == (0, 0, None)
    check_events(wire)


@settings(max_examples=200, deadline=None)
@given(plots)
def test_without_an_ack_no_call_lasts(plot: Plot) -> None:
    """RFC 3261 section 13.3.1.4: after 64*T1 the line gives up, and sends a BYE."""
    wire, _ = play(replace(plot, hall=replace(plot.hall, first="accept")), 0)
    wire.silence()
    wire.advance(320)
    if not wire.of(Confirmed):
        assert wire.agent.legs == 0
