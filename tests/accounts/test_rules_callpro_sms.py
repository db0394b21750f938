import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.accounts.rules.callpro_commands import (
    DATA_SIZES,
    RENEWAL_SIZES,
    Change,
    Command,
    Fault,
    Refusal,
    RenewData,
    SwitchData,
    SwitchLte,
    SwitchSms,
    Tariff,
    is_ours,
    write,
)
from ivr.accounts.rules.callpro_sms import normalise, read

changes = st.builds(
    lambda parts: Change(*parts),
    st.tuples(
        st.sampled_from([None, *Tariff]),
        st.sampled_from([None, 0, *DATA_SIZES]),
        st.sampled_from([None, True, False]),
    ).filter(lambda parts: parts != (None, None, None)),
)
commands = st.one_of(
    changes,
    st.builds(SwitchData, st.sampled_from(DATA_SIZES)),
    st.builds(SwitchLte, st.booleans()),
    st.builds(SwitchSms, st.booleans()),
    st.builds(RenewData, st.sampled_from([None, *RENEWAL_SIZES])),
)
words = "ZMENA UP OBNOV DATA BEZ DAT 100 150 300 600 SMS LTE CALLPRO ;-) V SITI ZDARMA 200 DATA150 Ж ² 999999"
tokens = st.sampled_from(words.split())
texts = st.text() | st.lists(tokens, max_size=8).map(" ".join) | st.lists(tokens, max_size=5).map("".join)


def refused(text: str) -> Refusal:
    answer = read(text)
    assert isinstance(answer, Refusal)
    return answer


def test_CP_S1_to_callpro_smiley_without_data() -> None:
    assert read("ZMENA CALLPRO;-) BEZ DAT") == Change(Tariff.SMILEY, data_mb=0)


def test_CP_S2_to_callpro_smiley_with_data_and_free_calls_in_the_network() -> None:
    assert read("ZMENA CallPro;-) DATA150 V SITI ZDARMA") == Change(Tariff.SMILEY, 150, in_network=True)


def test_CP_S3_to_another_data_bundle_alone() -> None:
    assert read("ZMENA DATA600") == Change(data_mb=600)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        pytest.param("UP 150", SwitchData(150), id="CP-S4a"),
        pytest.param("UP 600", SwitchData(600), id="CP-S4b"),
        pytest.param("UP 1000", SwitchData(1000), id="CP-S4c"),
        pytest.param("UP2000", SwitchData(2000), id="CP-S4d"),
        pytest.param("UP LTE", SwitchLte(True), id="CP-S4e"),
    ],
)
def test_CP_S4_up_switches_data_or_lte_on(text: str, command: Command) -> None:
    """CP-S4a, CP-S4b, CP-S4c, CP-S4d, CP-S4e."""
    assert read(text) == command


def test_CP_S5_a_hundred_free_sms_are_switched_on_and_off() -> None:
    """CP-S5a, CP-S5b."""
    assert read("UP 100 SMS") == SwitchSms(True)
    assert read("UP BEZ 100 SMS") == SwitchSms(False)


def test_CP_S6_data_is_renewed_in_its_own_size() -> None:
    assert read("OBNOV DATA") == RenewData()


@pytest.mark.parametrize("size", RENEWAL_SIZES)
def test_CP_S7_data_is_renewed_once_in_another_size(size: int) -> None:
    assert read(f"OBNOV DATA {size}") == RenewData(size)


def test_CP_54_what_the_page_prints_is_printed_again_but_for_its_missing_space() -> None:
    printed = [
        "ZMENA CALLPRO;-) BEZ DAT",
        "ZMENA DATA600",
        "UP 150",
        "UP LTE",
        "UP BEZ 100 SMS",
        "OBNOV DATA 300",
    ]
    for text in printed:
        command = read(text)
        assert not isinstance(command, Refusal)
        assert write(command) == text
    assert write(SwitchData(2000)) == "UP 2000"


@pytest.mark.parametrize(
    ("text", "fault", "nearest"),
    [
        ("UP 100", Fault.NEEDS_SMS, "UP 100 SMS"),
        ("UP 300", Fault.UNKNOWN_SIZE, "UP 150"),
        ("UP 1500", Fault.UNKNOWN_SIZE, "UP 1000"),
        ("ZMENA", Fault.NOTHING_NAMED, "ZMENA CALLPRO;-)"),
        ("ZMENA BEZ DAT DATA150", Fault.NAMED_TWICE, "ZMENA BEZ DAT"),
        ("ZMENA DATA150 DATA600", Fault.NAMED_TWICE, "ZMENA DATA150"),
        ("OBNOV", Fault.NOTHING_NAMED, "OBNOV DATA"),
        ("OBNOV DATA 100", Fault.UNKNOWN_SIZE, "OBNOV DATA"),
        ("UP BEZ 150", Fault.UNKNOWN_ITEM, "ZMENA BEZ DAT"),
        ("", Fault.EMPTY, "ZMENA DATA150"),
        ("ЗМЕНА ДАТА600", Fault.OTHER_ALPHABET, "ZMENA DATA150"),
    ],
)
def test_CP_63_what_must_be_refused_is_refused_with_the_nearest_form(
    text: str, fault: Fault, nearest: str
) -> None:
    answer = refused(text)
    assert (answer.fault, answer.forms[0]) == (fault, nearest)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("zmena data 600", Change(data_mb=600)),
        ("Změna DATA600", Change(data_mb=600)),
        ("UP150", SwitchData(150)),
        ("up lte", SwitchLte(True)),
        ("OBNOV  DATA   600", RenewData(600)),
        ("ZMENA V SITI ZDARMA DATA150 CALLPRO ;- )", Change(Tariff.SMILEY, 150, in_network=True)),
    ],
)
def test_CP_64_what_must_be_taken_is_taken(text: str, command: Command) -> None:
    assert read(text) == command


