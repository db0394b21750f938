"""TCP connections: what comes in by them, what goes out by them, and what they may not do to the line."""

import asyncio
import contextlib
import os
import resource
import socket
import struct

import pytest
from skin import Caller, Listener, Skin, message, until

from ivr.net.stream import Limits
from ivr.peer import Peer, Target

HOST = "127.0.0.1"


@contextlib.asynccontextmanager
async def opened(host: str = HOST, **options):
    skin = Skin(**options)
    skin.door = skin.server.listen("TCP", host, 0)
    try:
        yield skin
    finally:
        await skin.server.close()
        assert skin.server.connections == 0
    assert skin.failures == []


async def test_several_messages_of_one_read_come_in_one_by_one():
    async with opened() as skin:
        caller = await Caller.dial(skin.door)
        said = [message(b"%d" % turn) for turn in range(200)]
        caller.send(b"".join(said))
        assert await caller.hears(b"".join(said))
        here = Peer(*caller.writer.get_extra_info("sockname"), "TCP")
        assert skin.machine.received == [(one, here) for one in said]
        assert skin.steps == list(range(1, 201))
        assert skin.seen[0][:2] == ("<", here)
        await caller.close()


async def test_a_message_of_many_reads_comes_in_whole():
    async with opened() as skin:
        caller = await Caller.dial(skin.door)
        said = message(b"x" * 60_000)
        for place in range(0, len(said), 1000):
            caller.send(said[place : place + 1000])
            await caller.writer.drain()
            await asyncio.sleep(0)
        assert await caller.hears(said)
        assert [data for data, _ in skin.machine.received] == [said]
        await caller.close()


async def test_a_ping_is_answered_and_not_shown_to_the_machine():
    """RFC 5626 section 4.4.1: two line ends get one back."""
    async with opened() as skin:
        caller = await Caller.dial(skin.door)
        caller.send(b"\r\n\r\n" + message(b"a"))
        assert await caller.hears(b"\r\n" + message(b"a"))
        assert len(skin.machine.received) == 1
        await caller.close()


async def test_a_stream_that_cannot_be_read_is_closed_and_the_others_go_on():
    async with opened() as skin:
        broken, sound = await Caller.dial(skin.door), await Caller.dial(skin.door)
        broken.send(b"INFO sip:a SIP/2.0\r\nContent-Length: many\r\n\r\n")
        assert await broken.hung_up() == b""
        sound.send(message())
        assert await sound.hears(message())
        await broken.close()
        await sound.close()


async def test_a_stranger_is_closed_before_a_byte_is_read_and_counted():
    async with opened(admit=lambda host, transport: transport == "TCP" and host == "127.0.0.9") as skin:
        assert await Caller.turned_away(skin.door)
        friend = await Caller.dial(skin.door, local_addr=("127.0.0.9", 0))
        friend.send(message(b"hello"))
        assert await friend.hears(message(b"hello"))
        assert [data for data, _ in skin.machine.received] == [message(b"hello")]
        assert skin.server.gate.strangers == 1
        await friend.close()


async def test_who_is_no_longer_admitted_is_closed_at_the_next_message():
    known = {HOST}
    async with opened(admit=lambda host, transport: host in known) as skin:
        caller = await Caller.dial(skin.door)
        caller.send(message(b"1"))
        assert await caller.hears(message(b"1"))
        known.clear()
        caller.send(message(b"2"))
        assert await caller.hung_up() == b""
        assert len(skin.machine.received) == 1
        await caller.close()


@pytest.mark.parametrize("limits", [Limits(each=2), Limits(total=2)])
async def test_connections_beyond_the_limit_are_closed_until_one_has_gone(limits):
    async with opened(limits=limits) as skin:
        first, second = [await Caller.dial(skin.door) for _ in range(2)]
        assert await Caller.turned_away(skin.door)
        assert (skin.server.gate.refused, skin.server.gate.strangers) == (1, 0)
        await first.close()
        await until(lambda: skin.server.connections == 1)
        fourth = await Caller.dial(skin.door)
        fourth.send(message())
        assert await fourth.hears(message())
        for caller in (second, fourth):
            await caller.close()


@pytest.mark.parametrize("said", [b"", b"\r\n\r\n", b"INFO sip:a SIP/2.0\r\nVia: "])
async def test_a_connection_that_never_brings_a_message_is_closed(said):
    async with opened(limits=Limits(greeting=0.05, message=0.05)) as skin:
        caller = await Caller.dial(skin.door)
        caller.send(said)
        assert await caller.hung_up() in (b"", b"\r\n")
        await caller.close()


