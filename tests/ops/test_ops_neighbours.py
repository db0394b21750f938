"""Whom the line listens to and believes: trunks by their networks, registrars by where they were found."""

from pathlib import Path

import pytest

from ivr.ops.neighbours import Neighbours
from ivr.ops.settings import Settings, SettingsRefused, load_settings
from ivr.peer import Peer
from ivr.sip.agent import UserAgent

PBX, OTHER = "203.0.113.7", "203.0.113.8"
FILE = """
[sip]
phones_from = []

[[trunks]]
name = "carrier"
networks = ["198.51.100.0/24"]
country = "FR"

[[registrations]]
name = "office"
registrar = "203.0.113.7"
user = "infoline"
password = "x"
number = "4488"
country = "SK"
trust = true

[[registrations]]
name = "night"
registrar = "night.example.com"
user = "3111"
password = "x"
"""


def read(folder: Path, text: str = FILE) -> Settings:
    file = folder / "infoline.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file)


def neighbours(settings: Settings) -> Neighbours:
    """With every registration on its way, and the name looked up."""
    agent = UserAgent(lambda peer: "192.0.2.1:5060", lambda: "0123456789abcdef")
    for entry in settings.registrations:
        agent.registrars.register(entry.for_sip(), 0.0)
    for target in agent.targets_to_look_up():
        agent.found(target, [Peer(OTHER, 5060)], 0.0)
    near = Neighbours(settings)
    near.registrations_at = agent.registrars.at
    return near


def test_only_calls_of_a_trunk_that_says_so_are_sent_no_silence(tmp_path):
    near = neighbours(read(tmp_path, FILE.replace('country = "FR"', 'country = "FR"\nsilence = "none"')))
    hosts = "198.51.100.9", PBX, "203.0.113.9"
    assert [near.takes_silence(host) for host in hosts] == [False, True, True]
    with pytest.raises(SettingsRefused, match=r"trunks\.1\.silence|silence"):
        read(tmp_path, FILE.replace('country = "FR"', 'country = "FR"\nsilence = "some"'))


def test_a_registrar_is_no_stranger_and_nobody_else_becomes_known(tmp_path):
    near = neighbours(read(tmp_path))
    assert [near.knows(host, "UDP") for host in (PBX, OTHER, "198.51.100.9", "203.0.113.9")] == [
        True, True, True, False
    ]  # fmt: skip


def test_a_registrar_that_is_found_later_is_known_from_then_on(tmp_path):
    settings = read(tmp_path)
    agent = UserAgent(lambda peer: "192.0.2.1:5060", lambda: "0123456789abcdef")
    near = Neighbours(settings)
    near.registrations_at = agent.registrars.at
    assert not near.knows(PBX, "TCP")
    agent.registrars.register(settings.registrations[0].for_sip(), 0.0)
    assert near.knows(PBX, "TCP")


def test_the_user_a_registrar_calls_stands_for_a_number_of_the_line(tmp_path):
    near = neighbours(read(tmp_path))
    assert near.number(PBX, "infoline") == "4488"
    assert near.number(OTHER, "3111") == "3111"
    for host, user in ((PBX, "3111"), (OTHER, "infoline"), ("198.51.100.9", "infoline")):
        assert near.number(host, user) is None


def test_only_a_registrar_that_is_trusted_is_believed(tmp_path):
    near = neighbours(read(tmp_path))
    hosts = (PBX, OTHER, "198.51.100.9", "203.0.113.9")
    assert [near.trusted_country(host, "4488") for host in hosts] == ["SK", None, "FR", None]


@pytest.mark.parametrize(("trust", "country"), [("true", "SK"), ("false", None)])
def test_two_registrations_at_one_registrar_are_both_to_be_trusted(tmp_path, trust, country):
    text = FILE.replace("night.example.com", PBX) + f"trust = {trust}\n"
    assert neighbours(read(tmp_path, text)).trusted_country(PBX, "4488") == country


def test_a_trunk_at_the_registrars_address_keeps_its_trust(tmp_path):
    text = FILE.replace("198.51.100.0/24", "203.0.113.0/24")
    assert neighbours(read(tmp_path, text)).trusted_country(OTHER, "4488") == "FR"


def test_a_registrar_brings_calls_as_fast_as_a_trunk(tmp_path):
    text = FILE.replace("trust = true", "trust = true\ncalls_per_second = 7")
    near = neighbours(read(tmp_path, text))
    hosts = (PBX, OTHER, "198.51.100.9", "203.0.113.9")
    assert [near.calls_per_second(host) for host in hosts] == [7, 500, 500, None]


SHOP = """
[[trunks]]
name = "booths"
networks = ["198.51.100.0/24"]
country = "FR"
trust = ["3111", "0170229848"]
"""


@pytest.mark.parametrize(
    ("dialled", "country"),
    [
        ("3111", "FR"),
        ("3111*0", "FR"),
        ("+333111", "FR"),
        ("0170229848", "FR"),
        ("+33170229848", "FR"),
        ("0033170229848", "FR"),
        ("0805123200", None),
        ("+33805123200", None),
        ("31110", None),
        ("*0", None),
        ("", None),
    ],
)
def test_CS_09_a_trunk_is_believed_for_calls_to_the_numbers_it_is_trusted_with(tmp_path, dialled, country):
    assert neighbours(read(tmp_path, SHOP)).trusted_country("198.51.100.9", dialled) == country


def test_CS_09_a_registration_is_believed_for_calls_to_the_numbers_it_is_trusted_with(tmp_path):
    text = FILE.replace("trust = true", 'trust = ["4488"]')
    near = neighbours(read(tmp_path, text))
    assert [near.trusted_country(PBX, number) for number in ("4488", "4489")] == ["SK", None]


@pytest.mark.parametrize("trust", ["[]", '"3111"', "1", "[3111]", '["all"]', '[""]'])
def test_CS_09_trust_in_nothing_that_can_be_called_is_refused(tmp_path, trust):
    with pytest.raises(SettingsRefused, match="trust: true or false, or the numbers"):
        read(tmp_path, SHOP.replace('["3111", "0170229848"]', trust))
