"""A phone that sends a key in two ways at once (SIPp): the menu of the running line takes it once."""

from collections.abc import Callable
from pathlib import Path

from conftest import peer_required
from listening import find
from peers.line import Line
from peers.pressed import write_press
from peers.scenario import info, keys, offer, pause, play, receive
from peers.sipp import Sipp
from sentences import rendered
from together import ALIKE, call_that_listens, play_together

KEY = "8"  # asks for the language; in that menu it is a wrong key
ASKED, WRONG = "For English, press two.", "Tato volba v nabídce není."


def without_events() -> str:
    """An offer of a phone whose keys are tones."""
    return "\n".join(
        row.removesuffix(" 96")
        for row in offer().split("\n")
        if "telephone-event" not in row and ":96" not in row
    )


def test_a_key_sent_in_two_ways_is_pressed_once(
    line: Line, sipp: Callable[..., Sipp], tmp_path: Path
) -> None:
    """Pressed twice, the second would be a wrong key, and be told so before the languages are offered."""
    peer_required("raw sockets")
    both = write_press(tmp_path / "both.pcap", KEY, tones=True, events=True)
    tones = write_press(tmp_path / "tones.pcap", KEY, tones=True, events=False)
    told = [info(KEY, 2), receive(200)]
    plans = {
        "events and tones": call_that_listens(sipp(), play(both)),
        "events and INFO at once": call_that_listens(sipp(), keys(KEY), *told),
        "INFO, then events": call_that_listens(sipp(), *told, pause(0.2), keys(KEY)),
        "tones and INFO": call_that_listens(sipp(), play(tones), pause(0.7), *told, body=without_events()),
        "tones alone": call_that_listens(sipp(), play(tones), body=without_events()),
    }
    said = rendered(line.settings, [("en", ASKED), ("cs", WRONG)], [])
    calls = play_together(plans, line.address, said[ASKED])
    for name, call in calls.items():
        assert call.outcome.code == 0, f"{name}: {call.outcome.explain()}"
        assert call.found.correlation > ALIKE, f"{name}: {call.found}\n{line.log()[-2000:]}"
        assert find(call.audio, said[WRONG]).correlation < 0.6, f"{name}: it was pressed twice"
