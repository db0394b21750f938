"""Files that change while calls are up: a call keeps the plan and the sentences it began with."""

import shutil
import weakref
from pathlib import Path

from caller_phone import Phone
from house import PROJECT, House, callpro, line_test, with_line, with_step

from ivr.speech.catalogue import Catalogue

NEW_MENU = "Nová nabídka. Pro kredit stiskněte pět."


def changed_texts(folder: Path) -> Catalogue:
    """The delivered texts with another menu."""
    shutil.copytree(PROJECT / "prompts", folder / "prompts")
    file = next(file for file in (folder / "prompts/cs").glob("*.ftl") if "\nmenu =" in file.read_text())
    lines = file.read_text().splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("menu ="))
    end = at + 1
    while lines[end].startswith((" ", "\t")):
        end += 1
    file.write_text("\n".join([*lines[:at], f"menu = {NEW_MENU}", *lines[end:], ""]))
    return Catalogue.load(folder / "prompts")


@line_test()
async def test_a_call_keeps_its_plan_and_sentences_and_the_next_one_has_the_new(house: House):
    before = Phone(house).call()
    await house.advance(0.4)
    await house.take(with_step("menu", keys={"5": "credit"})(callpro()), changed_texts(house.folder))
    before.press("9")
    await house.advance(2.5)
    assert before.heard == ["welcome", "menu…", "menu"]
    before.press("2")
    await house.advance(2.5)
    assert before.heard[3].startswith("Váš kredit je dvě stě")

    after = Phone(house).call()
    await house.advance(2.5)
    assert after.heard == ["welcome", NEW_MENU]
    after.press("2")
    await house.advance(0.5)
    assert after.heard[2] == "wrong-key-1"
    after.press("5")
    await house.advance(2.5)
    assert "Váš kredit je dvě stě třicet čtyři korun padesát haléřů." in after.heard


@line_test()
async def test_a_number_that_is_taken_away_is_not_answered_any_more(house: House):
    up = Phone(house).call()
    await house.take(with_line(numbers=("4499",))(callpro()), changed_texts(house.folder))
    gone, new = Phone(house), Phone(house)
    gone.invite("4488")
    assert gone.status == 404
    new.call("4499")
    await house.advance(0.3)
    assert up.heard[0] == new.heard[0] == "welcome"
    assert not up.hung_up_on


@line_test()
async def test_sentences_nobody_is_told_any_more_are_given_back_with_the_last_call(house: House):
    texts = changed_texts(house.folder)
    await house.take(callpro(), texts)
    phone = Phone(house).call()
    old = weakref.ref(house.line._edition.speaker)
    await house.take(callpro(), texts)
    await house.advance(0.2)
    assert old() is not None
    phone.hang_up()
    await house.advance(0.1)
    assert old() is None  # without the collector, which rests while there are calls