@pytest.mark.parametrize(
    ("text", "smooth"),
    [
        ("  změna\u00a0 data\t600\r\n", "ZMENA DATA 600"),
        ("CallPro ;- )", "CALLPRO ;-)"),
        ("CallPro ; - )", "CALLPRO ;-)"),
        ("CallPro😉", "CALLPRO;-)"),
        ("ＵＰ １５０", "UP 150"),
        ("Z\u030cME\u030cNA", "ZMENA"),
    ],
)
def test_CP_61_a_text_is_smoothed_before_it_is_read(text: str, smooth: str) -> None:
    assert normalise(text) == smooth


def test_CP_57_three_hundred_is_only_for_renewals() -> None:
    assert refused("UP 300").fault is Fault.UNKNOWN_SIZE
    assert refused("ZMENA DATA300").forms == ("ZMENA DATA150",)
    assert read("OBNOV DATA 300") == RenewData(300)
    with pytest.raises(ValueError, match="no data bundle of 300"):
        SwitchData(300)


@pytest.mark.parametrize("size", [150, 600, 1000, 2000])
def test_CP_58_a_change_takes_all_four_sizes(size: int) -> None:
    assert read(f"ZMENA DATA{size}") == Change(data_mb=size)


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("ZMENA BEZ V SITI", True),
        ("UP BEZ LTE", True),
        ("ZMENA CALLPRO 200", True),
        ("ZMENA CALLPRO200 DATA150", True),
        ("ZMENA CALLPRO;-)", False),
        ("UP LTE", False),
        ("OBNOV DATA", False),
    ],
)
def test_CP_60_the_forms_that_undo_are_taken_and_marked_as_ours(text: str, ours: bool) -> None:
    command = read(text)
    assert not isinstance(command, Refusal)
    assert is_ours(command) is ours


def test_CP_51_a_command_cannot_name_another_number() -> None:
    for text in (
        "UP 150 777123456",
        "ZMENA DATA600 +420777123456",
        "777123456 UP 150",
        "OBNOV DATA 777123456",
    ):
        assert isinstance(read(text), Refusal)


@pytest.mark.parametrize(
    ("text", "fault", "forms"),
    [
        ("ZMENA DATA600 PROSIM", Fault.TRAILING_TEXT, ("ZMENA DATA600",)),
        ("UP 150MB", Fault.TRAILING_TEXT, ("UP 150",)),
        ("OBNOV DATA 600 DEKUJI", Fault.TRAILING_TEXT, ("OBNOV DATA 600",)),
        ("ZMENA CALLPRO;-) BEZ DATA", Fault.TRAILING_TEXT, ("ZMENA CALLPRO;-) BEZ DAT",)),
        ("ZMENA CALLPRO;-) DATA300", Fault.UNKNOWN_SIZE, ("ZMENA CALLPRO;-) DATA150",)),
        ("ZMENA DATA150 DATA150", Fault.NAMED_TWICE, ("ZMENA DATA150",)),
        ("UP 100SMS", Fault.UNKNOWN_ITEM, ("UP 100 SMS",)),
        ("UP BEZ DAT", Fault.UNKNOWN_ITEM, ("ZMENA BEZ DAT",)),
        ("UP", Fault.NOTHING_NAMED, ("UP 150", "UP LTE", "UP 100 SMS")),
        ("OBNOVIT DATA", Fault.NOT_A_COMMAND, ("OBNOV DATA",)),
        ("dobrý den", Fault.NOT_A_COMMAND, ("ZMENA DATA150", "UP 150", "OBNOV DATA")),
        ("UPRAVIT", Fault.NOT_A_COMMAND, ("ZMENA DATA150", "UP 150", "OBNOV DATA")),
    ],
)
def test_CP_62_the_whole_text_must_match(text: str, fault: Fault, forms: tuple[str, ...]) -> None:
    assert refused(text) == Refusal(fault, forms)


def test_CP_62_the_nearest_size_of_a_number_of_any_length_is_found() -> None:
    assert refused("UP " + "9" * 10_000).forms == ("UP 2000",)
    assert refused("OBNOV DATA 0000").forms[0] == "OBNOV DATA"


def test_CP_62_a_text_that_names_much_again_and_again_is_refused_at_once() -> None:
    text = "ZMENA" + " DATA150 CALLPRO;-) V SITI ZDARMA" * 500
    assert refused(text) == Refusal(Fault.NAMED_TWICE, ("ZMENA CALLPRO;-) DATA150 V SITI ZDARMA",))


@given(commands)
def test_CP_62_what_is_printed_is_read(command: Command) -> None:
    assert read(write(command)) == command


@given(commands, st.data())
def test_CP_61_case_marks_and_spaces_change_nothing(command: Command, data: st.DataObject) -> None:
    noisy = ""
    for mark in write(command):
        mark = data.draw(st.sampled_from([mark, mark.lower()]))
        mark += data.draw(st.sampled_from(["", "\u030c", "\u0301"])) if mark.isalpha() else ""
        noisy += data.draw(st.sampled_from([" ", "\u00a0 ", "\t"])) if mark == " " else mark
    assert read(unicodedata.normalize("NFC", f" {noisy}\n")) == command


@given(texts)
def test_CP_63_every_refusal_offers_forms_that_are_read(text: str) -> None:
    answer = read(text)
    if isinstance(answer, Refusal):
        assert answer.forms
        assert not [form for form in answer.forms if isinstance(read(form), Refusal)]
    else:
        assert read(write(answer)) == answer
