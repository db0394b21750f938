"""The picture of the CallPro line, as an operator reads it."""

from pathlib import Path

from shop_line import SHOP

from ivr.flow.picture import describe
from ivr.flow.plan import Line, Plan
from ivr.flow.reader import parse, read
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
    assert describe(read(Path(__file__).parents[1] / "small" / "dialplan" / "callpro.toml")[0]) == DRAWN


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
    line = Line("A", ("1", "2"), "CZ", "cs", "end", 60.0, before_answer_for={"2": "price"})
    assert describe(Plan(line, {"end": HangUpStep("end")})).splitlines()[0] == (
        "A 1, 2 (cs), 2 says price before it answers"
    )


SHOP_DRAWN = """\
Shop 3111, 3111*0 (fr, en; 3111*0 begins in en)
    starts         go to menu
    3111*0 starts  look up credit by PIN
        some        say some + item (each of items, if left, unless gone), go to menu
        not proven  go to ask-account

menu: ask menu (again: menu-short), wait 5 s
    0        go to balance
    7        go on in en, go to menu
    8        say it again, slower, go to menu
    9        what the hours desk say
        service  transfer to on_call_number
            connected  hang up
            failed     go to menu
        closed   is on_call_number so
            yes  go to person
            no   hang up
    any      hang up
    give up  hang up

ask-account: read 4 to 10 digits into account, ask which-account, wait 6 s, ask 3 times
    then     go to ask-pin
    back     go to menu
    give up  hang up

ask-pin: read 4 digits into pin, ask which-pin, wait 6 s
    then     compare account and pin
        proven         go on in the account's language, back to the look-up
        refused        say refused, go to ask-account
        no tries left  say no-tries, hang up
        unavailable    say unavailable, go to menu
    give up  hang up

hours desk: Europe/Paris, holidays of FR
    working day  09:00-12:00 service, 14:00-18:00 service
    day off      closed
    closed on    2026-12-24
"""


def test_everything_that_a_dialplan_can_say_is_drawn():
    plan, wrong = parse(SHOP)
    assert wrong == []
    assert describe(plan) == SHOP_DRAWN
