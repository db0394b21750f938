"""Sentences out of prompt files: what is said, and what is refused with file and line."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ivr.errors import ConfigurationError
from ivr.money import Money
from ivr.speech.catalogue import Catalogue, PromptProblems
from ivr.speech.functions import FUNCTIONS, speller_for, spoken_languages
from ivr.units import Units

PROMPTS = Path(__file__).parents[2] / "prompts"
FACTS: dict[str, object] = {
    "credit": Money.parse("234.50"),
    "valid_until": date(2027, 3, 14),
    "spend": Money.parse("120"),
    "limit": Money.parse("1500"),
}
EVERY_FACT: dict[str, object] = {
    **FACTS,
    **dict.fromkeys(("left", "next_at", "highest", "level", "amount", "last_amount"), Money.parse("21.50")),
    **dict.fromkeys(("granted", "size"), Units(600 * 1024, "kilobytes")),
    **dict.fromkeys(("resets_on", "effective_on"), date(2026, 12, 1)),
    **dict.fromkeys(
        ("as_of", "last_at", "next_service"), datetime(2026, 11, 23, 14, 5, tzinfo=ZoneInfo("Europe/Paris"))
    ),
    **dict.fromkeys(("account", "direct_debit_account"), "222852292/0600"),
    **dict.fromkeys(("variable_symbol", "specific_symbol"), "5701234567"),
    "percent": 93,
    "bills_missing": 2,
    "days_to_service": 3,
    "name": "CallPro ;-) DATA 600",
    "command": "ZMENA DATA600",
    "renewal": "once",
    "last_status": "skipped",
}
UNITS_LEFT = {"left": Units(83 * 60 + 20, "seconds")}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load(PROMPTS)


def written(folder: Path, text: str, name: str = "a.ftl") -> Path:
    (folder / "cs").mkdir(exist_ok=True)
    (folder / "cs" / name).write_text(text, encoding="utf-8")
    return folder


def problems_of(folder: Path, text: str) -> list[str]:
    with pytest.raises(PromptProblems) as caught:
        Catalogue.load(written(folder, text))
    return [str(problem).replace(f"{folder}/", "") for problem in caught.value.problems]


def test_the_credit_is_said_word_for_word(catalogue: Catalogue) -> None:
    said = [catalogue.sentence("cs", name, FACTS) for name in ("credit-prepaid", "credit-valid")]
    assert said == [
        "Váš kredit je dvě stě třicet čtyři korun padesát haléřů.",
        "Platí do čtrnáctého března dva tisíce dvacet sedm.",
    ]


def test_an_expired_credit_says_its_date_CP_21(catalogue: Catalogue) -> None:
    said = catalogue.sentence("cs", "credit-expired", FACTS)
    assert "skončila čtrnáctého března dva tisíce dvacet sedm" in said
    assert "nula" not in said


def test_a_postpaid_number_never_hears_zero_crowns_CP_13(catalogue: Catalogue) -> None:
    said = [
        catalogue.sentence("cs", name, FACTS) for name in catalogue.texts("cs") if name.startswith("postpaid")
    ]
    assert len(said) == 3
    assert not any("nula" in words for words in said)


def test_whoever_cannot_say_who_calls_hears_both_public_contacts_CP_03(catalogue: Catalogue) -> None:
    said = catalogue.sentence("cs", "contacts", {})
    assert "čtyři sedm čtyři, sedm sedm nula, šest nula jedna" in said
    assert "sedm sedm dva, sedm dva dva, dva dva dva" in said


@pytest.mark.parametrize("language", ["cs", "en", "fr"])
def test_every_text_of_the_lines_comes_out_in_plain_words(catalogue: Catalogue, language: str) -> None:
    for name in catalogue.texts(language):
        facts = EVERY_FACT | UNITS_LEFT if name in ("units-left", "bundle-left") else EVERY_FACT
        said = catalogue.sentence(language, name, facts)
        assert re.fullmatch(r"(?:[^\W\d_]|[ ,.:?'-])+[.?]", said), said


def test_a_text_without_facts_is_fixed_and_one_with_facts_is_not(catalogue: Catalogue) -> None:
    assert catalogue.is_fixed("cs", "welcome")
    assert catalogue.is_fixed("cs", "unknown-caller")
    assert not catalogue.is_fixed("cs", "credit-prepaid")
    assert catalogue.texts("cs")["credit-prepaid"] == {"credit"}
    assert catalogue.sentence("cs", "welcome", {}) in catalogue.fixed_sentences("cs")
    assert len(catalogue.fixed_sentences("cs")) == sum(not facts for facts in catalogue.texts("cs").values())


def test_a_missing_fact_is_an_error_with_file_and_line_and_is_never_spoken(catalogue: Catalogue) -> None:
    file, line = catalogue.place("cs", "credit-prepaid")
    with pytest.raises(ConfigurationError, match="needs the fact credit") as caught:
        catalogue.sentence("cs", "credit-prepaid", {})
    assert str(caught.value).startswith(f"{file}:{line}: credit-prepaid: ")


def test_a_missing_text_names_the_nearest(catalogue: Catalogue) -> None:
    with pytest.raises(ConfigurationError, match='did you mean "credit-valid"'):
        catalogue.sentence("cs", "credit-vald", {})
    with pytest.raises(ConfigurationError, match='no language "xx"'):
        catalogue.sentence("xx", "welcome", {})


@pytest.mark.parametrize(
    "fact", ["234.50", 234, date(2027, 1, 1), True, Money(100, "USD"), None, ({"left": 1},)]
)
def test_a_fact_of_the_wrong_kind_is_refused(catalogue: Catalogue, fact: object) -> None:
    with pytest.raises(ConfigurationError, match="credit-prepaid: "):
        catalogue.sentence("cs", "credit-prepaid", {"credit": fact})


def test_a_moment_has_a_date_and_a_time_of_its_own_wall_clock(tmp_path: Path) -> None:
    text = 'as-of = Stav { DATE($as_of, year: "no") } { TIME($as_of, at: "yes") }.\n'
    catalogue = Catalogue.load(written(tmp_path, text))
    moment = datetime(2027, 3, 14, 14, 30, 59, tzinfo=ZoneInfo("Europe/Prague"))
    said = catalogue.sentence("cs", "as-of", {"as_of": moment})
    assert said == "Stav čtrnáctého března ve čtrnáct hodin třicet minut."
    with pytest.raises(ConfigurationError, match="TIME says a time of day"):
        catalogue.sentence("cs", "as-of", {"as_of": date(2027, 3, 14)})


def test_plural_classes_choose_the_noun(tmp_path: Path) -> None:
    text = """
