"""One contract for both kinds of media socket, over the loopback."""

from __future__ import annotations

import select
import socket
import sys

import numpy as np
import pytest

from ivr.net.addresses import IPV4, Ipv6Addresses
from ivr.net.batch import ROW, Batch, LoopWire, MmsgWire, can_batch, open_wire

HOST = "127.0.0.1"
HOSTS = {socket.AF_INET: HOST, socket.AF_INET6: "::1"}


@pytest.fixture(params=["IPv4", "IPv6"])
def addresses(request):
    """One family's addresses; of IPv6 the loopback is held, as the plane holds its callers."""
    if request.param == "IPv4":
        return IPV4
    book = Ipv6Addresses()
    book.hold("::1")
    return book


@pytest.fixture
def key(addresses):
    """The key of a port of the loopback."""
    return lambda port: addresses.key((HOSTS[addresses.family], port, 0, 0))


@pytest.fixture(params=["batch", "loop"])
def wires(request, addresses):
    """Opens wires of one kind and family, and closes them."""
    if request.param == "batch" and not can_batch():
        pytest.skip("no sendmmsg on this system")
    batch = Batch(64, addresses) if request.param == "batch" else None
    host, opened = HOSTS[addresses.family], []

    def open_one(port=0):
        wire = open_wire(host, port, batch) if batch else LoopWire(host, port, 64, addresses)
        opened.append(wire)
        return wire

    yield open_one
    for wire in opened:
        wire.close()


@pytest.fixture
def peer(addresses):
    with socket.socket(addresses.family, socket.SOCK_DGRAM) as opened:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        opened.bind((HOSTS[addresses.family], 0))
        opened.settimeout(5)
        yield opened


def send(wire, payloads: list[np.ndarray], destinations: list[int]) -> int:
    count = len(payloads)
    headers = np.arange(count * 12, dtype=np.uint8).reshape(count, 12).view("V12").reshape(count)
    addresses = np.array([payload.ctypes.data for payload in payloads], np.uint64)
    lengths = np.array([payload.size for payload in payloads], np.uint64)
    return wire.send(headers, addresses, lengths, np.array(destinations, np.uint64))


def receive(wire):
    select.select([wire._socket], [], [], 5)
    return wire.receive()


def test_header_and_payload_arrive_as_one_datagram(wires, peer, key):
    wire = wires()
    payloads = [np.full(160, place, np.uint8) for place in range(3)]
    assert send(wire, payloads, [key(peer.getsockname()[1])] * 3) == 3
    for place in range(3):
        datagram, source = peer.recvfrom(2000)
        assert datagram == bytes(range(place * 12, place * 12 + 12)) + bytes([place]) * 160
        assert source[:2] == (peer.getsockname()[0], wire.port)


def test_more_datagrams_than_a_system_call_takes_all_leave(wires, peer, key):
    wire = wires()
    payload = np.zeros(80, np.uint8)
    assert send(wire, [payload] * 150, [key(peer.getsockname()[1])] * 150) == 150
    assert all(len(peer.recv(2000)) == 92 for _ in range(150))


def test_a_round_leaves_again_and_again_as_it_is_written(wires, key):
    ours, theirs = wires(), [wires() for _ in range(70)]
    lengths = np.arange(1, 71).astype(np.uint64)
    round_ = ours.round(lengths, np.array([key(wire.port) for wire in theirs], np.uint64))
    payloads = [np.full(70, turn, np.uint8) for turn in range(2)]
    for turn, payload in enumerate(payloads):
        round_.headers[:] = turn + 10
        round_.payloads[:] = payload.ctypes.data
        assert round_.send() == 70
        for place, wire in enumerate(theirs):
            received = receive(wire)
            assert received.lengths.tolist() == [13 + place]
            assert received.data[0, : 13 + place].tolist() == [turn + 10] * 12 + [turn] * (place + 1)


def test_each_destination_gets_its_own(wires, key):
    ours, theirs = wires(), [wires() for _ in range(10)]
    payloads = [np.full(10 + place, place, np.uint8) for place in range(10)]
    send(ours, payloads, [key(wire.port) for wire in theirs])
    for place, wire in enumerate(theirs):
        received = receive(wire)
        assert received.lengths.tolist() == [22 + place]
        assert set(received.data[0, 12 : 22 + place].tolist()) == {place}
        assert received.sources.tolist() == [key(ours.port)]


def test_a_batch_is_read_in_order_with_lengths_and_sources(wires, peer, key):
    wire = wires()
    for length in range(1, 51):
        peer.sendto(bytes([length]) * length, (peer.getsockname()[0], wire.port))
    received = receive(wire)
    assert received.lengths.tolist() == list(range(1, 51))
    assert received.data[:, 0].tolist() == list(range(1, 51))
    assert set(received.sources.tolist()) == {key(peer.getsockname()[1])}
    assert received.data.dtype == np.uint8
    assert received.sources.dtype == np.uint64
    assert not received.more


def test_a_full_batch_says_that_there_is_more(wires, peer):
    wire = wires()
    for _ in range(70):
        peer.sendto(b"x", (peer.getsockname()[0], wire.port))
    first = receive(wire)
    assert (len(first.lengths), first.more) == (64, True)
    second = receive(wire)
    assert (len(second.lengths), second.more) == (6, False)


