"""The line behind a real Asterisk 22 with the configuration of ``asterisk-conf/``, and phones behind that."""

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import peer_required
from handing_over import OPERATOR_VOICE, hand_over
from listening import find
from peers.asterisk import Asterisk
from peers.baresip import Baresip
from peers.line import Line
from peers.process import until
from peers.scenario import info, keys, receive
from peers.sipp import Sipp
from sentences import CREDIT, hears, hears_prompt, spoken_by
from together import ALIKE, call_that_listens, play_together

LISTEN_S = 7
LEFT = "why='line hung up' step=end"
PHONE_6001 = ("6001", "change-me-6001")
PHONE_6002 = ("6002", "change-me-6002")


def test_the_pbx_sees_the_line_and_complains_of_nothing(asterisk: Asterisk) -> None:
    assert asterisk.sees_the_line()
    assert [text for text in asterisk.log().splitlines() if " ERROR[" in text] == []


@pytest.mark.parametrize("codec", [pytest.param("PCMA", id="A-law"), pytest.param("PCMU", id="mu-law")])
def test_a_softphone_behind_the_pbx_hears_its_credit(
    line: Line, asterisk: Asterisk, baresip: Callable[..., Baresip], tmp_path: Path, codec: str
) -> None:
    """CP-10 with baresip: registers with a digest, dials 4488, presses 2 by RFC 4733, and listens.

    The phone says it is 6001; the PBX says 777123456 in P-Asserted-Identity.
    """
    asterisk.cli("pjsip set logger on")
    with baresip(("127.0.0.1", asterisk.sip_port), PHONE_6001, codec=codec) as phone:
        phone.wait_till_registered()
        phone.dial("4488")
        asterisk.cli("pjsip set logger off")
        phone.listen(1)
        phone.press("2")
        phone.listen(LISTEN_S)
        phone.hang_up()
        found = hears(line, phone.heard(), CREDIT, tmp_path)
    assert found.correlation > 0.9, f"the credit was not heard: {found}\n{line.log()[-2000:]}"
    said = asterisk.log() + asterisk.process.said()
    assert 'P-Asserted-Identity: "Softphone 6001" <sip:777123456@' in said


def test_key_0_hands_the_caller_to_the_operator_behind_the_pbx(
    line: Line, asterisk: Asterisk, baresip: Callable[..., Baresip], tmp_path: Path
) -> None:
    """CP-02, RFC 3515: a blind transfer. The two talk through the PBX, the line has left."""
    left = line.log().count(LEFT)
    heard = hand_over(baresip, ("127.0.0.1", asterisk.sip_port), PHONE_6001, PHONE_6002, tmp_path)
    transferring = hears_prompt(line, heard, "transferring")
    operator_heard = find(heard, OPERATOR_VOICE)
    assert transferring.correlation > 0.9
    assert operator_heard.correlation > 0.9
    assert operator_heard.offset_s > transferring.offset_s + 1
    until(lambda: line.log().count(LEFT) == left + 1, 3, line.log)


def test_a_key_reaches_the_line_through_the_pbx_by_either_law_and_way(
    line: Line, asterisk: Asterisk, sipp: Callable[..., Sipp]
) -> None:
    """6001 sends RFC 4733 all the way, 6002 SIP INFO all the way (phone to PBX, PBX to line); all at once."""
    peer_required("raw sockets")
    ways = {"RFC 4733": (PHONE_6001, [keys("2")]), "INFO": (PHONE_6002, [info("2", 3), receive(200)])}
    plans = {
        f"{way}, {codec[1]}": call_that_listens(sipp(number=phone[0], codec=codec), *press, login=phone)
        for way, (phone, press) in ways.items()
        for codec in ((8, "PCMA"), (0, "PCMU"))
    }
    calls = play_together(plans, ("127.0.0.1", asterisk.sip_port), spoken_by(line, CREDIT))
    for name, call in calls.items():
        assert call.outcome.code == 0, f"{name}: {call.outcome.explain()}"
        assert call.found.correlation > ALIKE, (
            f"{name}: the credit was not heard: {call.found}\n{line.log()[-2000:]}"
        )