left = Zbývá { COUNT($days) } { $days ->
    [one] den
    [few] dny
   *[other] dnů
}.
"""
    catalogue = Catalogue.load(written(tmp_path, text))
    said = [catalogue.sentence("cs", "left", {"days": days}) for days in (1, 2, 5, 21)]
    assert said == ["Zbývá jeden den.", "Zbývá dva dny.", "Zbývá pět dnů.", "Zbývá dvacet jedna dnů."]


STATE = """
state = { $state ->
    [open] Všechno funguje.
    [units_only] Zbývá { UNITS($left) }.
   *[blocked] Nic nefunguje.
}{ $stale ->
    [yes] { " " }Údaj je starší.
   *[no] { "" }
}
"""


def test_a_state_chooses_its_sentence_and_a_flag_is_yes_or_no(tmp_path: Path) -> None:
    catalogue = Catalogue.load(written(tmp_path, STATE))
    facts = {"left": Units(60, "sms"), "stale": False}
    said = [
        catalogue.sentence("cs", "state", facts | {"state": state}) for state in ("open", "units_only", "x")
    ]
    assert said == ["Všechno funguje.", "Zbývá šedesát esemesek.", "Nic nefunguje."]
    said_of_old = catalogue.sentence("cs", "state", facts | {"state": "open", "stale": True})
    assert said_of_old == "Všechno funguje. Údaj je starší."


def test_a_fact_that_chooses_is_needed_as_any_other_and_so_are_those_of_all_variants(tmp_path: Path) -> None:
    catalogue = Catalogue.load(written(tmp_path, STATE + "both = { state }\n"))
    assert catalogue.texts("cs")["both"] == {"state", "left", "stale"}
    with pytest.raises(ConfigurationError, match="both: the text needs the fact left, stale"):
        catalogue.sentence("cs", "both", {"state": "open"})


def test_an_amount_chooses_nothing(tmp_path: Path) -> None:
    catalogue = Catalogue.load(written(tmp_path, STATE + "both = { state }\n"))
    facts = {"left": Units(1, "sms"), "stale": False, "state": Money(100)}
    with pytest.raises(ConfigurationError, match="both: state chooses between variants"):
        catalogue.sentence("cs", "both", facts)


@pytest.mark.parametrize(
    ("language", "variants", "expected"),
    [
        ("cs", "[one] den *[other] dnů", "[few] is missing: whole numbers need [few], [one], [other]"),
        ("cs", "[one] den [few] dny *[many] dnů", "[other] is missing"),
        ("cs", "[one] den [few] dny [many] dne *[other] dnů", "[many] is never met"),
        ("cs", "[one] den *[few] dny [other] dnů", "the default of a choice by count is *[other]"),
        ("cs", "[one] den [few] dny [open] nic *[other] dnů", "[open] is no plural class"),
        ("cs", "[one] den [one] den [few] dny *[other] dnů", "[one] stands twice"),
        ("cs", "[one] den [few] dny", "not a text: Expected one of the variants to be marked as default"),
        ("en", "[one] day [few] days *[other] days", "[few] is never met"),
        ("cs", "[0] dnes [one] den [few] dny *[other] dnů", None),
        ("cs", "[0] dnes *[other] později", None),
        ("en", "[one] day *[other] days", None),
    ],
)
def test_a_choice_by_count_holds_every_plural_class(
    tmp_path: Path, language: str, variants: str, expected: str | None
) -> None:
    (tmp_path / language).mkdir()
    lines = variants.replace("[", "\n  [").replace("*\n  [", "\n *[")
    (tmp_path / language / "a.ftl").write_text(f"left = {{ $days -> {lines}\n}}.\n", encoding="utf-8")
    found = [str(problem) for problem in Catalogue.read(tmp_path)[1]]
    if expected is None:
        assert not found
    else:
        assert expected in "".join(found)


def test_only_a_fact_itself_makes_a_choice(tmp_path: Path) -> None:
    text = "left = { COUNT($days) ->\n [jeden] den\n *[other] dnů\n}\n"
    assert "a choice is made by a fact itself" in problems_of(tmp_path, text)[0]


def test_out_of_a_number_is_z_or_ze_as_the_number_wants_it(tmp_path: Path) -> None:
    text = 'left = Zbývá deset z { UNITS($of, case: "genitive") }. Ze { COUNT($n, case: "genitive") } dnů.\n'
    catalogue = Catalogue.load(written(tmp_path, text))
    starts = {
        2: "ze dvou",
        5: "z pěti",
        14: "ze čtrnácti",
        20: "ze dvaceti",
        60: "ze šedesáti",
        100: "ze sta",
        101: "ze sto jedna",
        1000: "z tisíce",
    }
    for number, start in starts.items():
        said = catalogue.sentence("cs", "left", {"of": Units(number, "sms"), "n": number})
        assert said == f"Zbývá deset {start} esemesek. Z{start[1:]} dnů."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Máte kredit do { MONEY($x) }.", 'after "do" MONEY needs case: "genitive"'),
        ('Do { MONEY($x, case: "genitive") } volejte.', None),
        ("Limit zvýšíme na { MONEY($x) }.", 'after "na" MONEY needs case: "accusative"'),
        ('Zbývá sto z { UNITS($x, case: "genitive") }.', None),
        ('Zbývá sto z { UNITS($x, case: "accusative") }.', 'after "z" UNITS needs case: "genitive"'),
        ("Stalo se to před { TIME($x) }.", "say it in other words"),
        ("Stalo se to ve { TIME($x) }.", 'leave "ve" to TIME'),
        ('Stalo se to { TIME($x, at: "yes") }.', None),
        ('Platí do { TIME($x, at: "yes") }.', "say it in other words"),
        ("Platí do { DATE($x) }.", None),
        ("Údaj je k { DATE($x) }.", "a date is in the genitive"),
        ('Platí do { DATE($x, weekday: "yes") }.', "alone with its weekday"),
        ("Volejte na { PHONE($x) }.", None),
        ("Máme pro vás balíček s { NAME($x) }.", None),
        ("Jste v { PERCENT($x) }.", "say it in other words"),
        ("Zbývá vám { MONEY($x) }.", None),
        ("{ $state ->\n  [a] Kredit je do { MONEY($x) }.\n *[b] Nic.\n }", 'after "do" MONEY needs case'),
    ],
)
def test_a_czech_preposition_rules_the_case_of_what_follows(
    tmp_path: Path, text: str, expected: str | None
) -> None:
    problems = Catalogue.read(written(tmp_path, f"a = {text}\n"))[1]
    assert [expected in str(problem) for problem in problems] == ([] if expected is None else [True])


def test_facts_of_a_text_that_is_referred_to_are_needed_as_well(tmp_path: Path) -> None:
    text = "all = { part }.\npart = Do { DATE($day) }\n"
    catalogue = Catalogue.load(written(tmp_path, text))
    assert catalogue.texts("cs")["all"] == {"day"}


def test_all_problems_are_found_at_once_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "cs").mkdir()
    (tmp_path / "xx").mkdir()
    text = """first = Dobrý den.
