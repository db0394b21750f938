"""Where requests of ours go: a name's addresses, the next one after a failure, TCP for what is long."""

from __future__ import annotations

import pytest
from phone import SDP, Phone
from wire import Sent, Wire

from ivr.peer import Peer, Target
from ivr.sip.events import Cause, Ended, TransferReported

FIRST, SECOND, THIRD = (Peer(f"10.0.0.{n}", 5060) for n in (11, 12, 13))
PROXIED = ["SIP/2.0/UDP 10.0.0.7;branch=z9hG4bKp"]


def named(wire: Wire, *peers: Peer, contact: str = "pbx1") -> tuple[Phone, str]:
    """A call of somebody who is reached by name, and what the name gives."""
    phone = Phone(wire)
    phone.contact = f"<sip:777@{contact}>"
    wire.names["pbx1"] = list(peers)
    for peer in peers:
        wire.listen(peer, phone.hear)
    return phone, phone.talk()


def sent(wire: Wire, method: str) -> list[Sent]:
    return [one for one in wire.sent if one.data.startswith(f"{method} ".encode())]


def ways(wire: Wire, method: str = "BYE") -> list[Peer]:
    return [one.destination for one in sent(wire, method)]


def test_a_name_is_looked_up_and_the_first_address_tried(wire: Wire) -> None:
    _phone, leg = named(wire, FIRST, SECOND)
    wire.do(wire.agent.hang_up, leg)
    assert wire.looked_up == [Target("pbx1")]
    assert ways(wire) == [FIRST]
    assert wire.agent.legs == 0


@pytest.mark.parametrize(
    ("contact", "target"),
    [
        ("pbx1:5070", Target("pbx1", 5070)),
        ("pbx1;transport=tcp", Target("pbx1", None, "TCP")),
    ],
)
def test_the_look_up_knows_what_the_uri_says(wire: Wire, contact: str, target: Target) -> None:
    _, leg = named(wire, FIRST, contact=contact)
    wire.do(wire.agent.hang_up, leg)
    assert wire.looked_up == [target]


def test_requests_that_wait_for_one_name_are_one_look_up_and_keep_their_order(wire: Wire) -> None:
    _, leg = named(wire)
    wire.agent.refer(leg, "800", wire.now)
    wire.agent.refer(leg, "801", wire.now)
    assert wire.agent.targets_to_look_up() == [Target("pbx1")]
    assert wire.agent.targets_to_look_up() == []
    assert wire.agent.datagrams_to_send() == []
    wire.do(lambda now: wire.agent.found(Target("pbx1"), [FIRST], now))
    assert [b"CSeq: 1 REFER" in one.data for one in sent(wire, "REFER")] == [True, False]
    assert ways(wire, "REFER") == [FIRST, FIRST]


def test_a_request_that_waits_is_taken_back_when_the_call_is_over(wire: Wire) -> None:
    phone, leg = named(wire)
    wire.agent.refer(leg, "800", wire.now)
    assert wire.agent.targets_to_look_up()
    phone.request("BYE", tag=leg)
    wire.do(lambda now: wire.agent.found(Target("pbx1"), [FIRST], now))
    assert not sent(wire, "REFER")


def test_a_name_that_is_not_found_leads_to_where_its_owner_sent_from(wire: Wire) -> None:
    phone, leg = named(wire)
    wire.do(wire.agent.hang_up, leg)
    assert wire.looked_up == [Target("pbx1")]
    assert ways(wire) == [phone.address]


def test_a_look_up_that_never_ends_is_one_that_found_nothing(wire: Wire) -> None:
    phone, leg = named(wire)
    wire.agent.hang_up(leg, wire.now)
    assert wire.agent.targets_to_look_up() == [Target("pbx1")]
    wire.advance(31.9)
    assert not sent(wire, "BYE")
    wire.advance(0.2)
    assert ways(wire) == [phone.address]
    wire.do(lambda now: wire.agent.found(Target("pbx1"), [FIRST], now))  # too late
    assert ways(wire) == [phone.address]


@pytest.mark.parametrize("name", ["192.168.1.9:5060", "phone.local"])
def test_a_phone_behind_nat_is_not_looked_up(wire: Wire, name: str) -> None:
    """It calls directly, from elsewhere than it thinks: it is answered where it sends from."""
    phone = Phone(wire, ("93.184.216.34", 41234))
    phone.name, phone.contact = name, "<sip:777@phone.local>"
    wire.do(wire.agent.hang_up, phone.talk())
    assert wire.looked_up == []
    assert ways(wire) == [phone.address]


