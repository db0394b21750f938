"""RFC 3263 against a name server on loopback, by every rule that chooses transport, port and address."""

import asyncio
import socket
from collections import Counter

import dns.asyncresolver
import dns.flags
import dns.message
import dns.nameserver
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from ivr.net.resolver import Resolver
from ivr.peer import Peer, Target

ZONE = """
full.test.              60 NAPTR 20 10 "s" "SIP+D2U" "" _sip._udp.full.test.
full.test.              60 NAPTR 10 20 "s" "SIP+D2T" "" _sip._tcp.full.test.
full.test.              60 NAPTR 10 10 "s" "SIPS+D2T" "" _sips._tcp.full.test.
full.test.              60 NAPTR 5 10 "s" "SIP+D2S" "" _sip._sctp.full.test.
_sips._tcp.full.test.   60 SRV 10 1 5071 a.full.test.
_sip._tcp.full.test.    60 SRV 20 1 5072 b.full.test.
_sip._tcp.full.test.    60 SRV 10 1 5070 a.full.test.
_sip._udp.full.test.    60 SRV 10 1 5060 a.full.test.
a.full.test.            60 A 192.0.2.1
b.full.test.            60 A 192.0.2.2
full.test.              60 A 192.0.2.9
srv.test.               60 A 192.0.2.9
_sip._tcp.srv.test.     60 SRV 1 1 5080 both.test.
plain.test.             60 A 192.0.2.4
both.test.              60 A 192.0.2.5
both.test.              60 AAAA 2001:db8::5
six.test.               60 AAAA 2001:db8::6
alias.test.             60 CNAME plain.test.
brief.test.             0 A 192.0.2.7
_sip._udp.none.test.    60 SRV 0 0 0 .
none.test.              60 A 192.0.2.8
_sip._udp.weight.test.  60 SRV 1 90 5060 a.full.test.
_sip._udp.weight.test.  60 SRV 1 10 5060 plain.test.
"""


class NameServer(asyncio.DatagramProtocol):
    """Answers from ZONE; silent about names that begin with ``mute``, counts what it is asked."""

    def __init__(self) -> None:
        self.asked: Counter[tuple[str, str]] = Counter()
        self.records: dict[tuple[str, str], list[str]] = {}
        for line in ZONE.strip().splitlines():
            name, ttl, kind, data = line.split(None, 3)
            self.records.setdefault((name, kind), []).append(f"{ttl} {data}")

    def connection_made(self, transport) -> None:
        self.transport = transport

    def datagram_received(self, data, address) -> None:
        query = dns.message.from_wire(data)
        name = query.question[0].name.to_text().lower()
        kind = dns.rdatatype.to_text(query.question[0].rdtype)
        self.asked[name, kind] += 1
        if name.startswith("mute"):
            return
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.AA
        for owner in (name, *(entry.partition(" ")[2] for entry in self.records.get((name, "CNAME"), []))):
            shown = "CNAME" if owner == name and (name, "CNAME") in self.records else kind
            for entry in self.records.get((owner, shown), []):
                ttl, _, rdata = entry.partition(" ")
                answer.answer.append(dns.rrset.from_text(owner, int(ttl), "IN", shown, rdata))
        if not any(known == name for known, _ in self.records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self.transport.sendto(answer.to_wire(), address)


async def nothing(host: str) -> list[str]:
    return []


@pytest.fixture
async def server():
    transport, served = await asyncio.get_running_loop().create_datagram_endpoint(
        NameServer, local_addr=("127.0.0.1", 0)
    )
    yield served
    transport.close()


def asking(server: NameServer, families=(4, 6), otherwise=nothing, time_limit=4.0) -> Resolver:
    servers = dns.asyncresolver.Resolver(configure=False)
    servers.nameservers, servers.port = ["127.0.0.1"], server.transport.get_extra_info("sockname")[1]
    return Resolver(families, servers, otherwise, time_limit)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        # 4.1: a numeric host is sent to as it stands, without a question
        (Target("192.0.2.1"), ["192.0.2.1:5060"]),
        (Target("192.0.2.1", 5080, "TCP"), ["192.0.2.1:5080/TCP"]),
        (Target("192.0.2.1", None, "TLS"), ["192.0.2.1:5061/TLS"]),
        (Target("2001:db8::1", secure=True), ["[2001:db8::1]:5061/TLS"]),
        (Target("[2001:db8::1]", 5080), ["[2001:db8::1]:5080"]),
        # NAPTR: by order, then preference, without services we do not speak; each service by its SRV
        (
            Target("full.test"),
            [
                "192.0.2.1:5071/TLS", "192.0.2.1:5070/TCP", "192.0.2.2:5072/TCP",
                "192.0.2.1:5060",
            ],
        ),
        (Target("full.test", secure=True), ["192.0.2.1:5071/TLS"]),
        # a transport that is named: its SRV; a port that is named: addresses alone
        (
            Target("full.test", None, "TCP"),
            ["192.0.2.1:5070/TCP", "192.0.2.2:5072/TCP"],
        ),
        (Target("full.test", 5090), ["192.0.2.9:5090"]),
        (Target("full.test", 5090, secure=True), ["192.0.2.9:5090/TLS"]),
        (Target("full.test", 5090, "TCP", secure=True), ["192.0.2.9:5090/TLS"]),
        # no NAPTR: whatever SRV there are; none: addresses and the default port
        (Target("srv.test"), ["[2001:db8::5]:5080/TCP", "192.0.2.5:5080/TCP"]),
        (Target("srv.test", None, "UDP"), ["192.0.2.9:5060"]),
        (Target("plain.test"), ["192.0.2.4:5060"]),
        (Target("plain.test", secure=True), ["192.0.2.4:5061/TLS"]),
        (Target("alias.test"), ["192.0.2.4:5060"]),
        (Target("PLAIN.test."), ["192.0.2.4:5060"]),
        (Target("both.test"), ["[2001:db8::5]:5060", "192.0.2.5:5060"]),
        # RFC 2782: a single dot says that the service is not offered
        (Target("none.test"), []),
        # what contradicts itself, and what is no name
        (Target("plain.test", None, "UDP", secure=True), []),
        (Target("192.0.2.1", None, "UDP", secure=True), []),
        (Target("nowhere.test"), []),
        (Target("a..test"), []),
        (Target("x" * 70 + ".test"), []),
        (Target(".".join(["x" * 60] * 4)), []),
        (Target("\udce9"), []),
        (Target(""), []),
    ],
    ids=str,
)  # fmt: skip
async def test_a_target_leads_to_these_peers_in_this_order(server, target, expected):
    assert [str(peer) for peer in await asking(server).look_up(target)] == expected


