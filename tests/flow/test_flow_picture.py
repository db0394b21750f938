"""The picture of the CallPro line, as an operator reads it."""

from pathlib import Path

from ivr.flow.picture import describe
from ivr.flow.plan import Line, Plan
from ivr.flow.reader import read
from ivr.flow.steps import HangUpStep, LookUpStep, SayStep, sentences

DRAWN = """\
CallPro 4488 (cs)
    starts  say welcome, go to menu

menu: ask menu, wait 5 s, ask 3 times
    2        look up credit
        prepaid              say credit-prepaid + credit-valid, go to short-menu
        expiring             say credit-prepaid + credit-expiring, go to short-menu
        expired              say credit-expired, go to short-menu
        empty                say credit-empty, go to short-menu
        postpaid             say postpaid + postpaid-spend, go to short-menu
        postpaid with limit  say postpaid + postpaid-spend + postpaid-limit, go to short-menu
        unknown              say unknown-caller, go to short-menu
        anonymous            say anonymous-caller, go to short-menu
        unavailable          say try-later, go to short-menu
    9        go to menu
    0        say transferring, transfer to 474770601
        connected  hang up
        failed     say transfer-failed, go to short-menu
    give up  say goodbye, hang up

short-menu: ask menu-short, wait 5 s, ask 3 times
    2        go to credit
    9        go to menu
    0        say transferring, go to transfer
    *        go to menu
    give up  say goodbye, hang up
"""


def test_the_callpro_line_is_drawn_menu_by_menu():
    assert describe(read(Path(__file__).parents[2] / "dialplan" / "callpro.toml")[0]) == DRAWN


def test_a_plan_that_goes_round_is_drawn_to_an_end():
    steps = {
        "a": SayStep("a", sentences("x"), "b"),
        "b": SayStep("b", sentences("y"), "a"),
        "l": LookUpStep("l", "credit", {"found": "l", "lost": "end"}),
        "end": HangUpStep("end"),
    }
    line = Line("T", ("1",), "CZ", "cs", "a", 60.0)
    assert describe(Plan(line, steps)) == "T 1 (cs)\n    starts  say x, say y, go to a\n"
    drawn = describe(Plan(Line("T", ("1",), "CZ", "cs", "l", 60.0), steps))
    assert drawn.endswith("look up credit\n        found  go to l\n        lost   hang up\n")


def test_what_is_said_before_the_answer_is_drawn():
    line = Line("A", ("1",), "CZ", "cs", "end", 60.0, before_answer="welcome")
    assert describe(Plan(line, {"end": HangUpStep("end")})).splitlines()[0] == (
        "A 1 (cs), says welcome before it answers"
    )