# The next address (RFC 3263 section 4.3)


def test_where_nothing_gets_out_the_next_address_is_tried_at_once(wire: Wire) -> None:
    phone, leg = named(wire, FIRST, SECOND)
    wire.closed.add(FIRST)
    wire.do(wire.agent.hang_up, leg)
    assert ways(wire) == [FIRST, SECOND]
    assert len(phone.requests("BYE")) == 1
    assert wire.agent.legs == 0


def test_an_address_that_does_not_answer_costs_timer_f(wire: Wire) -> None:
    _phone, leg = named(wire, FIRST, SECOND)
    wire.listen(FIRST, lambda data: None)
    wire.do(wire.agent.hang_up, leg)
    wire.advance(31.9)
    assert SECOND not in ways(wire)
    wire.advance(0.2)
    assert ways(wire)[-1] == SECOND
    assert wire.agent.legs == 0


def test_a_503_sends_it_on_as_the_same_request_of_a_new_branch(wire: Wire) -> None:
    """It "is identical to the previous, but contains a different value of the Via branch"."""
    _phone, leg = named(wire, FIRST, SECOND)
    busy = Phone(wire)
    busy.answer_with = 503
    wire.listen(FIRST, busy.hear)
    wire.do(wire.agent.refer, leg, "800")
    one, other = (one.data.decode().split("\r\n") for one in sent(wire, "REFER"))
    assert ways(wire, "REFER") == [FIRST, SECOND]
    assert [a == b for a, b in zip(one, other, strict=True)].count(False) == 1
    assert one[1].startswith("Via: ")
    assert one[1] != other[1]
    assert not wire.of(TransferReported)


def test_any_other_refusal_is_the_answer(wire: Wire) -> None:
    phone, leg = named(wire, FIRST, SECOND)
    phone.answer_with = 500
    wire.do(wire.agent.refer, leg, "800")
    assert ways(wire, "REFER") == [FIRST]
    assert wire.of(TransferReported) == [TransferReported(leg, 500)]
    phone.answer_with = 200


@pytest.mark.parametrize("how", ["closed", "silent", "503"])
def test_after_the_last_address_the_failure_is_told(wire: Wire, how: str) -> None:
    """Section 8.1.3.1: no answer is as a 408, a transport that fails as a 503."""
    phone, leg = named(wire, FIRST, SECOND)
    phone.answer_with = 503 if how == "503" else None
    wire.closed |= {FIRST, SECOND} if how == "closed" else set()
    wire.do(wire.agent.refer, leg, "800")
    wire.advance(29 if how == "silent" else 0)  # by then the transfer has not been given up
    wire.advance(1 if how == "silent" else 0)
    assert wire.of(TransferReported) == [TransferReported(leg, 408 if how == "silent" else 503)]
    wire.closed.clear()
    phone.answer_with = 200


def test_one_that_cannot_be_reached_at_all_ends_the_call(wire: Wire) -> None:
    _, leg = named(wire, FIRST, SECOND, THIRD)
    wire.closed |= {FIRST, SECOND, THIRD}
    wire.do(wire.agent.hang_up, leg)
    assert ways(wire) == [FIRST, SECOND, THIRD]
    assert wire.of(Ended) == [Ended(leg, Cause.LINE_HUNG_UP)]
    assert (wire.agent.legs, wire.agent.transactions) == (0, 1)  # the INVITE's, for its timer L


def test_a_request_that_has_got_there_is_not_sent_on(wire: Wire) -> None:
    """After a 100 the other side has it; that a later copy does not get out means nothing."""
    phone, leg = named(wire, FIRST, SECOND)
    phone.answer_with = 100
    wire.do(wire.agent.hang_up, leg)
    wire.do(lambda now: wire.agent.unreachable(FIRST, now))
    assert ways(wire) == [FIRST]
    phone.reply(phone.requests("BYE")[0], 200)
    wire.advance(0)
    assert wire.agent.legs == 0


