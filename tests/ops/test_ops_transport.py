"""Where the line listens and by what: as the settings write it, and what its peers are told."""

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st
from operator_desk import open_desk, type_in

from ivr.errors import ConfigurationError
from ivr.net.udp import local_address
from ivr.ops.addresses import contact, our_host, reachable_at
from ivr.ops.settings import Settings, SettingsRefused, load_settings
from ivr.ops.settings_transport import Listen
from ivr.peer import Peer

TLS = '[sip.tls]\ncertificate = "line.pem"\n'


def read(folder, text: str) -> Settings:
    file = folder / "infoline.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file)


@pytest.mark.parametrize(
    ("written", "sockets"),
    [
        ('"192.0.2.5:5070"', ["udp:192.0.2.5:5070", "tcp:192.0.2.5:5070"]),
        ('"udp:0.0.0.0:5060"', ["udp:0.0.0.0:5060"]),
        ('["udp:0.0.0.0:5060", "TLS:0.0.0.0:5061"]', ["udp:0.0.0.0:5060", "tls:0.0.0.0:5061"]),
        ('["[::]:5060", "tcp:0.0.0.0:5062"]', ["udp:[::]:5060", "tcp:[::]:5060", "tcp:0.0.0.0:5062"]),
    ],
)
def test_listen_is_an_address_or_a_list_and_names_its_transport(tmp_path, written, sockets):
    settings = read(tmp_path, f"[sip]\nlisten = {written}\n{TLS}")
    assert [str(one) for one in settings.sip.listen] == sockets


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ('"0.0.0.0"', 'an address is written like "0.0.0.0:5060" or "[::]:5060", not "0.0.0.0"'),
        ('"sctp:0.0.0.0:5060"', 'a transport is "udp", "tcp" or "tls", not "sctp"'),
        ('"udp:pbx:5060"', "the line listens on an IP address, such as"),
        ('"localhost:5060"', "the line listens on an IP address, such as"),
        ('"udp:0.0.0.0:70000"', "a port is at most 65535, not 70000"),
        ("[]", "an address or a list of them, such as"),
        ("5060", "an address or a list of them, such as"),
        ("[5060]", "text in quotes"),
        ('["0.0.0.0:5060", "udp:127.0.0.1:5070"]', "UDP over IPv4 stands there twice"),
    ],
)
def test_what_listen_cannot_be_is_told_in_plain_words(tmp_path, written, problem):
    with pytest.raises(SettingsRefused) as caught:
        read(tmp_path, f"[sip]\nlisten = {written}\n")
    assert "infoline.toml:2: sip.listen: " in str(caught.value)
    assert problem in str(caught.value)


@given(st.text(max_size=30))
def test_any_text_is_a_socket_or_one_clear_error(tmp_path_factory, text):
    if any(letter in text for letter in "'\n\r") or not text.isprintable():
        return
    try:
        settings = read(tmp_path_factory.getbasetemp(), f"[sip]\nlisten = '{text}'\n")
    except ConfigurationError as error:
        assert "sip" in str(error)
    else:
        assert all(isinstance(one, Listen) for one in settings.sip.listen)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[sip]\nlisten = "tls:0.0.0.0:5061"\n', "to listen on tls, name a certificate in [sip.tls]"),
        ('[sip.tls]\nkey = "key.pem"\n', "sip.tls: a key wants the certificate it belongs to"),
        (f'{TLS}clients = "required"\n', "sip.tls: to check clients' certificates, name the ca"),
        (f'{TLS}clients = "perhaps"\n', "sip.tls.clients: one of 'none', 'optional' or 'required'"),
        ('[[trunks]]\ntransport = ["sctp"]\n', 'trunks.1.transport: a transport is "udp", "tcp" or "tls"'),
        ("[[trunks]]\ntransport = []\n", "trunks.1.transport: a list of transports"),
        ("[[trunks]]\ntransport = [5]\n", 'trunks.1.transport: a transport is "udp", "tcp" or "tls"'),
        ("[sip]\nmax_connections = 0\n", "sip.max_connections: at least 1"),
    ],
)
def test_tls_and_trunks_are_checked(tmp_path, text, problem):
    with pytest.raises(SettingsRefused) as caught:
        read(tmp_path, text)
    assert problem in str(caught.value)


def test_the_files_of_tls_are_read_from_the_settings_folder(tmp_path):
    tls = read(tmp_path, f'{TLS}key = "/etc/key.pem"\nca = ""\n').sip.tls
    assert (tls.certificate, str(tls.key), tls.ca) == (tmp_path / "line.pem", "/etc/key.pem", None)


