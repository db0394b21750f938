"""The settings file: an empty one runs, every mistake is named with its line, no secret is printed."""

from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.errors import ConfigurationError
from ivr.ops.settings import HostPort, SettingsRefused, load_settings
from ivr.speech.voice import VOICES


def written(folder: Path, text: str) -> Path:
    file = folder / "infoline.toml"
    file.write_text(text, encoding="utf-8")
    return file


def refused(folder: Path, text: str) -> list[str]:
    with pytest.raises(SettingsRefused) as caught:
        load_settings(written(folder, text))
    return [
        str(caught.value).splitlines()[i].partition("infoline.toml")[2]
        for i in range(len(caught.value.problems))
    ]


def test_an_empty_file_runs_and_so_does_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    without = load_settings(environ={})
    assert without == load_settings(written(tmp_path, ""))
    assert [str(one) for one in without.sip.listen] == ["udp:0.0.0.0:5060", "tcp:0.0.0.0:5060"]
    assert len(without.media.ports.even) >= 32
    assert without.dialplan.folder == tmp_path / "dialplan"
    assert without.speech.spoken() == VOICES


def test_paths_are_read_from_the_folder_of_the_file(tmp_path):
    settings = load_settings(
        written(tmp_path, '[speech]\ncache = "sounds"\n[prompts]\nfolder = "/srv/prompts"\n')
    )
    assert settings.speech.cache == tmp_path / "sounds"
    assert settings.prompts.folder == Path("/srv/prompts")
    assert settings.store.url.get_secret_value() == f"sqlite:///{tmp_path}/var/accounts.db"


def test_the_environment_names_the_file_and_a_named_file_must_be_there(tmp_path):
    file = written(tmp_path, "[sip]\nmax_calls = 7\n")
    assert load_settings(environ={"INFOLINE_SETTINGS": str(file)}).sip.max_calls == 7
    with pytest.raises(ConfigurationError, match="there is no such file"):
        load_settings(environ={"INFOLINE_SETTINGS": str(tmp_path / "gone.toml")})


def test_every_problem_is_told_at_once_with_line_and_place(tmp_path):
    text = """[sip]
lissten = "0.0.0.0:5060"
max_calls = "many"
retry_after = "5 parsecs"
advertise = "0.0.0.0"
[[phones]]
user = "a"
number = "4488"
[[phones]]
user = "b"
password = "p"
number = "+420777123456"
[[trunks]]
networks = [
  "10.0.0.0/8", "10.0.0.1/8",
]
trust = "yes"
[store]
url = "mysql://host/db"
[media]
ports = "40063-40000"
batch = "fast"
[speech.voices.cs]
rate = 20
[loog]
"""
    assert refused(tmp_path, text) == [
        ':2: sip.lissten: there is no setting "lissten"; did you mean "listen"?',
        ":3: sip.max_calls: a whole number without quotes",
        ':4: sip.retry_after: a length of time is written like "5 s", "500 ms" or "2 min"',
        ":5: sip.advertise: the address told to callers must be one they can reach, not all of them",
        ":6: phones.1.password: is missing",
        ':8: phones.1.number: a number is written like "+420777123456", or as it is dialled in its country',
        ":15: trunks.1.networks.2: a network is written like"
        ' "192.0.2.0/24", "192.0.2.7" or "::1", not "10.0.0.1/8"',
        ':17: trunks.1.trust: true or false, or the numbers for which it holds, as in ["3111", "0170229848"]',
        ':19: store.url: a store is a file, written like "sqlite:///var/accounts.db", or a database,'
        ' like "postgresql+asyncpg://user:password@host/database"',
        ":21: media.ports: ports stand between 1024 and 65535, the lower first, one of them even;"
        " not 40063-40000",
        ":22: media.batch: one of 'auto', 'mmsg' or 'portable'",
        ":24: speech.voices.cs.rate: at least 80",
        ':25: loog: there is no setting "loog"; did you mean "log"?',
    ]


def test_a_second_table_of_a_list_is_found_by_its_own_lines(tmp_path):
    text = '[[trunks]]\nname = "a"\n\n[[trunks]]\nname = "b"\ncountry = "cz"\n'
    (problem,) = refused(tmp_path, text)
    assert problem.startswith(":6: trunks.2.country: ")


def test_a_phone_s_number_is_kept_with_its_country(tmp_path):
    phone = '[[phones]]\nuser = "a"\npassword = "p"\n'
    for number in ("777 123 456", "+420777123456", "00420777123456"):
        settings = load_settings(written(tmp_path, f'{phone}number = "{number}"\n'))
        assert settings.phones[0].number == "+420777123456"
    french = load_settings(written(tmp_path, f'{phone}number = "01 70 22 98 48"\ncountry = "FR"\n'))
    assert french.phones[0].number == "+33170229848"


