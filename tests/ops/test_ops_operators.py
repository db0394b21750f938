"""Several operators in one store: each line answers from its own operator's accounts."""

import asyncio
from datetime import UTC, datetime

from ivr.accounts.model import Charging, NewAccount
from ivr.accounts.rules import callpro, gomobil
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.money import Money
from tests.ops.operator_desk import Desk, open_desk, type_in

NUMBER = "+420601234567"


def _enter(desk: Desk) -> None:
    """The same number with two operators: prepaid with one, with a limit at the other."""

    async def fill() -> None:
        store = await Store.open(str(desk.folder / "accounts.db"))
        now = datetime.now(UTC)
        ours = Accounts(store, operator=callpro.OPERATOR)
        await ours.add(NewAccount(NUMBER, Charging.PREPAID, credit=Money(12_300)), now)
        await ours.of(gomobil.OPERATOR.code).add(
            NewAccount(NUMBER, Charging.POSTPAID, spend=Money(4_500), limit=Money(30_000)), now
        )
        await store.close()

    asyncio.run(fill())


def test_a_line_answers_from_its_own_operator_s_accounts(tmp_path, monkeypatch, capsys):
    desk = open_desk(tmp_path)
    _enter(desk)
    monkeypatch.chdir(desk.folder)
    walk = ("try", "4488", "--from", NUMBER, "--keys", "2")
    assert "sto dvacet tři" in type_in(capsys, *walk).out
    desk.change(
        "dialplan/callpro.toml", 'trouble      = "trouble"', 'trouble = "trouble"\noperator = "gomobil"'
    )
    told = type_in(capsys, *walk).out
    assert "sto dvacet tři" not in told
    assert "čtyřicet pět" in told


def test_an_operator_that_does_not_exist_is_named_by_check(tmp_path, monkeypatch, capsys):
    desk = open_desk(tmp_path)
    monkeypatch.chdir(desk.folder)
    desk.change(
        "dialplan/callpro.toml", 'trouble      = "trouble"', 'trouble = "trouble"\noperator = "telco"'
    )
    checked = type_in(capsys, "check")
    assert checked.status == 1
    assert 'line.operator: there is no operator "telco", only callpro' in checked.err
