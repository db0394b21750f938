"""Drawn histories of both limits: notices once, money from nowhere never, states as the shares say."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from ivr.accounts.rules import gomobil, gomobil_base, vodafone_cz_limit, vodafone_cz_payments
from ivr.accounts.rules.bills import Bill
from ivr.accounts.rules.effects import (
    Effect,
    LimitState,
    Lower,
    MoveTo,
    Notify,
    Raise,
    RaiseWhy,
    ReturnDeposit,
    Scope,
)
from ivr.accounts.rules.spend import RatedEvent, UsageKind
from ivr.accounts.rules.vodafone_cz_limit import Deposit, DepositKind
from ivr.money import Money
from tests.accounts.limit_cases import GOOD_BILLS, NOON, bill, kc

CROWNS = [-500, -200, -100, 0, 100, 200, 300, 500, 800, 1500]
ROUND = st.sampled_from(CROWNS).map(lambda crowns: Money(crowns * 100))
AMOUNTS = ROUND | st.integers(-30_000, 200_000).map(Money)
DEPOSITS = st.integers(1, 200_000).map(Money)
EVENTS = st.builds(
    RatedEvent, st.just(NOON), AMOUNTS, st.sampled_from(UsageKind), st.booleans(), st.booleans()
)
PAUSES = st.sampled_from([0, 0, 1, 24, 12 * 24]).map(lambda hours: timedelta(hours=hours))
BILLS = st.sampled_from([(), GOOD_BILLS, (*GOOD_BILLS, bill(12, None))])

VODAFONE_STEPS = st.lists(
    st.tuples(
        PAUSES,
        st.one_of(
            EVENTS,
            st.tuples(st.just("deposit"), DEPOSITS),
            st.tuples(st.just("security"), DEPOSITS),
            st.tuples(st.just("ask"), AMOUNTS),
            st.tuples(st.just("claim"), st.integers(1, 3)),
        ),
    ),
    max_size=25,
)
GOMOBIL_STEPS = st.lists(
    st.tuples(
        PAUSES,
        st.one_of(
            EVENTS,
            st.tuples(st.just("deposit"), DEPOSITS),
            st.tuples(st.just("own"), st.none() | AMOUNTS),
            st.tuples(st.just("ask"), BILLS),
            st.tuples(st.just("bills"), BILLS),
        ),
    ),
    max_size=25,
)


def told_once(effects: Iterable[Effect]) -> bool:
    notices = Counter((one.period, one.percent, one.limit) for one in effects if isinstance(one, Notify))
    return all(count == 1 for count in notices.values())


def moved(state: dict[Scope, LimitState], effects: Iterable[Effect]) -> None:
    """Follow the moves as the store would; none may move to where it stands."""
    for one in effects:
        if isinstance(one, MoveTo):
            assert state[one.scope] is not one.state
            state[one.scope] = one.state


def vodafone_step(
    account: vodafone_cz_limit.LimitAccount, step: object, now: datetime, fresh_id: int
) -> tuple[vodafone_cz_limit.LimitAccount, tuple[Effect, ...], Money]:
    """The account after a step, its effects, and the money that was paid in for the limit."""
    terms, nothing, today = vodafone_cz_limit.Terms(), Money(0), now.date()
    match step:
        case RatedEvent():
            return *vodafone_cz_limit.after_spend(account, step, terms, now), nothing
        case ("deposit", Money() as amount):
            deposit = Deposit(DepositKind.LIMIT, amount, today, deposit_id=fresh_id)
            return *vodafone_cz_payments.add_deposit(account, deposit, now), amount
        case ("security", Money() as amount):
            deposit = Deposit(DepositKind.SECURITY, amount, today, deposit_id=fresh_id)
            return *vodafone_cz_payments.add_deposit(account, deposit, now), nothing
        case ("ask", Money() as amount):
            asked = vodafone_cz_payments.ask_raise(account, amount, now)
        case ("claim", int() as deposit_id):
            asked = vodafone_cz_payments.claim_back(account, deposit_id, now)
        case _:
            raise AssertionError(step)
    return (account, (), nothing) if isinstance(asked, vodafone_cz_payments.Refused) else (*asked, nothing)


@given(VODAFONE_STEPS, BILLS, st.booleans(), st.integers(1, 28))
def test_VL_02_no_order_of_events_makes_a_limit_from_nothing(
    steps: list[tuple[timedelta, object]], bills: tuple[Bill, ...], consent: bool, billing_day: int
) -> None:
    """VL-04 VL-13 VL-32 VL-38: and every notice is sent once, blocks are what the share says."""
    first = Deposit(DepositKind.LIMIT, kc("1000"), date(2026, 1, 1), deposit_id=1)
    account = vodafone_cz_limit.LimitAccount(202611, billing_day, kc("0"), (first,), bills, consent)
    paid, now, effects = first.amount, NOON, list[Effect]()
    state = {Scope.HOME: LimitState.OPEN, Scope.ROAMING: LimitState.OPEN}
    automatic: Counter[int] = Counter()
    for fresh_id, (pause, step) in enumerate(steps, start=2):
        now += pause
        account, more, paid_in = vodafone_step(account, step, now, fresh_id)
        moved(state, more)
        effects += more
        paid += paid_in
        automatic[account.period] += sum(
            isinstance(one, Raise) and one.why is RaiseWhy.AUTOMATIC for one in more
        )
        assert state[Scope.HOME] is account.home
        assert (state[Scope.ROAMING] is LimitState.BLOCKED) is account.roaming_blocked
        assert (account.home is LimitState.UNITS_ONLY) is account.use.reached(100)
        assert account.roaming_blocked is account.use.reached(90)
    raises = sum((one.amount for one in effects if isinstance(one, Raise)), Money(0))
    returned = sum((one.amount for one in effects if isinstance(one, ReturnDeposit)), Money(0))
    assert account.limit == paid + raises - returned
    assert returned <= paid
    assert told_once(effects)
    assert all(count <= 1 for count in automatic.values())


@given(st.lists(st.integers(1, 60_000), min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_VL_04_the_order_of_charges_changes_neither_the_spend_nor_the_blocks(
    amounts: list[int], shuffled: Random
) -> None:
    def spent(order: list[int]) -> tuple[Money, LimitState, bool, int]:
        first = Deposit(DepositKind.LIMIT, kc("3000"), NOON.date())
        account = vodafone_cz_limit.LimitAccount(202611, 1, kc("0"), (first,))
        told: list[int] = []
        for minor in order:
            event = RatedEvent(NOON, Money(minor))
            account, more = vodafone_cz_limit.after_spend(account, event, vodafone_cz_limit.Terms(), NOON)
            told += [one.percent for one in more if isinstance(one, Notify)]
        assert told == sorted(set(told))
        return account.spend, account.home, account.roaming_blocked, max(told, default=0)

    other = list(amounts)
    shuffled.shuffle(other)
    assert spent(amounts) == spent(other)


@given(st.lists(st.integers(1, 1_500).map(lambda crowns: Money(crowns * 100)), min_size=1, max_size=12))
def test_VL_32_however_the_spend_grows_the_limit_is_raised_once_a_period(charges: list[Money]) -> None:
    account = vodafone_cz_limit.LimitAccount(
        202611, 1, kc("0"), (Deposit(DepositKind.LIMIT, kc("1000"), NOON.date()),), GOOD_BILLS
    )
    effects: list[Effect] = []
    for price in charges:
        event = RatedEvent(NOON, price)
        account, more = vodafone_cz_limit.after_spend(account, event, vodafone_cz_limit.Terms(), NOON)
        effects += more
    due = sum(charges, Money(0)) >= kc("750")
    assert sum(isinstance(one, Raise) for one in effects) == (1 if due else 0)
    assert account.limit == (kc("2500") if due else kc("1000"))


def gomobil_step(
    account: gomobil.LimitAccount, customer: gomobil_base.Customer, step: object, now: datetime
) -> tuple[gomobil.LimitAccount, tuple[Effect, ...], Money]:
    """The account after a step, its effects, and the money that was paid in."""
    nothing = Money(0)
    match step:
        case RatedEvent():
            return *gomobil.after_spend(account, step, now), nothing
        case ("deposit", Money() as amount):
            return *gomobil_base.add_deposit(account, amount, now), amount
        case ("bills", tuple() as bills):
            return *gomobil_base.after_bills(account, customer, bills, now), nothing
        case ("ask", tuple() as bills):
            raised = gomobil_base.ask_raise(account, bills, now)
            return (
                (account, (), nothing)
                if isinstance(raised, gomobil_base.RaiseRefused)
                else (*raised, nothing)
            )
        case ("own", own):
            changed = gomobil.set_own_limit(account, own, now)
            return (
                (account, (), nothing)
                if isinstance(changed, gomobil.OwnLimitRefused)
                else (*changed, nothing)
            )
        case _:
            raise AssertionError(step)


@given(GOMOBIL_STEPS, st.sampled_from(["2016-02-29", "2016-03-01"]))
def test_GM_23_every_notice_is_sent_once_a_month_and_limit_in_any_history(
    steps: list[tuple[timedelta, object]], since: str
) -> None:
    """GM-15 GM-35: the state is OPEN exactly below the limit, and the limit is what was granted and paid."""
    customer = gomobil_base.Customer(datetime.fromisoformat(since).date())
    base = gomobil_base.base_at_start(customer, gomobil_base.Terms())
    account = gomobil.LimitAccount(202611, kc("0"), base, kc("0"))
    paid, now, effects = kc("0"), NOON, list[Effect]()
    state = {Scope.HOME: LimitState.OPEN, Scope.ROAMING: LimitState.OPEN}
    for pause, step in steps:
        now += pause
        account, more, paid_in = gomobil_step(account, customer, step, now)
        moved(state, more)
        effects += more
        paid += paid_in
        assert state[Scope.HOME] is account.state
        assert (state[Scope.ROAMING] is LimitState.OPEN) is (account.state is LimitState.OPEN)
        assert account.limit <= account.granted
        if account.limit.minor > 0:
            assert (account.state is LimitState.OPEN) is not account.use.reached(100)
    raises = sum((one.amount for one in effects if isinstance(one, Raise)), Money(0))
    lowered = sum((one.amount for one in effects if isinstance(one, Lower)), Money(0))
    assert account.granted == base + paid + raises - lowered
    assert told_once(effects)


@given(st.lists(EVENTS, max_size=10), st.lists(EVENTS, max_size=10))
def test_GM_03_what_was_spent_last_month_leaves_no_trace_in_this_one(
    november: list[RatedEvent], december: list[RatedEvent]
) -> None:
    fresh = gomobil.LimitAccount(202611, kc("0"), kc("1500"), kc("0"))
    used = fresh
    for event in november:
        used, _ = gomobil.after_spend(used, event, NOON)
    later = NOON + timedelta(days=20)
    used, _ = gomobil.begin_month(used, later)
    clean = replace(fresh, month=202612)
    for event in december:
        used, told = gomobil.after_spend(used, event, later)
        clean, told_clean = gomobil.after_spend(clean, event, later)
        assert told == told_clean
    assert used == clean
