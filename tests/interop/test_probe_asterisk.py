"""The probe's phone against a real PBX: registers, is answered, presses a key, hears what that key brings."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import peer_required
from peers.asterisk import Asterisk, start_asterisk

from ivr.ops.probe_call import RATE, Order, ProbedCall, make_call
from ivr.ops.probe_hearing import speech_spells

NOBODY = ("127.0.0.1", 9)
TONES = """
[from-phones](+)
exten => 999,1,Answer()
 same => n,PlayTones(440)
 same => n,WaitExten(8)
 same => n,Hangup()
exten => 2,1,PlayTones(!880/1000,!0/5000)
 same => n,Wait(4)
 same => n,Hangup()
"""
MODULES = "\nload=app_playtones.so\nload=res_indications.so\n"


@pytest.fixture(scope="module")
def pbx() -> Iterator[Asterisk]:
    peer_required("asterisk")
    running = start_asterisk(
        NOBODY, line_answers=False, more={"extensions.conf": TONES, "modules.conf": MODULES}
    )
    yield running
    running.stop()


def called(pbx: Asterisk, **changes: object) -> ProbedCall:
    given = {
        "server": "127.0.0.1", "port": pbx.sip_port, "number": "999", "user": "6001",
        "password": "change-me-6001", "register": True, "keys": "2", "first_key": 0.5,
        "quiet": 0.5, "limit": 8,
    }  # fmt: skip
    return make_call(Order(**(given | changes)))  # type: ignore[arg-type]


def hertz(sound: np.ndarray) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(sound))) * RATE / len(sound))


@pytest.mark.interop
@pytest.mark.parametrize(("codec", "law"), [("alaw", "PCMA"), ("ulaw", "PCMU")])
def test_a_registered_phone_hears_the_answer_to_its_key_in_either_law(
    pbx: Asterisk, codec: str, law: str
) -> None:
    call = called(pbx, codec=codec)
    assert (call.failure, call.notes) == ("", ())
    assert call.codecs == (law,)
    assert (call.ended_by, call.bye_answered, call.lost) == ("probe", True, 0)
    key = round((call.keys[0] - call.began) * RATE)
    assert hertz(call.sound[key - RATE // 2 : key]) == pytest.approx(440, abs=10)
    assert hertz(call.sound[key + RATE // 4 : key + RATE]) == pytest.approx(880, abs=10)
    assert speech_spells(call.sound)[-1][1] - (call.keys[0] - call.began) == pytest.approx(1.1, abs=0.3)


@pytest.mark.interop
def test_a_call_the_pbx_ends_is_answered_and_told(pbx: Asterisk) -> None:
    call = called(pbx, quiet=7)
    assert (call.ended_by, call.bye_answered) == ("line", True)


@pytest.mark.interop
def test_a_number_the_pbx_does_not_know_is_refused_in_its_words(pbx: Asterisk) -> None:
    assert called(pbx, number="998").failure == "the call was refused: 404 Not Found"


@pytest.mark.interop
def test_a_wrong_password_is_told_as_such(pbx: Asterisk) -> None:
    assert called(pbx, password="wrong").failure.startswith("could not register: ")


def test_the_phone_stands_apart_from_the_line() -> None:
    """pyVoIP is GPLv3: the line's own modules never import it, and the phone imports nothing of the line."""
    rooms = Path(__file__).parents[2] / "ivr"
    for file in rooms.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        apart = file.parent.name == "probe_phone"
        assert ("from pyVoIP" in text or "import pyVoIP" in text) <= apart, file
        assert not (apart and "from ivr" in text), file
