"""The line behind a real Asterisk 22 with the configuration of ``asterisk-conf/``, and phones behind that."""

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import peer_required
from peers.asterisk import Asterisk, start_asterisk
from peers.baresip import Baresip
from peers.ear import Ear
from peers.line import PHONE, Line
from peers.process import until
from peers.sipp import Sipp
from sentences import CREDIT, hears

LISTEN_S = 9


def test_the_pbx_sees_the_line_and_complains_of_nothing(asterisk: Asterisk) -> None:
    assert asterisk.sees_the_line()
    assert [text for text in asterisk.log().splitlines() if " ERROR[" in text] == []


@pytest.mark.parametrize("codec", [pytest.param("PCMA", id="A-law"), pytest.param("PCMU", id="mu-law")])
def test_a_softphone_behind_the_pbx_hears_its_credit(
    line: Line, asterisk: Asterisk, baresip: Callable[..., Baresip], tmp_path: Path, codec: str
) -> None:
    """CP-10 with baresip: registers with a digest, dials 4488, presses 2 by RFC 4733, and listens."""
    with baresip(("127.0.0.1", asterisk.sip_port), "6001", "change-me-6001", codec) as phone:
        phone.wait_till_registered()
        phone.dial("4488")
        phone.listen(2)
        phone.press("2")
        phone.listen(LISTEN_S)
        phone.hang_up()
        found = hears(line, phone.heard(), CREDIT, tmp_path)
    assert found.correlation > 0.9, f"the credit was not heard: {found}"


@pytest.mark.parametrize(
    ("scenario", "phone"),
    [pytest.param("pbx_call", "6001", id="RFC 4733"), pytest.param("pbx_call_info", "6002", id="INFO")],
)
@pytest.mark.parametrize(
    "codec", [pytest.param((8, "PCMA"), id="A-law"), pytest.param((0, "PCMU"), id="mu-law")]
)
def test_a_key_reaches_the_line_through_the_pbx(
    line: Line,
    asterisk: Asterisk,
    sipp: Callable[..., Sipp],
    tmp_path: Path,
    scenario: str,
    phone: str,
    codec: tuple[int, str],
) -> None:
    """6001 sends RFC 4733 all the way, 6002 SIP INFO all the way (phone to PBX, PBX to line)."""
    peer_required("raw sockets")
    caller = sipp(number=phone, codec=codec)
    with Ear(caller.media_port) as ear:
        outcome = caller.play(scenario, ("127.0.0.1", asterisk.sip_port), login=(phone, f"change-me-{phone}"))
    assert outcome.code == 0, outcome.explain()
    found = hears(line, ear.audio(), CREDIT, tmp_path)
    assert found.correlation > 0.9, f"the credit was not heard: {found}"


def test_the_caller_is_known_by_the_pbx_s_number(
    line: Line, asterisk: Asterisk, sipp: Callable[..., Sipp]
) -> None:
    """The phone says it is 6001; the PBX says 777123456 in P-Asserted-Identity and From."""
    asterisk.cli("pjsip set logger on")
    try:
        caller = sipp(number="6001")
        caller.play("pbx_call", ("127.0.0.1", asterisk.sip_port), login=("6001", "change-me-6001"))
    finally:
        asterisk.cli("pjsip set logger off")
    said = asterisk.log() + asterisk.process.said()
    assert 'P-Asserted-Identity: "Softphone 6001" <sip:777123456@' in said


REGISTRATION = """

[to-the-line]
type=registration
transport=transport-udp
outbound_auth=to-the-line
server_uri=sip:{host}:{port}
client_uri=sip:{user}@{host}:{port}
retry_interval=2
max_random_initial_delay=0

[to-the-line]
type=auth
auth_type=digest
username={user}
password={password}
supported_algorithms_uac={algorithm}
"""


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_somebody_elses_digest_is_accepted(line: Line, algorithm: str) -> None:
    """RFC 8760: Asterisk registers as the line's softphone, once with each algorithm and no other."""
    peer_required("asterisk")
    text = REGISTRATION.format(
        host=line.address[0], port=line.address[1], user=PHONE[0], password=PHONE[1], algorithm=algorithm
    )
    client = start_asterisk(
        line.address, more={"pjsip.conf": text, "modules.conf": "load=res_pjsip_outbound_registration.so\n"}
    )
    try:
        until(
            lambda: "Registered" in client.cli("pjsip show registrations"),
            10,
            lambda: client.cli("pjsip show registrations") + client.log()[-2000:],
        )
    finally:
        client.stop()