async def test_a_message_that_trickles_in_is_cut_off_however_lively_it_is():
    """Each byte of it has been read when the answer to another caller's message is there."""
    async with opened(limits=Limits(message=0.1)) as skin:
        slow, other = await Caller.dial(skin.door), await Caller.dial(skin.door)
        slow.send(message(b"whole"))
        assert await slow.hears(message(b"whole"))

        async def trickle():
            while True:
                slow.send(b"X")
                other.send(message())
                assert await other.hears(message())

        trickling = asyncio.create_task(trickle())
        assert await slow.hung_up() == b""
        trickling.cancel()
        assert skin.server.connections == 1
        await slow.close()
        await other.close()


async def test_a_connection_without_a_byte_is_closed_after_the_idle_time_and_pings_keep_it_open():
    async with opened(limits=Limits(idle=0.3)) as skin:
        loop = asyncio.get_running_loop()
        caller = await Caller.dial(skin.door)
        caller.send(message())
        assert await caller.hears(message())
        began = loop.time()
        while loop.time() - began < 0.5:
            caller.send(b"\r\n\r\n")
            assert await caller.hears(b"\r\n")
        assert skin.server.connections == 1
        assert await caller.hung_up() == b""
        await caller.close()


@pytest.mark.parametrize("limits", [Limits(unsent=1000, stalled=60), Limits(stalled=0.1)])
async def test_a_peer_that_does_not_read_is_closed_and_its_messages_told_as_undelivered(limits):
    async with opened(limits=limits) as skin:
        deaf = socket.create_connection(skin.door[:2])
        deaf.setblocking(False)
        here = Peer(*deaf.getsockname(), "TCP")
        await until(lambda: skin.server.connections == 1)

        def flood():
            with contextlib.suppress(BlockingIOError, ConnectionError):
                deaf.send(message(b"x" * 60_000))
            return skin.server.connections == 0

        await until(flood)
        await until(lambda: skin.machine.unreached == [here])
        deaf.close()


async def test_a_peer_that_reads_late_is_read_late_and_loses_nothing():
    async with opened() as skin:
        with socket.create_connection(skin.door[:2]) as late:
            late.setblocking(False)
            said, sent, blocked, heard = memoryview(message(b"x" * 30_000) * 800), 0, 0, bytearray()
            while blocked < 300:
                try:
                    sent, blocked = sent + late.send(said[sent:]), 0
                except BlockingIOError:
                    blocked += 1
                await asyncio.sleep(0)
            assert sent < len(said)
            async with asyncio.timeout(10):
                while len(heard) < len(said):
                    with contextlib.suppress(BlockingIOError):
                        sent += late.send(said[sent:])
                    with contextlib.suppress(BlockingIOError):
                        heard += late.recv(65536)
                    await asyncio.sleep(0)
            assert heard == said


async def test_a_reset_after_our_last_words_is_told_as_undelivered():
    async with opened() as skin:
        caller = socket.create_connection(skin.door[:2])
        here = Peer(*caller.getsockname(), "TCP")
        caller.send(message())
        await until(lambda: skin.machine.received)
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        caller.close()
        await until(lambda: skin.server.connections == 0)
        await until(lambda: skin.machine.unreached == [here])


async def test_a_peer_that_has_said_all_still_gets_its_answer():
    async with opened() as skin:
        caller = await Caller.dial(skin.door)
        caller.send(message(b"last"))
        caller.writer.write_eof()
        assert await caller.hung_up() == message(b"last")
        assert skin.machine.unreached == []
        await caller.close()


async def test_messages_wait_for_one_connection_that_is_used_again_by_either_side():
    async with opened() as skin:
        listener = Listener()
        there = await listener.open()
        skin.machine.out += [(message(b"%d" % turn), there) for turn in range(3)]
        skin.server.flush()
        expected = b"".join(message(b"%d" % turn) for turn in range(3))
        await until(lambda: listener.heard == expected)
        listener.callers[0].send(message(b"from there"))
        await until(lambda: listener.heard == expected + message(b"from there"))  # the machine echoes
        assert skin.machine.received == [(message(b"from there"), there)]
        skin.machine.out.append((message(b"again"), there))
        skin.server.flush()
        await until(lambda: listener.heard.endswith(message(b"again")))
        assert len(listener.callers) == 1
        await listener.close()


async def test_whoever_we_have_dialled_may_answer_though_it_is_no_neighbour():
    async with opened(admit=lambda host, transport: False) as skin:
        listener = Listener(answers=1)
        skin.machine.out.append((message(b"hello"), await listener.open()))
        skin.server.flush()
        await until(lambda: skin.machine.received)
        assert skin.server.gate.strangers == 0
        await listener.close()


