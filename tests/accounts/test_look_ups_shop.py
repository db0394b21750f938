"""What a call shop hears: the balance at this moment, and its automatic top-up with the last result."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ivr.accounts.model import Charging
from ivr.accounts.rules.callshop_fr import OPERATOR
from ivr.accounts.statement import AutomaticTopUp, CardResult, Figures
from ivr.money import Money
from tests.accounts.figures import account, figures, tell

NOW = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)


def eur(euros: float) -> Money:
    return Money(round(euros * 100), "EUR")


def shop(balance: float, **more: object) -> Figures:
    of = account(Charging.PREPAID, balance=eur(balance), number="+33140000001")
    return figures(replace(of, language="fr", spend=eur(0)), **more)


def standing_order(status: str | None = None, reason: str | None = None) -> AutomaticTopUp:
    at = NOW - timedelta(hours=4)
    last = None if status is None else CardResult(status, eur(500), "automatic", at, reason)
    return AutomaticTopUp(eur(50), eur(500), eur(2000), armed=True, last=last)


@pytest.mark.parametrize(
    ("balance", "outcome"),
    [(0.01, "in_service"), (0, "out_of_service"), (-12.34, "out_of_service"), (1234.56, "in_service")],
)
def test_CS_10_only_a_positive_balance_is_told_as_in_service(balance: float, outcome: str) -> None:
    told = tell(OPERATOR, "credit", shop(balance), NOW)
    assert (told.outcome, told.facts["credit"]) == (outcome, eur(balance))


def test_CS_11_and_CS_12_the_balance_is_of_this_moment_in_paris_whenever_the_last_call_was() -> None:
    of = shop(60, calls_in_progress=2, figures_at=NOW - timedelta(hours=3))
    facts = tell(OPERATOR, "credit", of, NOW).facts
    assert (str(facts["as_of"]), facts["calls_running"]) == ("2026-11-22 12:00:00+01:00", 2)
    assert facts["unsettled"] is True
    assert "unsettled" not in tell(OPERATOR, "credit", shop(60), NOW).facts


def test_CS_20_and_CS_21_level_and_amount_of_the_automatic_top_up_are_told() -> None:
    told = tell(OPERATOR, "automatic_top_up", shop(60, automatic_top_up=standing_order()), NOW)
    assert (told.outcome, dict(told.facts)) == ("set", {"level": eur(50), "amount": eur(500)})
    assert tell(OPERATOR, "automatic_top_up", shop(60), NOW).outcome == "not_set"


@pytest.mark.parametrize("status", ["settled", "failed", "pending"])
def test_CS_22_what_became_of_the_last_top_up_is_told_with_its_moment(status: str) -> None:
    told = tell(OPERATOR, "automatic_top_up", shop(60, automatic_top_up=standing_order(status)), NOW)
    facts = told.facts
    assert told.outcome == "set_and_used"
    assert (facts["last_status"], facts["last_amount"]) == (status, eur(500))
    assert str(facts["last_at"]) == "2026-11-22 08:00:00+01:00"
    assert "last_reason" not in facts


def test_CS_23_and_CS_24_a_top_up_that_the_ceiling_held_back_is_heard_with_the_balance() -> None:
    of = shop(45, automatic_top_up=standing_order("skipped", "ceiling"))
    told = tell(OPERATOR, "credit", of, NOW)
    assert (told.outcome, told.facts["amount"]) == ("in_service_top_up_skipped", eur(500))
    none_left = replace(of, account=replace(of.account, balance=eur(0)))
    assert tell(OPERATOR, "credit", none_left, NOW).outcome == "out_of_service_top_up_skipped"
    facts = tell(OPERATOR, "automatic_top_up", of, NOW).facts
    assert (facts["last_status"], facts["last_reason"]) == ("skipped", "ceiling")


def test_CS_25_a_top_up_that_was_left_out_for_another_reason_is_not_told_with_the_balance() -> None:
    of = shop(45, automatic_top_up=standing_order("skipped", "still_pending"))
    assert tell(OPERATOR, "credit", of, NOW).outcome == "in_service"


def test_who_calls_is_told_in_the_account_s_language() -> None:
    assert tell(OPERATOR, "caller", shop(60), NOW).facts["language"] == "fr"
