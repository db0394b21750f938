"""The UDP skin around a machine: datagrams and timers in, datagrams out, on real sockets."""

import asyncio

import pytest
from skin import Client, Echo, Skin

from ivr.net.signalling import Signalling
from ivr.net.udp import local_address
from ivr.peer import Peer


@pytest.fixture
async def skin():
    opened = Skin()
    opened.client = Client(opened.server.listen("UDP", "127.0.0.1", 0))
    yield opened
    await opened.server.close()
    opened.client.socket.close()


async def test_datagrams_go_in_with_their_source_and_answers_come_out(skin):
    skin.client.send(b"hello")
    assert await skin.client.hears() == b"hello"
    assert skin.machine.received == [(b"hello", Peer(*skin.client.socket.getsockname()))]
    assert [shown[0] for shown in skin.seen] == ["<", ">"]


async def test_the_longest_datagram_comes_in_whole(skin):
    skin.client.send(b"x" * 65507)
    assert len(await skin.client.hears()) == 65507


async def test_the_machines_events_are_taken_before_its_next_datagram(skin):
    for turn in range(100):
        skin.client.send(b"%d" % turn)
    for _ in range(100):
        await skin.client.hears()
    assert skin.steps == list(range(1, 101))


async def test_a_timer_rings_when_it_is_due_and_what_it_says_is_sent(skin):
    loop = asyncio.get_running_loop()
    began = loop.time()
    skin.client.send(b"ring0.05")
    assert await skin.client.hears() == b"ring0.05"
    assert await skin.client.hears() == b"rung"
    assert skin.machine.rang[0] - began >= 0.05
    assert skin.failures == []


async def test_a_timer_set_earlier_rings_earlier_and_one_taken_back_does_not(skin):
    skin.client.send(b"ring30")
    skin.client.send(b"ring0.01")
    assert [await skin.client.hears() for _ in range(3)] == [b"ring30", b"ring0.01", b"rung"]
    skin.client.send(b"ring0.02")
    await skin.client.hears()
    skin.machine.alarm = None
    skin.server.flush()
    skin.client.send(b"ring0.05")
    assert [await skin.client.hears() for _ in range(2)] == [b"ring0.05", b"rung"]
    assert len(skin.machine.rang) == 2
    assert skin.failures == []


@pytest.mark.parametrize("where", ["machine", "behind"])
async def test_a_bug_costs_one_datagram_and_is_told(skin, where):
    skin.stumble_after = where == "behind"
    skin.client.send(b"stumble" if where == "machine" else b"hello")
    if where == "behind":
        assert await skin.client.hears() == b"hello"
    skin.client.send(b"after")
    assert await skin.client.hears() == b"after"
    assert type(skin.failures[0]) is (ValueError if where == "machine" else KeyError)


async def test_a_bug_in_a_timer_is_told_and_the_next_timer_rings(skin):
    skin.stumble_after = True
    skin.client.send(b"ring0.01")
    assert [await skin.client.hears() for _ in range(2)] == [b"ring0.01", b"rung"]
    skin.stumble_after = False
    skin.client.send(b"ring0.01")
    assert [await skin.client.hears() for _ in range(2)] == [b"ring0.01", b"rung"]
    assert [type(failure) for failure in skin.failures] == [KeyError, KeyError]


async def test_a_peer_that_is_gone_does_not_keep_the_others_from_being_served(skin):
    """The system reports the port that nobody listens on with the next call on the socket."""
    gone = Client(skin.client.to)
    address = gone.socket.getsockname()
    gone.socket.close()
    for _ in range(3):
        skin.machine.out.append((b"anybody?", Peer(*address)))
        skin.server.flush()
    skin.client.send(b"hello")
    assert await skin.client.hears() == b"hello"
    assert skin.failures == []


async def test_what_cannot_be_sent_is_lost_alone(skin):
    source = Peer(*skin.client.socket.getsockname())
    skin.machine.out += [
        (b"x" * 70000, source),
        (b"nowhere", Peer("127.0.0.1", 0)),
        (b"here", source),
    ]
    skin.server.flush()
    assert await skin.client.hears() == b"here"


async def test_closing_sends_what_is_left_and_stops_the_timer(skin):
    skin.client.send(b"ring0.01")
    await skin.client.hears()
    skin.machine.out.append((b"goodbye", Peer(*skin.client.socket.getsockname())))
    await skin.server.close()
    assert await skin.client.hears() == b"goodbye"
    skin.server.flush()
    await skin.server.close()
    skin.machine.out.append((b"too late", Peer(*skin.client.socket.getsockname())))
    skin.server.flush()
    assert all(timer.cancelled() for timer in asyncio.get_running_loop()._scheduled)
    with pytest.raises(BlockingIOError):
        skin.client.socket.recv(100)


async def test_a_taken_port_is_refused_and_its_socket_given_back(skin):
    other = Signalling(Echo(), lambda: None, skin.failures.append)
    with pytest.raises(OSError, match="in use"):
        other.listen("UDP", *skin.client.to)
    await other.close()


def test_the_local_address_is_the_one_that_leads_to_the_peer():
    assert local_address("127.0.0.1") == "127.0.0.1"
    assert local_address("no address") == "127.0.0.1"


async def test_a_stranger_is_dropped_unseen_and_counted(skin):
    known, shown = {"127.0.0.9"}, []
    machine = Echo()
    server = Signalling(
        machine,
        lambda: None,
        skin.failures.append,
        seen=lambda *seen: shown.append(seen),
        admit=lambda host, transport: host in known,
    )
    stranger = Client(server.listen("UDP", "127.0.0.1", 0))
    friend = Client(stranger.to, "127.0.0.9")
    try:
        stranger.send(b"let me in")
        friend.send(b"hello")
        assert await friend.hears() == b"hello"
        assert [data for data, _ in machine.received] == [b"hello"]
        assert server.gate.strangers == 1
        assert all(b"let me in" not in seen for seen in shown)
    finally:
        await server.close()
        stranger.socket.close()
        friend.socket.close()