async def test_an_answer_goes_by_the_connection_it_names_or_else_to_the_spare_address():
    """RFC 3261 section 18.2.2."""
    async with opened() as skin:
        listener = Listener()
        spare = await listener.open()
        caller = await Caller.dial(skin.door)
        here = Peer(*caller.writer.get_extra_info("sockname"), "TCP")
        await until(lambda: skin.server.connections == 1)
        skin.machine.out.append((message(b"1"), here, spare))
        skin.server.flush()
        assert await caller.hears(message(b"1"))
        await caller.close()
        await until(lambda: skin.server.connections == 0)
        skin.machine.out.append((message(b"2"), here, spare))
        skin.server.flush()
        await until(lambda: listener.heard == message(b"2"))
        await listener.close()


async def test_a_refused_connection_is_told_once_for_each_destination():
    async with opened() as skin:
        listener = Listener()
        nobody = await listener.open()
        await listener.close()
        gone = Peer(HOST, 9, "TCP")
        skin.machine.out += [(message(), nobody), (message(), nobody), (message(), gone, nobody)]
        skin.server.flush()
        await until(lambda: len(skin.machine.unreached) == 2)
        assert set(skin.machine.unreached) == {nobody, gone}


async def test_a_peer_that_does_not_answer_the_call_is_given_up():
    async with opened(limits=Limits(connect=0.1, queued=2)) as skin:
        with socket.socket() as full:
            full.bind((HOST, 0))
            full.listen(0)
            there = Peer(*full.getsockname(), "TCP")
            with socket.create_connection(there[:2]):  # the only place in the queue
                skin.machine.out += [(message(), there) for _ in range(3)]
                skin.server.flush()
                await until(lambda: skin.machine.unreached == [there])  # one message too many for the queue
                await until(lambda: skin.machine.unreached == [there, there])


async def test_without_a_free_descriptor_callers_wait_until_there_is_one():
    async with opened() as skin:
        caller = socket.socket()
        caller.setblocking(False)
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        loop, free = asyncio.get_running_loop(), os.dup(caller.fileno())
        os.close(free)
        resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
        try:
            await loop.sock_connect(caller, skin.door[:2])
            await until(lambda: skin.server._connections._doors[0]._breath is not None)
            assert skin.server.connections == 0
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        await loop.sock_sendall(caller, message())
        async with asyncio.timeout(5):
            assert await loop.sock_recv(caller, 100) == message()
        caller.close()


async def test_closing_lets_the_last_words_leave_and_takes_no_more():
    async with opened() as skin:
        caller = await Caller.dial(skin.door)
        caller.send(message())
        assert await caller.hears(message())
        here = Peer(*caller.writer.get_extra_info("sockname"), "TCP")
        skin.machine.out.append((message(b"goodbye"), here))
        await skin.server.close()
        assert await caller.hung_up() == message(b"goodbye")
        with pytest.raises(OSError):
            await Caller.dial(skin.door)
        await caller.close()


async def test_both_versions_of_ip_share_a_port_by_udp_and_tcp():
    skin = Skin()
    try:
        port = skin.server.listen("TCP", "0.0.0.0", 0).port
        for transport, host in (("TCP", "::"), ("UDP", "0.0.0.0"), ("UDP", "::")):
            assert skin.server.listen(transport, host, port) == Peer(host, port, transport)
        caller = await Caller.dial(Peer("::1", port, "TCP"))
        caller.send(message())
        assert await caller.hears(message())
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as phone:
            phone.bind(("::1", 0))
            phone.setblocking(False)
            phone.sendto(b"hello", ("::1", port))
            async with asyncio.timeout(5):
                assert await asyncio.get_running_loop().sock_recv(phone, 100) == b"hello"
        assert {source.host for _, source in skin.machine.received} == {"::1"}
        await caller.close()
    finally:
        await skin.server.close()


async def test_what_no_socket_can_send_is_told_as_unreachable():
    async with opened() as skin:
        lost = [Peer("192.0.2.1", 5060), Peer("::1", 5060), Peer(HOST, 70_000, "TCP")]
        skin.machine.out += [(message(), peer) for peer in lost]
        skin.server.flush()
        await until(lambda: set(skin.machine.unreached) == set(lost))


async def test_names_are_looked_up_beside_the_machine_and_answered_once():
    async def look_up(target):
        if target.host == "bug.test":
            raise KeyError("a bug")
        return [Peer(HOST, 5060)] if target.host == "pbx.test" else []

    skin = Skin(look_up=look_up)
    names = [Target("pbx.test"), Target("nowhere.test"), Target("bug.test")]
    skin.machine.wanted += names
    skin.server.flush()
    await until(lambda: len(skin.machine.answered) == 3)
    assert dict(skin.machine.answered) == {names[0]: [Peer(HOST, 5060)], names[1]: [], names[2]: []}
    assert [type(failure) for failure in skin.failures] == [KeyError]
    await skin.server.close()
