"""A PBX whose trunk to the line is TCP or TLS (``pjsip-tcp.conf``, ``pjsip-tls.conf``), phones behind it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import peer_required
from handing_over import OPERATOR_VOICE, hand_over
from listening import find
from peers.asterisk import Asterisk, Streams, start_asterisk
from peers.baresip import Baresip
from peers.certificates import Certificates
from peers.line import Line
from peers.process import until
from peers.scenario import keys
from peers.sipp import Sipp
from sentences import CREDIT, hears_prompt, spoken_by
from together import ALIKE, call_that_listens, play_together

PHONE = """
[{name}](phone)
auth={name}
aors={name}
callerid="{name}" <777123456>
set_var=INFOLINE_TRUNK=infoline-{trunk}

[{name}](phone-address)

[{name}](phone-password)
username={name}
password={name}
"""
TRUNKS = {"tcp": "6021", "tls": "6022"}
LEFT = "why='line hung up' step=end"


@pytest.fixture(scope="module")
def pbx(streams_line: Line, certificates: Certificates) -> Iterator[Asterisk]:
    peer_required("asterisk")
    running = start_asterisk(
        streams_line.address,
        more={"pjsip.conf": "".join(PHONE.format(name=name, trunk=trunk) for trunk, name in TRUNKS.items())},
        streams=Streams(streams_line.address, streams_line.tls, certificates),
    )
    running.cli("pjsip set logger on")
    yield running
    running.stop()


@pytest.mark.interop
def test_the_pbx_sees_the_line_by_both_and_complains_of_nothing(pbx: Asterisk) -> None:
    assert [pbx.contact(f"infoline-{trunk}") for trunk in TRUNKS] == ["Avail", "Avail"]
    assert [text for text in pbx.log().splitlines() if " ERROR[" in text] == []


@pytest.mark.interop
def test_phones_behind_the_pbx_hear_their_credit(
    streams_line: Line, pbx: Asterisk, sipp: Callable[..., Sipp]
) -> None:
    peer_required("raw sockets")
    plans = {
        trunk: call_that_listens(sipp(number=phone), keys("2"), login=(phone, phone))
        for trunk, phone in TRUNKS.items()
    }
    calls = play_together(plans, ("127.0.0.1", pbx.sip_port), spoken_by(streams_line, CREDIT))
    for trunk, call in calls.items():
        assert call.outcome.code == 0, f"{trunk}: {call.outcome.explain()}"
        assert call.found.correlation > ALIKE, f"{trunk}: the credit was not heard: {call.found}"
        to_the_line = streams_line.tls if trunk == "tls" else streams_line.address
        sent = f"to {trunk.upper()}:127.0.0.1:{to_the_line[1]} --->\nINVITE"
        assert sent in pbx.process.said().replace("\r", ""), f"the call did not go by {trunk}"


@pytest.mark.interop
@pytest.mark.parametrize("trunk", TRUNKS)
def test_key_0_hands_the_caller_over_by_the_trunks_connection(
    streams_line: Line, pbx: Asterisk, baresip: Callable[..., Baresip], tmp_path: Path, trunk: str
) -> None:
    """RFC 3515 with RFC 5923: REFER and BYE go by the connection that brought the INVITE."""
    left = streams_line.log().count(LEFT)
    caller = TRUNKS[trunk], TRUNKS[trunk]
    heard = hand_over(baresip, ("127.0.0.1", pbx.sip_port), caller, ("6002", "change-me-6002"), tmp_path)
    assert hears_prompt(streams_line, heard, "transferring").correlation > 0.9
    assert find(heard, OPERATOR_VOICE).correlation > 0.9
    until(lambda: streams_line.log().count(LEFT) == left + 1, 3, streams_line.log)
    refers = [m for m in pbx.messages() if m.received and m.start.startswith("REFER")]
    assert f"SIP/2.0/{trunk.upper()} " in refers[-1].header("Via")[0]
