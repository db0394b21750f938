"""What every ``CardPayments`` must do: a test class inherits this one and gives ``cards`` and ``tokens``."""

import asyncio
from collections.abc import Mapping

import pytest
from pydantic import SecretStr

from ivr.accounts.cards import CardPayments, CardStatus, FailedWhy
from ivr.errors import AccountError, CardsUnavailable
from ivr.money import Money

AMOUNT = Money(50_000, "EUR")


class CardContract:
    """``tokens`` has a card that "settles", one "declined", one that is "late", one with "no_answer"."""

    @pytest.fixture
    def cards(self) -> CardPayments:
        raise NotImplementedError

    @pytest.fixture
    def tokens(self) -> Mapping[str, SecretStr]:
        raise NotImplementedError

    async def test_CS_20_a_card_is_charged_instantly(
        self, cards: CardPayments, tokens: Mapping[str, SecretStr]
    ) -> None:
        charge = await cards.charge(tokens["settles"], AMOUNT, "k1")
        assert (charge.key, charge.amount, charge.status, charge.reason) == (
            "k1",
            AMOUNT,
            CardStatus.SETTLED,
            None,
        )
        assert charge.finished_at is not None
        assert charge.started_at <= charge.finished_at
        assert await cards.status("k1") == charge

    async def test_a_refused_card_is_an_answer_with_a_reason(
        self, cards: CardPayments, tokens: Mapping[str, SecretStr]
    ) -> None:
        charge = await cards.charge(tokens["declined"], AMOUNT, "k1")
        assert (charge.status, charge.reason) == (CardStatus.FAILED, FailedWhy.DECLINED)
        assert await cards.status("k1") == charge

    async def test_a_key_charges_once_however_often_it_is_sent(
        self, cards: CardPayments, tokens: Mapping[str, SecretStr]
    ) -> None:
        first = await cards.charge(tokens["settles"], AMOUNT, "k1")
        assert await cards.charge(tokens["settles"], AMOUNT, "k1") == first
        at_once = await asyncio.gather(*(cards.charge(tokens["settles"], AMOUNT, "k2") for _ in range(8)))
        assert len(set(at_once)) == 1

    async def test_a_declined_key_stays_declined(
        self, cards: CardPayments, tokens: Mapping[str, SecretStr]
    ) -> None:
        first = await cards.charge(tokens["declined"], AMOUNT, "k1")
        assert await cards.charge(tokens["declined"], AMOUNT, "k1") == first

    async def test_another_key_is_another_charge(
        self, cards: CardPayments, tokens: Mapping[str, SecretStr]
    ) -> None:
        await cards.charge(tokens["settles"], AMOUNT, "k1")
        assert (await cards.charge(tokens["settles"], AMOUNT, "k2")).key == "k2"

    async def test_a_key_of_another_payment_is_refused_and_changes_nothing(
        self, cards: CardPayments, tokens: Mapping[str, SecretStr]
    ) -> None:
        first = await cards.charge(tokens["settles"], AMOUNT, "k1")
        with pytest.raises(AccountError, match="another"):
            await cards.charge(tokens["settles"], AMOUNT + Money(1, "EUR"), "k1")
        with pytest.raises(AccountError, match="another"):
            await cards.charge(tokens["declined"], AMOUNT, "k1")
        assert await cards.status("k1") == first

    async def test_a_key_that_never_arrived_has_no_status(self, cards: CardPayments) -> None:
        assert await cards.status("never") is None

    @pytest.mark.parametrize(
        ("minor", "key"),
        [(0, "k"), (-1, "k"), (1, ""), (1, "two words"), (1, "é"), (1, "k" * 201), (1, "k\n")],
    )
    async def test_what_nobody_may_ask_for_is_refused_in_one_line(
        self, cards: CardPayments, tokens: Mapping[str, SecretStr], minor: int, key: str
    ) -> None:
        with pytest.raises(AccountError) as refused:
            await cards.charge(tokens["settles"], Money(minor, "EUR"), key)
        assert "\n" not in str(refused.value)
        assert tokens["settles"].get_secret_value() not in str(refused.value)

    async def test_a_late_card_is_pending_and_is_not_charged_again(
        self, cards: CardPayments, tokens: Mapping[str, SecretStr]
    ) -> None:
        charge = await cards.charge(tokens["late"], AMOUNT, "k1")
        assert (charge.status, charge.finished_at) == (CardStatus.PENDING, None)
        assert await cards.charge(tokens["late"], AMOUNT, "k1") == await cards.status("k1")

    async def test_after_no_answer_the_status_tells_and_the_same_key_is_safe(
        self, cards: CardPayments, tokens: Mapping[str, SecretStr]
    ) -> None:
        with pytest.raises(CardsUnavailable):
            await cards.charge(tokens["no_answer"], AMOUNT, "k1")
        known = await cards.status("k1")
        again = await cards.charge(tokens["no_answer"], AMOUNT, "k1")
        assert again.status is CardStatus.SETTLED
        assert known in (None, again)