this is no text
first = Podruhé.
bare = Máte { $credit }.
wrong = { MONY($credit) }
option = { COUNT($n, gender: "femnine") }
unknown-option = { COUNT($n, sex: "feminine") }
digits = Stiskněte 2.
nothing = { frst }
round = { round }
two = { MONEY($a, $b) }
empty =
    .attribute = jen tak
"""
    found = "\n".join(problems_of(tmp_path, text))
    for expected in (
        'cs/a.ftl:2: "this is no text": not a text',
        "cs/a.ftl:3: first: the text stands twice; the first is at",
        "cs/a.ftl:4: bare: a fact is said by one of MONEY, UNITS",
        "cs/a.ftl:5: wrong: there is no function MONY, only MONEY, UNITS, COUNT, PERCENT, DATE",
        "cs/a.ftl:6: option: gender is one of feminine, masculine, neuter",
        "cs/a.ftl:7: unknown-option: COUNT has no option sex",
        "cs/a.ftl:8: digits: numbers are written in words",
        'cs/a.ftl:9: nothing: there is no text "frst"; did you mean "first"?',
        "cs/a.ftl:10: round: the text refers to itself",
        "cs/a.ftl:11: two: MONEY takes one fact",
        "cs/a.ftl:12: empty: a text after the = is expected",
        "xx: numbers can be said only in cs, en",
    ):
        assert expected in found


def test_a_text_twice_in_two_files_is_found(tmp_path: Path) -> None:
    written(tmp_path, "hello = Dobrý den.\n", "b.ftl")
    assert "b.ftl:1: hello: the text stands twice" in problems_of(tmp_path, "hello = Ahoj.\n")[0]


def test_what_is_no_utf8_and_an_empty_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(PromptProblems, match="a folder of languages is expected"):
        Catalogue.load(tmp_path)
    (tmp_path / "cs").mkdir()
    with pytest.raises(PromptProblems, match=r"a folder with \.ftl files is expected"):
        Catalogue.load(tmp_path)
    (tmp_path / "cs" / "a.ftl").write_bytes("hello = Dobrý den\n".encode("iso-8859-2"))
    with pytest.raises(PromptProblems, match="UTF-8 text is expected"):
        Catalogue.load(tmp_path)


def test_the_readable_texts_are_there_beside_the_problems(tmp_path: Path) -> None:
    catalogue, problems = Catalogue.read(written(tmp_path, "good = Dobrý den.\nwrong = { X($a) }\n"))
    assert len(problems) == 1
    assert catalogue.sentence("cs", "good", {}) == "Dobrý den."


def test_the_handbook_names_every_function_and_option() -> None:
    handbook = (PROMPTS / "README.md").read_text(encoding="utf-8")
    for name, function in FUNCTIONS.items():
        assert f"`{name}" in handbook, name
        for option, words in function.options.items():
            assert f"{option}:" in handbook
            assert all(f'"{word}"' in handbook for word in words)


def test_a_language_without_a_speller_is_named_as_such() -> None:
    assert speller_for("xx") is None
    assert all(speller_for(language) for language in spoken_languages())
