"""``ivr run`` with [[registrations]]: another line is its registrar; calls to the extension are answered."""

import signal
import socket
import subprocess
from collections.abc import Callable

import pytest
from hand_phone import HandPhone
from operator_desk import PATIENCE, Desk, open_desk, started, type_in, until

PHONE = """
[[phones]]
user = "extension"
password = "its secret"
number = "+420777000021"
"""
REGISTRATION = """
[[registrations]]
name = "house PBX"
registrar = "127.0.0.1:{port}"
user = "extension"
password = "{password}"
number = "4488"
"""


@pytest.fixture
def make_desk(tmp_path) -> Callable[..., Desk]:
    def make(name: str, more: str) -> Desk:
        folder = tmp_path / name
        folder.mkdir()
        desk = open_desk(folder)
        desk.settings.write_text(desk.settings.read_text("utf-8") + more, "utf-8")
        return desk

    return make


def asked_to_stop(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGTERM)
    rest = process.communicate(timeout=PATIENCE)[0]
    assert (process.returncode, "Traceback" in rest) == (0, False), rest
    return rest


def test_the_line_registers_answers_its_extension_and_leaves(make_desk):
    pbx = make_desk("pbx", PHONE)
    with started(pbx, "run") as registrar:
        until(registrar, "Ctrl-C closes it")
        desk = make_desk("line", REGISTRATION.format(port=pbx.port, password="its secret"))
        with started(desk, "run") as process:
            said = until(process, "registered     registration=")
            assert "registers as extension with sip:127.0.0.1:" in "\n".join(said)
            with HandPhone(desk.port, user="extension") as caller:
                caller.call()
                caller.hang_up()
            rest = asked_to_stop(process)
        assert "dialled=4488" in rest
        assert "registration ended" in rest and "line closed" in rest and "did not say so" not in rest
        assert "its secret" not in "\n".join(said) + rest
        asked_to_stop(registrar)


def test_a_registration_that_is_refused_is_one_plain_line_and_the_line_works(make_desk):
    pbx = make_desk("pbx", PHONE)
    with started(pbx, "run") as registrar:
        until(registrar, "Ctrl-C closes it")
        desk = make_desk("line", REGISTRATION.format(port=pbx.port, password="wrong one"))
        with started(desk, "run") as process:
            (told,) = [line for line in until(process, "not registered") if "not registered" in line]
            assert "status=401" in told and "the password was not taken" in told
            with HandPhone(desk.port) as caller:
                caller.call()
                caller.hang_up()
            assert "wrong one" not in asked_to_stop(process)
        asked_to_stop(registrar)


def test_a_registrar_that_is_silent_does_not_keep_the_line_from_closing(make_desk):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        desk = make_desk("line", REGISTRATION.format(port=silent.getsockname()[1], password="x"))
        with started(desk, "run") as process:
            until(process, "Ctrl-C closes it")
            assert silent.recv(65535).startswith(b"REGISTER sip:127.0.0.1")
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=9)
            assert process.returncode == 0


def test_a_number_that_no_line_answers_is_named_by_check(make_desk, monkeypatch, capsys):
    desk = make_desk("line", REGISTRATION.format(port=5060, password="x").replace("4488", "4489"))
    monkeypatch.chdir(desk.folder)
    monkeypatch.delenv("INFOLINE_SETTINGS", raising=False)
    printed = type_in(capsys, "check")
    assert printed.status == 1
    (complaint,) = [line for line in printed.complaints if "registrations" in line]
    assert complaint.startswith("infoline.toml: registrations.1.number: no line answers 4489, only ")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('registrar = "127.0.0.1:5060"', 'registrar = "sip:a@b"', "registrations.1.registrar: a server is"),
        ('user = "extension"', 'user = "a b"', "registrations.1.user: written in a way"),
        ('password = "x"', 'password = ""', "registrations.1.password: may not be empty"),
        ('password = "x"', 'password = "x"\nexpires = "5 s"', "registrations.1.expires: at least 60"),
        ('password = "x"', 'password = "x"\ntransport = "SCTP"', "registrations.1.transport: one of 'auto'"),
        (
            "127.0.0.1:5060",
            'sip:pbx;transport=tcp"\ntransport = "TLS',
            "registrations.1: the transport is named twice",
        ),
        ("127.0.0.1:5060", 'sips:pbx"\ntransport = "TCP', 'registrations.1: "sips:" goes by TLS alone'),
        (
            'number = "4488"',
            'number = "4488"\n[[credentials]]\nrealm = "a"',
            "credentials.1.password: is missing",
        ),
    ],
)
def test_what_is_wrong_with_a_registration_is_said_with_its_line(
    make_desk, monkeypatch, capsys, old, new, said
):
    text = REGISTRATION.format(port=5060, password="x")
    assert old in text
    desk = make_desk("line", text.replace(old, new))
    monkeypatch.chdir(desk.folder)
    monkeypatch.delenv("INFOLINE_SETTINGS", raising=False)
    printed = type_in(capsys, "check")
    assert printed.status == 1
    assert any(said in line for line in printed.complaints), printed.err
    assert all(line.startswith("infoline.toml:") for line in printed.complaints)
