"""A line with everything that a dialplan can say, for the tests of reader, checker and picture.

Its look-up is one that no operator has; how a caller proves an account is the small line's.
"""

from pathlib import Path

PROOF = Path(__file__).parents[1] / "small" / "verbs" / "dialplan" / "shared" / "proof.toml"
SHOP = """\
[line]
name = "Shop"
numbers = ["3111", "3111*0"]
country = "FR"
language = "fr"
languages = ["fr", "en"]
start_for."3111*0" = "balance"
language_for."3111*0" = "en"
start = "menu"
longest_call = "10 min"

[step.menu]
ask = "menu"
short = "menu-short"
keys.0 = "balance"
keys.7 = "english"
keys.8 = "slower"
keys.9 = "desk"
keys.any = "end"
wait = "5 s"
tries = 1
give_up = "end"

[step.balance]
look_up = "credit"
trust = "pin"
outcomes.some = "say-some"
outcomes.not_proven = "ask-account"

[step.say-some]
say = ["some", { say = "item", each = "items", if = "left", unless = "gone" }]
then = "menu"

[step.desk]
hours = "desk"
open.service = "person"
closed = "is-it-urgent"

[step.is-it-urgent]
when = "on_call_number"
yes = "person"
no = "end"

[step.person]
transfer = "on_call_number"
connected = "end"
failed = "menu"

[hours.desk]
time_zone = "Europe/Paris"
holidays = "FR"
working_days = "mon-fri"
working_day.service = ["14:00-18:00", "09:00-12:00"]
closed_on = [2026-12-24]

""" + PROOF.read_text("utf-8")
