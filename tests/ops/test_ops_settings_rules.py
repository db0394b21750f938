"""``[rules]`` in the settings file, and the terms the operators' rules get of it."""

from datetime import timedelta

import pytest

from ivr.accounts.packs import PackTerms
from ivr.accounts.rules.callpro import ExpiryBase
from ivr.money import Money
from ivr.ops.settings import Settings, load_settings
from ivr.ops.settings_errors import SettingsRefused

WRITTEN = """
[rules]
stale_after = "2 h"
[rules.callpro]
credit_expires = "per_topup_lot"
credit_months = 6
up_replaces = false
[rules.vodafone_cz]
automatic_raise = false
[rules.gomobil]
base_by_tariff = { dear = "800.50" }
[rules.callshop_fr]
weekly_ceiling = "500.00"
markup_percent = 20
"""


def test_without_settings_the_terms_are_those_the_rules_propose():
    terms, proposed = Settings().rules.terms(), PackTerms()
    assert (terms.callpro, terms.orders, terms.callshop, terms.statement) == (
        proposed.callpro,
        proposed.orders,
        proposed.callshop,
        proposed.statement,
    )
    assert terms.vodafone.raises(None, None)


def test_CP_19_VL_34_GM_31_CS_24_are_settings(tmp_path):
    file = tmp_path / "infoline.toml"
    file.write_text(WRITTEN)
    terms = load_settings(file).rules.terms()
    assert (terms.callpro.expiry, terms.callpro.months) == (ExpiryBase.PER_LOT, 6)
    assert not terms.orders.up_replaces
    assert not terms.vodafone.raises(None, None)
    assert terms.gomobil.base_by_tariff == {"dear": Money(80050)}
    assert (terms.callshop.weekly_ceiling, terms.callshop.markup_percent) == (Money(50000, "EUR"), 20)
    assert terms.statement.stale_after == timedelta(hours=2)


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ('callpro]\ncredit_expires = "never"', "rules.callpro.credit_expires"),
        ("callpro]\nwarn_days = -1", "rules.callpro.warn_days"),
        ('callshop_fr]\nweekly_ceiling = "0"', "rules.callshop_fr.weekly_ceiling"),
        ("callshop_fr]\nweekly_ceiling = 2000", "rules.callshop_fr.weekly_ceiling"),
        ('gomobil]\nbase_by_tariff = { dear = "much" }', "rules.gomobil.base_by_tariff"),
        ("telecom]", "rules.telecom"),
    ],
)
def test_a_bad_value_is_one_line_with_its_place(tmp_path, written, place):
    file = tmp_path / "infoline.toml"
    file.write_text(f"[rules.{written}\n")
    with pytest.raises(SettingsRefused) as refused:
        load_settings(file)
    (problem,) = refused.value.problems
    assert place in str(problem)
