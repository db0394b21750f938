"""Phones that register straight to the line, and call from there: nobody in between, no PBX needed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import peer_required
from peers.asterisk import start_asterisk
from peers.baresip import Baresip
from peers.line import PHONE, PLAIN_PHONE, Line
from peers.process import until
from peers.scenario import keys
from peers.sipp import Sipp
from sentences import PHONES_CREDIT, hears, spoken_by
from together import ALIKE, call_that_listens, play_till_heard


def test_a_softphone_registers_by_digest_and_leaves(brisk_line: Line, sipp: Callable[..., Sipp]) -> None:
    """RFC 3261 section 10.3, RFC 2617: SIPp answers with MD5."""
    outcome = sipp().play("register", brisk_line.address, keys={"user": PHONE[0]}, login=PHONE)
    assert outcome.code == 0, outcome.explain()
    challenge = " ".join(outcome.received(401, "REGISTER")[0].header("WWW-Authenticate"))
    assert "nonce=" in challenge
    assert "qop" in challenge


def test_a_wrong_password_stays_outside(brisk_line: Line, sipp: Callable[..., Sipp]) -> None:
    outcome = sipp().play(
        "register_refused", brisk_line.address, keys={"user": PHONE[0]}, login=(PHONE[0], "no")
    )
    assert outcome.code == 0, outcome.explain()
    assert not outcome.received(200, "REGISTER")


def test_a_registered_softphone_hears_the_credit_of_its_own_number(
    brisk_line: Line, baresip: Callable[..., Baresip], tmp_path: Path
) -> None:
    """The line knows the phone by where it registered from, whatever its From says."""
    with baresip(brisk_line.address, PLAIN_PHONE) as phone:
        phone.wait_till_registered()
        phone.dial("4488")
        phone.listen(1)
        phone.press("2")
        phone.listen(6)
        phone.hang_up()
        found = hears(brisk_line, phone.heard(), PHONES_CREDIT, tmp_path)
    assert found.correlation > 0.9, f"the credit was not heard: {found}\n{brisk_line.log()[-2000:]}"


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
def test_a_pbx_registers_with_either_digest_and_calls(
    line: Line, sipp: Callable[..., Sipp], algorithm: str
) -> None:
    """RFC 8760: Asterisk registers as one of the line's phones, with this algorithm and no other.

    What it hands on then is a call of that phone's, whatever number it asserts.
    """
    peer_required("raw sockets")
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
        plan = call_that_listens(sipp(number="6001"), keys("2"), login=("6001", "change-me-6001"))
        call = play_till_heard(plan, ("127.0.0.1", client.sip_port), spoken_by(line, PHONES_CREDIT))
    finally:
        client.stop()
    assert call.outcome.code == 0, call.outcome.explain()
    assert call.found.correlation > ALIKE, f"the credit was not heard: {call.found}\n{line.log()[-2000:]}"


@pytest.mark.parametrize(("password", "code"), [(PLAIN_PHONE[1], 0), ("wrong", 1)])
def test_a_phone_that_has_not_registered_calls_with_its_password(
    open_line: Callable[..., Line], sipp: Callable[..., Sipp], password: str, code: int
) -> None:
    """RFC 3261 section 22.2, where this machine is no trunk."""
    elsewhere = '[[trunks]]\nname = "PBX"\nnetworks = ["127.0.0.99"]\n'
    line = open_line(sip_more='digests = ["MD5"]', media_more=elsewhere)
    outcome = sipp().play("call_proven", line.address, login=(PLAIN_PHONE[0], password))
    assert outcome.code == code, outcome.explain()
    assert ("call began" in line.log()) == (code == 0)