async def test_only_addresses_we_can_send_to_are_found(server):
    assert await asking(server, families=(4,)).look_up(Target("six.test")) == []
    assert await asking(server, families=(4,)).look_up(Target("2001:db8::1")) == []
    assert await asking(server, families=(4,)).look_up(Target("both.test")) == [Peer("192.0.2.5", 5060)]
    assert ("both.test.", "AAAA") not in server.asked
    assert await asking(server, families=(6,)).look_up(Target("both.test")) == [Peer("2001:db8::5", 5060)]


async def test_a_service_that_is_not_offered_is_asked_for_no_address(server):
    assert await asking(server).look_up(Target("none.test")) == []
    assert not [name for name, kind in server.asked if kind in ("A", "AAAA")]


async def test_weights_share_out_the_first_place(server):
    resolver = asking(server)
    first = Counter([(await resolver.look_up(Target("weight.test")))[0].host for _ in range(300)])
    assert first["192.0.2.1"] > first["192.0.2.4"] > 0


async def test_answers_are_kept_while_they_live_and_what_is_not_there_too(server):
    resolver = asking(server)
    for _ in range(3):
        await resolver.look_up(Target("full.test"))
        await resolver.look_up(Target("brief.test", 5060))
    assert server.asked["full.test.", "NAPTR"] == 1
    assert server.asked["_sip._tcp.full.test.", "SRV"] == 1
    assert server.asked["brief.test.", "A"] == 3


async def test_a_silent_server_is_given_up_in_time(server):
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert await asking(server, time_limit=0.2).look_up(Target("mute.test")) == []
    assert loop.time() - began < 2


async def test_a_dead_server_does_not_hide_the_one_after_it(server):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as dead:
        dead.bind(("127.0.0.1", 0))
        resolver = asking(server)
        alive = resolver._servers.port
        resolver._servers.nameservers = [
            dns.nameserver.Do53Nameserver("127.0.0.1", port) for port in (dead.getsockname()[1], alive)
        ]
        resolver._servers.timeout = 0.05
        assert await resolver.look_up(Target("srv.test")) == [
            Peer("2001:db8::5", 5080, "TCP"),
            Peer("192.0.2.5", 5080, "TCP"),
        ]


async def test_a_name_that_the_dns_does_not_know_is_asked_of_this_machine(server):
    async def hosts(name):
        return ["10.0.0.7", "fd00::7"] if name == "pbx" else []

    resolver = asking(server, families=(4,), otherwise=hosts)
    assert await resolver.look_up(Target("pbx", 5070, "TCP")) == [Peer("10.0.0.7", 5070, "TCP")]
    assert await resolver.look_up(Target("plain.test", 5060)) == [Peer("192.0.2.4", 5060)]


async def test_this_machine_knows_its_own_name(server):
    found = await Resolver((4,), asking(server)._servers).look_up(Target("localhost", 5060))
    assert found == [Peer("127.0.0.1", 5060)]


async def test_it_remembers_the_name_that_was_asked_for_not_the_hosts(server):
    """RFC 5922 section 4: the certificate is to name the domain, wherever its records lead."""
    resolver = asking(server)
    peer = (await resolver.look_up(Target("full.test", secure=True)))[0]
    assert resolver.name_of(peer) == "full.test"
    assert resolver.name_of(Peer("192.0.2.200", 5061, "TLS")) is None