def test_a_name_behind_a_lost_connection_is_looked_up(wire: Wire) -> None:
    connection = Peer("10.0.0.1", 41000, "TCP")
    phone = Phone(wire, connection)
    phone.name, phone.rport, phone.contact = "pbx1", ";alias", "<sip:777@pbx1;transport=tcp>"
    wire.names["pbx1"] = [Peer("10.0.0.1", 5060, "TCP")]
    wire.listen(Peer("10.0.0.1", 5060, "TCP"), phone.hear)
    phone.invite(vias=PROXIED)
    leg = wire.events[-1].leg  # type: ignore[union-attr]
    wire.do(wire.agent.accept, leg, SDP)
    phone.ack()
    wire.closed.add(connection)
    wire.do(wire.agent.hang_up, leg)
    assert wire.looked_up == [Target("pbx1", None, "TCP")]
    assert ways(wire) == [connection, Peer("10.0.0.1", 5060, "TCP")]
    assert wire.agent.legs == 0


# TCP for what is too long (section 18.1.1)

LONG = [("Record-Route", f"<sip:10.0.0.{n};lr;x={'y' * 100}>") for n in range(11, 25)]


def long_call(wire: Wire, more: str = "") -> tuple[Phone, str]:
    phone = Phone(wire)
    lines = [(name, value.replace(";lr", f";lr{more}", 1)) for name, value in LONG]
    phone.invite(lines=lines, vias=PROXIED)
    leg: str = wire.events[-1].leg  # type: ignore[union-attr]
    wire.do(wire.agent.accept, leg, SDP)
    phone.ack()
    return phone, leg


def test_what_is_longer_than_1300_bytes_goes_by_tcp(wire: Wire) -> None:
    phone, leg = long_call(wire)
    tcp = FIRST._replace(transport="TCP")
    wire.listen(tcp, phone.hear)
    wire.do(wire.agent.hang_up, leg)
    assert ways(wire) == [tcp]
    assert len(sent(wire, "BYE")[0].data) > 1300
    assert phone.requests("BYE")[0].header("Via").startswith("SIP/2.0/TCP ")
    assert wire.agent.legs == 0


def test_where_there_is_no_tcp_it_goes_by_udp_all_the_same(wire: Wire) -> None:
    phone, leg = long_call(wire)
    tcp = FIRST._replace(transport="TCP")
    wire.closed.add(tcp)
    wire.listen(FIRST, phone.hear)
    wire.do(wire.agent.hang_up, leg)
    assert ways(wire) == [tcp, FIRST]
    assert phone.requests("BYE")[0].header("Via").startswith("SIP/2.0/UDP ")
    assert wire.agent.legs == 0


def test_where_neither_gets_out_it_ends(wire: Wire) -> None:
    _, leg = long_call(wire)
    wire.closed |= {FIRST, FIRST._replace(transport="TCP")}
    wire.do(wire.agent.hang_up, leg)
    assert ways(wire) == [FIRST._replace(transport="TCP"), FIRST]
    assert wire.agent.legs == 0


def test_a_refusal_by_tcp_is_not_tried_again_by_udp(wire: Wire) -> None:
    phone, leg = long_call(wire)
    phone.answer_with = 503
    wire.listen(FIRST._replace(transport="TCP"), phone.hear)
    wire.do(wire.agent.hang_up, leg)
    assert ways(wire) == [FIRST._replace(transport="TCP")]
    assert wire.agent.legs == 0


def test_a_uri_that_wants_udp_gets_it(wire: Wire) -> None:
    phone, leg = long_call(wire, ";transport=udp")
    wire.listen(FIRST, phone.hear)
    wire.do(wire.agent.hang_up, leg)
    assert ways(wire) == [FIRST]


def test_the_next_address_of_a_name_gets_what_is_long_by_tcp_too(wire: Wire) -> None:
    """Each address by TCP first, by UDP where it has no TCP."""
    phone = Phone(wire)
    wire.names["edge"] = [FIRST, SECOND]
    lines = [("Record-Route", value.replace("10.0.0.11", "edge")) for _, value in LONG]
    phone.invite(lines=lines, vias=PROXIED)
    leg: str = wire.events[-1].leg  # type: ignore[union-attr]
    wire.do(wire.agent.accept, leg, SDP)
    phone.ack()
    tcp = [peer._replace(transport="TCP") for peer in (FIRST, SECOND)]
    wire.closed |= {FIRST, tcp[0]}
    wire.listen(tcp[1], phone.hear)
    wire.do(wire.agent.hang_up, leg)
    assert ways(wire) == [tcp[0], FIRST, tcp[1]]
    assert wire.agent.legs == 0