def test_a_trunk_by_another_transport_than_its_own_is_a_stranger(tmp_path):
    settings = read(
        tmp_path,
        '[[trunks]]\nname = "carrier"\nnetworks = ["203.0.113.0/28", "10.1.2.3"]\ntransport = ["tls"]\n'
        '[[trunks]]\nname = "pbx"\nnetworks = ["10.1.2.3"]\ntransport = "udp"\n'
        '[[trunks]]\nname = "office"\nnetworks = ["198.51.100.0/24"]\n',
    )
    known = {
        (host, transport)
        for host in ("203.0.113.1", "10.1.2.3", "198.51.100.1", "192.168.1.1", "8.8.8.8")
        for transport in ("UDP", "TCP", "TLS")
        if settings.knows(host, transport)
    }
    assert known == {
        ("203.0.113.1", "TLS"),
        ("10.1.2.3", "TLS"),
        ("10.1.2.3", "UDP"),  # though phones may be in 10.0.0.0/8, TCP from this address is nobody's
        *(("198.51.100.1", transport) for transport in ("UDP", "TCP", "TLS")),
        *(("192.168.1.1", transport) for transport in ("UDP", "TCP", "TLS")),
    }
    assert [settings.trunk("10.1.2.3", transport).name for transport in ("UDP", "TLS")] == ["pbx", "carrier"]


def test_nearby_networks_of_both_versions_may_have_phones(tmp_path):
    settings = read(tmp_path, "trunks = []\n")
    for host in ("::1", "fe80::1%eth0", "fd00::7", "127.0.0.1", "192.168.0.9"):
        assert settings.knows(host, "TCP"), host
    assert not settings.knows("2001:db8::1", "TCP")


def test_each_peer_is_told_the_port_of_its_transport_and_an_address_of_its_version(tmp_path):
    sip = read(
        tmp_path,
        '[sip]\nlisten = ["udp:192.0.2.5:5070", "tcp:0.0.0.0:5072", "tls:0.0.0.0:5071", "udp:[::1]:5080"]\n'
        + TLS,
    ).sip
    told = contact(sip)
    assert told(Peer("10.0.0.1", 9)) == "192.0.2.5:5070"
    assert told(Peer("10.0.0.1", 9, "TCP")) == "192.0.2.5:5072"
    assert told(Peer("10.0.0.1", 9, "TLS")) == "192.0.2.5:5071"
    assert told(Peer("::1", 9)) == "[::1]:5080"
    assert told(Peer("::1", 9, "TLS")) == "[::1]:5061"  # where it does not listen: the transport's own


@pytest.mark.parametrize(
    ("advertised", "four", "six"),
    [
        ("198.51.100.9", "198.51.100.9", "::1"),
        ("2001:db8::9", "127.0.0.1", "2001:db8::9"),
        ("line.test", "line.test", "line.test"),
    ],
)
def test_a_named_address_is_told_to_its_own_version_and_a_name_to_both(tmp_path, advertised, four, six):
    sip = read(tmp_path, f'[sip]\nlisten = ["0.0.0.0:5060", "[::]:5060"]\nadvertise = "{advertised}"\n').sip
    host = our_host(sip)
    assert (host(Peer("127.0.0.1", 9)), host(Peer("::1", 9))) == (four, six)


def test_without_a_named_address_the_one_that_leads_to_the_peer_is_told(tmp_path):
    sip = read(tmp_path, '[sip]\nlisten = ["0.0.0.0:5060", "[::]:5060"]\n').sip
    host = our_host(sip)
    assert (host(Peer("127.0.0.9", 9)), host(Peer("::1", 9))) == ("127.0.0.1", "::1")
    assert local_address("fe80::1%nowhere") == "::1"


def test_people_read_each_address_once_with_its_transports(tmp_path):
    sip = read(tmp_path, '[sip]\nlisten = ["127.0.0.1:5060", "[::1]:5060", "tls:127.0.0.1:5061"]\n' + TLS).sip
    places = reachable_at([Peer(one.host, one.port, one.transport) for one in sip.listen], sip)
    assert [str(place) for place in places] == [
        "127.0.0.1:5060 (UDP, TCP)",
        "[::1]:5060 (UDP, TCP)",
        "127.0.0.1:5061 (TLS)",
    ]


def test_check_names_a_certificate_that_cannot_be_used(tmp_path, capsys, monkeypatch):
    desk = open_desk(tmp_path)
    desk.demo()
    monkeypatch.chdir(tmp_path)
    desk.change("infoline.toml", "[media]", f"{TLS}\n[media]")
    printed = type_in(capsys, "check")
    assert printed.status == 1
    assert printed.complaints == [
        f"infoline.toml: sip.tls.certificate: {tmp_path}/line.pem cannot be read: No such file or directory"
    ]
    trustme.CA().issue_cert("line.test").private_key_and_cert_chain_pem.write_to_path(tmp_path / "line.pem")
    assert type_in(capsys, "check").status == 0
