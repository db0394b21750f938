"""The line as extensions of an Asterisk 22: registered by digest and transport, called, and gone again."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import peer_required
from peers.asterisk import Asterisk, root, start_asterisk
from peers.certificates import Certificates
from peers.line import Line, start_line
from peers.process import free_port, until
from peers.scenario import keys
from peers.sipp import Sipp
from sentences import CREDIT, spoken_by
from together import ALIKE, call_that_listens, play_till_heard

EXTENSIONS = {  # number at the PBX: digest and transport
    "4491": ("MD5", "udp"),
    "4492": ("SHA-256", "udp"),
    "4493": ("SHA-512-256", "tcp"),
    "4494": ("SHA-256", "tls"),
    "4495": ("MD5", "tcp"),
}
TRANSPORTS = """
[transport-tcp]
type=transport
protocol=tcp
bind=127.0.0.1:{tcp}

[transport-tls]
type=transport
protocol=tls
method=tlsv1_2
bind=127.0.0.1:{tls}
cert_file={folder}/server.pem
priv_key_file={folder}/server.key
ca_list_file={folder}/ca.pem
verify_server=yes
"""
EXTENSION = """
[{number}](line)
transport=transport-{transport}
auth={number}
aors={number}

[{number}](phone-address)

[{number}]
type=auth
auth_type=digest
username=login-{number}
password=secret-{number}
supported_algorithms_uas={digest}
"""
DIALPLAN = """
[from-phones](+)
exten => _449X,1,Dial(PJSIP/${EXTEN},20)
 same => n,Hangup(${HANGUPCAUSE})
"""
REGISTRATION = """
[[registrations]]
name = "extension {number}"
registrar = "127.0.0.1:{port}"
transport = "{transport}"
user = "{number}"
auth_user = "login-{number}"
password = "secret-{number}"
number = "4488"
trust = true
"""
# Nobody else on this machine is believed, so that what is believed is so by the registrations.
TRUNKS = """
[[trunks]]
name = "elsewhere"
networks = ["192.0.2.0/24"]
"""


@dataclass(frozen=True, slots=True)
class Extensions:
    """The PBX, its port for each transport, and the line that is registered there."""

    pbx: Asterisk
    ports: dict[str, int]
    line: Line


def registrations(ports: dict[str, int], *numbers: str) -> str:
    told = [
        REGISTRATION.format(number=number, port=ports[transport], transport=transport.upper())
        for number in numbers
        for _, transport in [EXTENSIONS[number]]
    ]
    return "".join([*told, TRUNKS])


def bound(pbx: Asterisk, number: str) -> bool:
    """Whether the PBX knows where this extension is."""
    return f"{number}/sip:{number}@127.0.0.1:" in pbx.cli("pjsip show contacts")


@pytest.fixture(scope="module")
def extensions(tmp_path_factory: pytest.TempPathFactory, certificates: Certificates) -> Iterator[Extensions]:
    peer_required("line")
    peer_required("asterisk")
    shown = Path(tempfile.mkdtemp(prefix="infoline-test-", dir=root() / "tmp"))
    certificates.copied_to(shown)
    ports = {name: free_port() for name in ("tcp", "tls")}
    text = TRANSPORTS.format(**ports, folder=f"/{shown.relative_to(root())}") + "".join(
        EXTENSION.format(number=number, transport=transport, digest=digest)
        for number, (digest, transport) in EXTENSIONS.items()
    )
    pbx = start_asterisk(
        ("127.0.0.1", free_port()),
        line_answers=False,
        more={"pjsip.conf": text, "extensions.conf": DIALPLAN},
    )
    try:
        ports["udp"] = pbx.sip_port
        line = start_line(
            tmp_path_factory.mktemp("extensions"),
            media_more=registrations(ports, "4491", "4492", "4493", "4494"),
            certificates=certificates,
        )
        try:
            yield Extensions(pbx, ports, line)
        finally:
            line.stop()
    finally:
        pbx.stop()
        shutil.rmtree(shown)


@pytest.mark.interop
@pytest.mark.parametrize("number", ["4491", "4492", "4493", "4494"])
def test_a_call_to_the_extension_is_answered_and_the_caller_believed(
    extensions: Extensions, sipp: Callable[..., Sipp], number: str
) -> None:
    """RFC 3261 section 10.2, RFC 8760; the PBX vouches for 777123456, so their credit is heard."""
    peer_required("raw sockets")
    until(lambda: bound(extensions.pbx, number), 10, lambda: extensions.line.log()[-3000:])
    assert f"registration='extension {number}'" in extensions.line.log()
    plan = call_that_listens(sipp(number="6001"), keys("2"), login=("6001", "change-me-6001"))
    credit = spoken_by(extensions.line, CREDIT)
    call = play_till_heard(plan, ("127.0.0.1", extensions.pbx.sip_port), credit, dial=number)
    log = extensions.line.log()[-3000:]
    assert call.outcome.code == 0, call.outcome.explain() + log
    assert call.found.correlation > ALIKE, f"the credit was not heard: {call.found}\n{log}"
    assert "dialled=4488" in extensions.line.log()  # whichever extension was called


@pytest.mark.interop
def test_a_line_that_closes_leaves_the_pbx(extensions: Extensions, tmp_path: Path) -> None:
    """Section 10.2.2: nobody is sent to a line that is gone."""
    line = start_line(tmp_path, media_more=registrations(extensions.ports, "4495"))
    try:
        until(lambda: bound(extensions.pbx, "4495"), 10, lambda: line.log()[-3000:])
        line.process.ask_to_stop()
        until(
            lambda: not bound(extensions.pbx, "4495"), 10, lambda: extensions.pbx.cli("pjsip show contacts")
        )
        until(lambda: not line.process.alive, 15, line.log)
    finally:
        line.process.stop()
    assert "registration ended" in line.log()
    assert "secret-4495" not in line.log()