def test_two_phones_of_one_name_are_refused(tmp_path):
    phone = '[[phones]]\nuser = "a"\npassword = "p"\nnumber = "+420777123456"\n'
    assert refused(tmp_path, phone * 2) == [':1: phones: "a" stands there twice']


def test_a_file_that_is_not_toml_is_named_by_its_line(tmp_path):
    (problem,) = refused(tmp_path, "[sip]\nlisten = 0.0.0.0\n")
    assert problem.startswith(":2: not TOML: ")


def test_a_file_that_is_not_text_is_one_plain_error(tmp_path):
    file = tmp_path / "infoline.toml"
    file.write_bytes(b"\xff\xfe[\x00s\x00")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_settings(file)


def test_no_secret_is_printed_in_the_settings_or_in_a_problem(tmp_path):
    text = (
        '[[phones]]\nuser = "a"\npassword = "s3cret"\nnumber = "+420777123456"\n'
        '[store]\nurl = "sqlite:///s3cret.db"\n'
    )
    settings = load_settings(written(tmp_path, text))
    assert settings.phones[0].password.get_secret_value() == "s3cret"
    assert "s3cret" not in f"{settings!r} {settings} {settings.model_dump_json()}"
    for wrong in ('password = ["s3cret"]', 'pasword = "s3cret"', 'url = "mysql://u:s3cret@h/d"'):
        assert not any("s3cret" in line for line in refused(tmp_path, f"[store]\n{wrong}\n"))


def test_the_narrowest_network_says_which_trunk_it_is(tmp_path):
    text = (
        '[[trunks]]\nname = "office"\nnetworks = ["10.0.0.0/8"]\n'
        '[[trunks]]\nname = "pbx"\nnetworks = ["10.1.2.3", "2001:db8::/32"]\ntrust = false\n'
    )
    settings = load_settings(written(tmp_path, text))
    assert [getattr(settings.trunk(a), "name", None) for a in ("10.1.2.3", "10.1.2.4", "192.0.2.1")] == [
        "pbx",
        "office",
        None,
    ]
    assert settings.trunk("2001:db8::7") == settings.trunk("::ffff:10.1.2.3")
    assert settings.trunks[1].networks[0] == ip_network("10.1.2.3/32")


@pytest.mark.parametrize(
    "text", ["0.0.0.0:5060", "[::]:5060", "[2001:db8::1]:5070", "pbx1:5060", "127.0.0.1:0"]
)
def test_an_address_is_written_as_it_was_read(text):
    assert str(HostPort.parse(text)) == text


@given(st.text(max_size=30))
def test_any_other_address_is_refused_in_plain_words(text):
    try:
        HostPort.parse(text, 5060)
    except ValueError as error:
        assert str(error)


@given(st.binary(max_size=200))
def test_any_bytes_are_settings_or_one_clear_error(tmp_path_factory, data):
    file = tmp_path_factory.getbasetemp() / "drawn.toml"
    file.write_bytes(data)
    try:
        load_settings(file)
    except ConfigurationError as error:
        assert str(error)


@pytest.mark.parametrize(
    ("address", "known"),
    [
        ("127.0.0.1", True),
        ("192.168.7.7", True),
        ("203.0.113.9", True),
        ("198.51.100.1", False),
        ("8.8.8.8", False),
    ],
)
def test_only_trunks_and_places_where_phones_may_be_are_known(tmp_path, address, known):
    file = tmp_path / "infoline.toml"
    file.write_text('[[trunks]]\nname = "carrier"\nnetworks = ["203.0.113.0/28"]\ntrust = false\n')
    assert load_settings(file).knows(address, "UDP") is known


@pytest.mark.parametrize(
    "url",
    ["postgresql+asyncpg://infoline:secret@db.example.com/line", "postgresql://db/line?ssl=verify-full"],
)
def test_the_store_may_be_a_database_whose_password_prints_as_stars(tmp_path: Path, url: str) -> None:
    settings = load_settings(written(tmp_path, f'[store]\nurl = "{url}"'))
    assert settings.store.url.get_secret_value() == url
    assert "secret" not in repr(settings)


def test_a_database_address_that_is_wrong_is_said_without_its_password(tmp_path: Path) -> None:
    text = '[store]\nurl = "postgresql+asyncpg://infoline:secret@db?sslmode=1"'
    (problem,) = refused(tmp_path, text)
    assert "store.url: a PostgreSQL store is written like" in problem
    assert "secret" not in problem
