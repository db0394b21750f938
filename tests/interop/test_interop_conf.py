"""What is handed out to PBX people is whole, and its README knows all of it."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from conftest import peer_required
from peers.kamailio import program

PROJECT = Path(__file__).resolve().parents[2]
ASTERISK = PROJECT / "asterisk-conf"
KAMAILIO = PROJECT / "kamailio-conf"


def sections(file: str) -> dict[str, str]:
    """Each section of an Asterisk file by name, those of one name together."""
    found: dict[str, str] = {}
    for name, body in re.findall(
        r"(?ms)^\[([\w-]+)\][^\n]*\n(.*?)(?=^\[|\Z)", (ASTERISK / file).read_text("utf-8")
    ):
        found[name] = found.get(name, "") + body
    return found


@pytest.mark.parametrize("folder", [ASTERISK, KAMAILIO], ids=lambda folder: folder.name)
def test_the_readme_names_every_file(folder: Path) -> None:
    readme = (folder / "README.md").read_text("utf-8")
    for file in folder.iterdir():
        assert file.name == "README.md" or f"`{file.name}`" in readme, f"{file.name} is not in the README"


def test_the_readme_quotes_the_values_that_stand_in_pjsip_conf() -> None:
    readme = (ASTERISK / "README.md").read_text("utf-8")
    text = (ASTERISK / "pjsip.conf").read_text("utf-8")
    for setting in ("bind", "contact", "match"):
        value = re.search(rf"(?m)^{setting}=(.*)$", text)
        assert value is not None
        assert f"| `{setting}` |" in readme
        assert f"`{value[1]}` |" in readme, f"{setting}={value[1]} is not in the README"
    for setting in ("direct_media=no", "send_pai=yes", "endpoint_identifier_order=username,ip,anonymous"):
        assert f"`{setting}`" in readme
        assert setting in text


def test_every_context_a_phone_or_trunk_names_is_in_the_dialplan() -> None:
    contexts = sections("extensions.conf")
    named = set(re.findall(r"(?m)^context=(\S+)$", (ASTERISK / "pjsip.conf").read_text("utf-8")))
    assert named <= set(contexts)
    included = {name for body in contexts.values() for name in re.findall(r"(?m)^include => (\S+)$", body)}
    assert included <= set(contexts)


def test_every_trunk_the_dialplan_uses_is_an_endpoint() -> None:
    trunks = re.findall(r"(?m)^TRUNK=(\S+)$", (ASTERISK / "extensions.conf").read_text("utf-8"))
    trunks += re.findall(r"INFOLINE_TRUNK=(\S+)", (ASTERISK / "pjsip.conf").read_text("utf-8"))
    assert trunks
    assert set(trunks) <= set(sections("pjsip.conf"))


def test_the_dial_to_the_line_has_no_option_that_takes_keys_from_it() -> None:
    to_the_line = re.findall(
        r"Dial\(PJSIP/\$\{EXTEN\}@\$\{TO\}([^)]*)\)", sections("extensions.conf")["hand-over"]
    )
    assert to_the_line == [",20"]


def test_the_line_can_reach_nobody_but_the_operators() -> None:
    assert re.findall(r"(?m)^(?:include|exten) => .*$", sections("extensions.conf")["from-infoline"]) == [
        "include => operators"
    ]
    named = {
        number.replace(" ", "")
        for file in (PROJECT / "dialplan").glob("*.toml")
        for number in re.findall(r'(?m)^transfer *= "([\d ]+)"', file.read_text("utf-8"))
    }
    operators = re.findall(r"(?m)^exten => (\w+),1", sections("extensions.conf")["operators"])
    assert set(operators) == named and named


def test_every_number_of_the_lines_is_handed_over() -> None:
    numbers = {
        number
        for file in (PROJECT / "dialplan").glob("*.toml")
        for number in tomllib.loads(file.read_text("utf-8"))["line"]["numbers"]
    }
    body = sections("extensions.conf")["infoline-numbers"]
    assert set(re.findall(r"(?m)^exten => ([\d*]+),1,Goto\(hand-over,", body)) == numbers


@pytest.mark.parametrize(
    "doors",
    [[], ["LISTEN_TCP=tcp:0.0.0.0:5060", "LISTEN_TLS=tls:0.0.0.0:5061"]],
    ids=["UDP", "UDP, TCP, TLS"],
)
def test_kamailio_takes_its_configuration(doors: list[str]) -> None:
    peer_required("kamailio")
    defined = [
        f'DISPATCHER_LIST="{KAMAILIO / "dispatcher.list"}"', f'TLS_CONFIG="{KAMAILIO / "tls.cfg"}"', *doors,
    ]  # fmt: skip
    check = subprocess.run(
        [program() or "kamailio", "-c", "-f", KAMAILIO / "kamailio.cfg", *(f"-A{one}" for one in defined)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert check.returncode == 0, check.stderr
    assert "ERROR" not in check.stderr
