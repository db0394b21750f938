"""What the log says about a call, and what it must never say."""

import io
import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.call.events import (
    CallBegan,
    CallEnded,
    CallRefused,
    Fault,
    FilesRefused,
    LineEvent,
    RegistrationChanged,
    SentenceFailed,
)
from ivr.ops import logs
from ivr.ops.watching import _ROWS, log_events


@pytest.fixture
def written():
    return io.StringIO()


def test_a_call_has_one_line_when_it_begins_and_one_when_it_ends(written):
    log = logs.set_up("json", "info", written)
    watch = log_events(log)
    watch(CallBegan("a84b", "CallPro", "4488", "+420…456", "PCMA"))
    logs.packet(log, "<", "192.0.2.7:5060", b"INVITE sip:4488@line SIP/2.0\r\nVia: x\r\n\r\n")
    watch(CallEnded("a84b", "CallPro", "caller", 12.345, "short-menu", 600, 598, 2))
    began, ended = map(json.loads, written.getvalue().splitlines())
    assert (began["event"], began["call"], began["caller"], began["dialled"]) == (
        "call began",
        "a84b",
        "+420…456",
        "4488",
    )
    assert (ended["event"], ended["seconds"], ended["why"], ended["lost"]) == (
        "call ended",
        12.3,
        "caller",
        2,
    )


def test_every_event_of_the_line_has_a_row():
    assert set(_ROWS) == set(get_args(LineEvent))


@pytest.mark.parametrize(
    ("event", "level", "what"),
    [
        (RegistrationChanged("office", True, 200, "for 3600 s", None), "info", "registered"),
        (RegistrationChanged("office", False, 200, "line closed", None), "info", "registration ended"),
        (RegistrationChanged("office", False, 403, "Forbidden", 30.0), "error", "not registered"),
    ],
)
def test_a_registration_is_told_by_how_it_stands(written, event, level, what):
    log_events(logs.set_up("json", "info", written))(event)
    line = json.loads(written.getvalue())
    assert (line["level"], line["event"], line["registration"], line["why"]) == (
        level, what, "office", event.reason
    )  # fmt: skip
    assert line.get("again_in") == ("30 s" if level == "error" else None)


def test_each_problem_of_files_that_were_refused_has_a_line(written):
    log_events(logs.set_up("json", "info", written))(FilesRefused(("a.toml:3: one", "b.ftl:4: other")))
    first, *problems = map(json.loads, written.getvalue().splitlines())
    assert (first["event"], first["problems"]) == ("dialplans and prompts not read, the old ones stay", 2)
    assert [line["why"] for line in problems] == ["a.toml:3: one", "b.ftl:4: other"]


@pytest.mark.parametrize("form", ["text", "json"])
def test_refusals_failed_sentences_and_faults_each_have_a_line(form, written):
    watch = log_events(logs.set_up(form, "info", written))
    watch(CallRefused("…56", "192.0.2.7", 503, "no call is free"))
    watch(SentenceFailed("a84b", "credit-prepaid", "espeak-ng does not answer"))
    watch(Fault("signalling", ValueError("no account +420777123456")))
    said = written.getvalue()
    for part in (
        "503",
        "192.0.2.7",
        "credit-prepaid",
        "does not answer",
        "signalling",
        "ValueError",
        "+420…456",
    ):
        assert part in said
    assert "777123456" not in said


def test_packets_are_shown_at_debug_by_their_first_line(written):
    log = logs.set_up("text", "debug", written)
    logs.packet(log, "<", "192.0.2.7:5060", b"INVITE sip:+420777123456@line SIP/2.0\r\nAuthorization: x\r\n")
    assert "<" in written.getvalue() and "192.0.2.7:5060" in written.getvalue()
    assert "777123456" not in written.getvalue() and "Authorization" not in written.getvalue()


def test_what_a_peer_sent_cannot_begin_a_line_of_the_log(written):
    log = logs.set_up("text", "info", written)
    log.info("call began", dialled="44\n88\x1b[2J", call="c1")
    assert len(written.getvalue().splitlines()) == 1
    assert "\\n88\\x1b" in written.getvalue()


@pytest.mark.parametrize("form", ["text", "json"])
def test_keys_pins_and_passwords_are_dropped_at_any_depth(form, written):
    log = logs.set_up(form, "info", written)
    secrets = {"digits": "8642", "pin": "8642", "Password": "8642", "account_pin": "8642"}
    log.info("asked", call="c1", step="menu", heard=[secrets, {"inner": secrets}], **secrets)
    assert "8642" not in written.getvalue()
    assert "menu" in written.getvalue()


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_traceback_shows_no_number_and_no_secret_key(form, written):
    log = logs.set_up(form, "info", written)
    try:
        raise ValueError("no account +420777123456")
    except ValueError:
        log.exception("a call failed", call="c1")
    assert "no account +420…456" in written.getvalue()
    assert "777123456" not in written.getvalue()


@given(
    st.from_regex(r"\+?[1-9][0-9]{8,14}", fullmatch=True),
    st.sampled_from(["{}", "sip:{}@h", "<{}>", "from {}, twice {}"]),
)
def test_no_full_number_passes_in_any_text(number, around):
    event = logs.guard(None, "info", {"event": around.format(number, number), "other": [{"x": int(number)}]})
    assert number.lstrip("+") not in repr(event)


def test_addresses_and_times_pass_as_they_are():
    event = {
        "address": "192.168.100.200:5060",
        "timestamp": "2027-03-14T08:00:00.123456Z",
        "size": 1200,
        "ms": 3.5,
    }
    assert logs.guard(None, "info", dict(event)) == event