def test_nothing_to_read_is_nothing(wires):
    assert wires().receive() is None


def test_an_empty_datagram_is_a_datagram(wires, peer):
    wire = wires()
    peer.sendto(b"", (peer.getsockname()[0], wire.port))
    assert receive(wire).lengths.tolist() == [0]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows reports it as an error and it is passed over")
def test_a_datagram_longer_than_a_row_is_cut(wires, peer):
    wire = wires()
    peer.sendto(b"y" * 1400, (peer.getsockname()[0], wire.port))
    peer.sendto(b"z", (peer.getsockname()[0], wire.port))
    received = receive(wire)
    assert received.lengths[0] == ROW
    assert received.data.shape[1] == ROW


def test_a_peer_that_is_gone_does_not_stop_the_others(wires, peer, key):
    wire, gone = wires(), socket.socket(peer.family, socket.SOCK_DGRAM)
    gone.bind((peer.getsockname()[0], 0))
    closed = gone.getsockname()[1]
    gone.close()
    here = peer.getsockname()[1]
    for _ in range(5):
        send(wire, [np.zeros(160, np.uint8)] * 4, [key(closed), key(here), key(closed), key(here)])
        wire.receive()
    assert [len(peer.recv(2000)) for _ in range(10)] == [172] * 10
    peer.sendto(b"still here", (peer.getsockname()[0], wire.port))
    assert receive(wire).lengths.tolist() == [10]


def test_an_impossible_destination_is_counted_and_the_others_leave(wires, peer, key):
    wire, here = wires(), peer.getsockname()[1]
    payloads = [np.zeros(160, np.uint8)] * 3
    assert send(wire, payloads, [key(here), key(0), key(here)]) == 2
    assert wire.unsent == 1
    assert [len(peer.recv(2000)) for _ in range(2)] == [172, 172]


def test_a_closed_wire_sends_and_receives_nothing(wires, peer, key):
    wire = wires()
    wire.close()
    assert send(wire, [np.zeros(160, np.uint8)], [key(peer.getsockname()[1])]) == 0
    assert wire.receive() is None


def test_a_port_that_is_taken_is_refused(wires):
    with pytest.raises(OSError):
        wires(wires().port)


def test_the_portable_loop_serves_where_no_batch_is_given():
    wire = open_wire(HOST, 0)
    assert isinstance(wire, LoopWire)
    wire.close()


@pytest.mark.skipif(not can_batch(), reason="no sendmmsg on this system")
def test_one_batch_serves_several_sockets(addresses, key):
    batch, host = Batch(8, addresses), HOSTS[addresses.family]
    one, two = open_wire(host, 0, batch), open_wire(host, 0, batch)
    assert isinstance(one, MmsgWire)
    send(one, [np.full(5, 1, np.uint8)], [key(two.port)])
    send(two, [np.full(7, 2, np.uint8)], [key(one.port)])
    assert receive(one).lengths.tolist() == [19]
    assert receive(two).lengths.tolist() == [17]
    one.close()
    two.close()


@pytest.mark.parametrize("size", [0, 1025])
def test_a_batch_is_not_larger_than_the_kernel_takes(size):
    with pytest.raises(ValueError, match="1 to 1024"):
        Batch(size)


def test_packets_are_marked_as_telephone_audio(addresses):
    """RFC 4594 section 4.1: DSCP 46, in the type of service or the traffic class."""
    wire = LoopWire(HOSTS[addresses.family], 0, 64, addresses)
    ipv6 = addresses.family == socket.AF_INET6
    option = (socket.IPPROTO_IPV6, socket.IPV6_TCLASS) if ipv6 else (socket.IPPROTO_IP, socket.IP_TOS)
    assert wire._socket.getsockopt(*option) >> 2 == 46
    wire.close()


@pytest.mark.skipif(sys.platform != "linux", reason="the option has another name elsewhere")
def test_packets_stay_whole_on_their_way():
    """RFC 791 section 3.1: "don't fragment"; IP_MTU_DISCOVER is IP_PMTUDISC_PROBE."""
    wire = LoopWire(HOST, 0, 64)
    assert wire._socket.getsockopt(socket.IPPROTO_IP, 10) == 3
    wire.close()


def test_one_port_of_all_addresses_is_opened_in_both_families():
    book = Ipv6Addresses()
    six = open_wire("::", 0, addresses=book)
    four = open_wire("0.0.0.0", six.port)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.sendto(b"by IPv4", (HOST, six.port))
        assert receive(four).lengths.tolist() == [7]
    assert six.receive() is None
    four.close()
    six.close()


@pytest.mark.parametrize("addresses", ["IPv6"], indirect=True)
def test_what_comes_from_nobody_who_is_held_has_no_number_and_leaves_none(peer, wires, addresses):
    wire, number = wires(), addresses.hold("::1")
    for _ in range(2):
        addresses.release(number)
    peer.sendto(b"who", (peer.getsockname()[0], wire.port))
    assert receive(wire).sources.tolist() == [peer.getsockname()[1]]
    assert len(addresses) == 0
