"""``[rules]``: what the operators' pages leave open, to the terms their rules are worked out with."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from ivr.accounts.packs import PackTerms
from ivr.accounts.rules import callpro, callshop_fr, gomobil_base, vodafone_cz_limit
from ivr.accounts.rules.callpro_orders import OrderTerms
from ivr.accounts.statement import StatementTerms
from ivr.money import Money
from ivr.ops.settings_values import Flag, Seconds, Section, Whole

__all__ = ["RulesSettings"]


def _amount(currency: str) -> BeforeValidator:
    def read(value: object) -> object:
        if isinstance(value, Money):
            return value
        if not isinstance(value, str):
            raise ValueError('an amount is written like "2000.00", in quotes')
        amount = Money.parse(value, currency)
        if amount.minor <= 0:
            raise ValueError(f"an amount above zero, not {value}")
        return amount

    return BeforeValidator(read)


_Crowns = Annotated[Money, _amount("CZK")]
_Euros = Annotated[Money, _amount("EUR")]


class CallproRules(Section):
    """``[rules.callpro]``: CP-18, CP-19, CP-21, CP-60, CP-65."""

    credit_months: Whole = Field(default=12, ge=1, le=120)
    credit_expires: Literal["whole_balance_from_last_topup", "per_topup_lot"] = (
        "whole_balance_from_last_topup"
    )
    warn_days: Whole = Field(default=30, ge=0, le=365)
    up_replaces: Flag = True
    own_sms_forms: Flag = True


class VodafoneRules(Section):
    """``[rules.vodafone_cz]``: VL-34."""

    automatic_raise: Flag = True


class GomobilRules(Section):
    """``[rules.gomobil]``: GM-31."""

    base_by_tariff: dict[str, _Crowns] = Field(default_factory=dict)


class CallshopRules(Section):
    """``[rules.callshop_fr]``: CS-24, CS-40, and the price proposed to a shop."""

    weekly_ceiling: _Euros = callshop_fr.WEEKLY_CEILING
    prefix_8: Flag = False
    markup_percent: Whole = Field(default=0, ge=0, le=1000)


class RulesSettings(Section):
    """``[rules]``, with a table for each operator."""

    stale_after: Seconds = Field(default=86400.0, ge=60)
    callpro: CallproRules = CallproRules()
    vodafone_cz: VodafoneRules = VodafoneRules()
    gomobil: GomobilRules = GomobilRules()
    callshop_fr: CallshopRules = CallshopRules()

    def terms(self) -> PackTerms:
        """The same as the rules take it."""
        ours, shop = self.callpro, self.callshop_fr
        allowed = self.vodafone_cz.automatic_raise
        return PackTerms(
            callpro.Terms(ours.credit_months, callpro.ExpiryBase(ours.credit_expires), ours.warn_days),
            OrderTerms(our_forms=ours.own_sms_forms, up_replaces=ours.up_replaces),
            vodafone_cz_limit.Terms(lambda account, now: allowed),
            gomobil_base.Terms(dict(self.gomobil.base_by_tariff)),
            callshop_fr.Terms(
                weekly_ceiling=shop.weekly_ceiling,
                prefix_8=shop.prefix_8,
                markup_percent=shop.markup_percent,
            ),
            StatementTerms(timedelta(seconds=self.stale_after)),
        )
