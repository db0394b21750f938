import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from ivr.accounts.model import Charging, NewAccount
from ivr.accounts.packs import OPERATORS
from ivr.accounts.records import PaymentIn, SmsIn, UsageIn
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.errors import ConfigurationError
from ivr.money import Money
from ivr.ops.api.bodies import MOST_RECORDS
from ivr.ops.api.entry import MOST_BYTES
from ivr.ops.api.routes import api
from ivr.ops.api.serving import serve_api
from ivr.ops.settings import load_settings
from ivr.ops.settings_api import ApiSettings
from ivr.ops.settings_values import HostPort

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TOKEN = "a-token-of-the-tests"
SHOWN = {"Authorization": f"Bearer {TOKEN}"}
NUMBER = "777123456"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(str(tmp_path / "accounts.db"))
    accounts = Accounts(opened)
    await accounts.add(NewAccount("+420777123456", Charging.PREPAID, credit=Money(10_000)), NOW)
    yield opened
    await opened.close()


@pytest.fixture
async def client(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    accounts = {code: Accounts(store, operator=operator) for code, operator in OPERATORS.items()}
    transport = httpx.ASGITransport(api(accounts, SecretStr(TOKEN), lambda: NOW))
    async with httpx.AsyncClient(transport=transport, base_url="http://line", headers=SHOWN) as opened:
        yield opened


def call(record: str, price: str = "1.50", **more: Any) -> dict[str, Any]:
    return {
        "record": record,
        "number": NUMBER,
        "kind": "call",
        "started_at": "2026-11-21T10:00:00",
        "ended_at": "2026-11-21T10:01:00",
        "quantity": 60,
        "price": price,
        **more,
    }


async def test_usage_is_booked_once_and_each_fault_is_named(client: httpx.AsyncClient) -> None:
    body = {"records": [call("a"), call("b", "much"), call("c", number="1"), call("d")]}
    first = await client.post("/v1/callpro/usage", json=body)
    assert first.status_code == 200
    assert first.json() == {
        "booked": 2,
        "repeated": 0,
        "parked": 0,
        "faults": [
            {"place": 2, "record": "b", "field": "price",
             "expected": "expected an amount such as 12.50, not 'much'"},
            {"place": 3, "record": "c", "field": "number",
             "expected": "expected a telephone number such as 777123456, not '1'"},
        ],
    }  # fmt: skip
    again = (await client.post("/v1/callpro/usage", json=body)).json()
    assert (again["booked"], again["repeated"], len(again["faults"])) == (0, 2, 2)
    statement = (await client.get(f"/v1/callpro/statement/{NUMBER}")).json()
    assert statement["credit"]["amount"] == {"minor": 9700, "currency": "CZK"}


async def test_a_payment_tops_up_and_shows_in_the_ledger(client: httpx.AsyncClient) -> None:
    paid = {
        "reference": "bank-1",
        "to_account": "222852292/0600",
        "received_at": "2026-11-22T09:00:00Z",
        "amount": "200",
    }
    taken = await client.post(
        "/v1/callpro/payments",
        json={"records": [{**paid, "variable_symbol": NUMBER}, {**paid, "reference": "bank-2"}]},
    )
    assert (taken.json()["booked"], taken.json()["parked"]) == (2, 1)
    ledger = (await client.get(f"/v1/callpro/ledger/{NUMBER}?newest=1")).json()
    (row,) = ledger["entries"]
    assert (row["kind"], row["amount"]["minor"]) in (("top_up", 20_000), ("top_up", 10_000))
    whole = (await client.get(f"/v1/callpro/ledger/{NUMBER}")).json()["entries"]
    assert sum(entry["amount"]["minor"] for entry in whole) == 30_000


async def test_an_sms_gets_its_answer_and_the_same_one_again(client: httpx.AsyncClient) -> None:
    order = {"message_id": "1", "sender": NUMBER, "text": "UP 100", "received_at": "2026-11-22T11:00:00Z"}
    first = (await client.post("/v1/callpro/sms", json=order)).json()
    assert first["status"] == "refused"
    assert "UP 100 SMS" in first["text"]
    again = (await client.post("/v1/callpro/sms", json=order)).json()
    assert again == {**first, "repeated": True}
    unknown = await client.post("/v1/callpro/sms", json={**order, "message_id": "2", "sender": "777999999"})
    assert unknown.status_code == 422
    assert unknown.json()["error"].startswith("sender: ")
    wrong = await client.post("/v1/callpro/sms", json={**order, "text": 7})
    assert (wrong.status_code, wrong.json()["error"]) == (422, "text: expected text")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/callpro/usage", b"{", 400),
        ("/v1/callpro/usage", b"\xff\xfe", 400),
        ("/v1/callpro/usage", b"[" * 100_000, 400),
        ("/v1/callpro/usage", b"[]", 422),
        ("/v1/callpro/usage", b'{"records": {}}', 422),
        ("/v1/callpro/usage", b'{"records": [], "more": 1}', 422),
        ("/v1/callpro/usage", b'{"records": [' + b"1," * MOST_RECORDS + b"1]}", 422),
        ("/v1/callpro/usage", b" " * (MOST_BYTES + 1), 413),
        ("/v1/nobody/usage", b'{"records": []}', 404),
        ("/v1/callpro/nothing", b"{}", 404),
        ("/v1/callpro/statement/777123456", b"{}", 405),
    ],
)
async def test_a_body_that_cannot_be_taken_is_one_plain_line(
    client: httpx.AsyncClient, path: str, body: bytes, status: int
) -> None:
    refused = await client.post(path, content=body)
    assert refused.status_code == status
    assert refused.json()["error"]
    assert "\n" not in refused.json()["error"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/callpro/statement/1", 422),
        ("/v1/callpro/statement/777999999", 404),
        ("/v1/gomobil/statement/777123456", 404),
        ("/v1/callpro/ledger/777999999", 404),
        ("/v1/callpro/ledger/777123456?newest=0", 422),
        ("/v1/callpro/ledger/777123456?newest=many", 422),
        ("/v1/callpro/ledger/777123456?newest=99999999999999999", 422),
    ],
)
async def test_what_is_not_there_is_said_so(client: httpx.AsyncClient, path: str, status: int) -> None:
    assert (await client.get(path)).status_code == status


@pytest.mark.parametrize(
    "shown", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer č"]
)
async def test_without_the_token_nothing_is_done_or_told(client: httpx.AsyncClient, shown: str) -> None:
    for method, path in (
        ("POST", "/v1/callpro/usage"),
        ("POST", "/v1/callpro/payments"),
        ("POST", "/v1/callpro/sms"),
        ("GET", f"/v1/callpro/statement/{NUMBER}"),
        ("GET", f"/v1/callpro/ledger/{NUMBER}"),
    ):
        refused = await client.request(
            method, path, headers={"Authorization": shown.encode()}, json={"records": [call("a")]}
        )
        assert refused.status_code == 401
        assert refused.headers["WWW-Authenticate"] == "Bearer"
        assert TOKEN not in refused.text
    statement = (await client.get(f"/v1/callpro/statement/{NUMBER}")).json()
    assert statement["credit"]["amount"]["minor"] == 10_000, statement


async def test_a_store_that_is_gone_is_503_and_come_again(
    client: httpx.AsyncClient, store: Store, tmp_path: Path
) -> None:
    shutil.rmtree(tmp_path)
    refused = await client.post("/v1/callpro/usage", json={"records": [call("a")]})
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")


async def test_the_document_is_made_from_the_models_and_needs_no_token(client: httpx.AsyncClient) -> None:
    described = (await client.get("/openapi.json", headers={"Authorization": ""})).json()
    assert described["openapi"].startswith("3.1")
    schemas = described["components"]["schemas"]
    for model in (UsageIn, PaymentIn, SmsIn):
        assert schemas[model.__name__]["properties"].keys() == model.model_fields.keys()
    for path, operations in described["paths"].items():
        for method in operations.keys() - {"parameters"}:
            where = path.format(operator="callpro", number=NUMBER)
            found = await client.request(method, where, headers={"Authorization": ""})
            assert found.status_code == 401, (method, path)
            assert operations[method]["security"] == [{"token": []}]


async def test_over_a_real_socket_many_senders_of_the_same_records_book_them_once(store: Store) -> None:
    settings = ApiSettings(listen=HostPort("127.0.0.1", 0), token=SecretStr(TOKEN))
    async with serve_api(settings, store) as address, asyncio.timeout(30):
        async with httpx.AsyncClient(base_url=f"http://{address}", headers=SHOWN) as client:
            body = {"records": [call(str(number)) for number in range(20)]}
            answers = await asyncio.gather(*(client.post("/v1/callpro/usage", json=body) for _ in range(5)))
            assert sum(answer.json()["booked"] for answer in answers) == 20
            assert sum(answer.json()["repeated"] for answer in answers) == 80
            statement = (await client.get(f"/v1/callpro/statement/{NUMBER}")).json()
            assert statement["credit"]["amount"]["minor"] == 7000
        with pytest.raises(ConfigurationError, match=r"api\.listen: cannot listen on 127\.0\.0\.1"):
            async with serve_api(settings.model_copy(update={"listen": address}), store):
                pass


async def test_without_a_token_there_is_no_api(store: Store) -> None:
    async with serve_api(ApiSettings(), store) as address:
        assert address is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('token = "short"', "api.token: a token has at least 16"),
        ('token = "with a blank in the middle"', "api.token: a token has"),
        ("token = 1", "api.token: text in quotes"),
        ('listen = "8088"', "api.listen: an address is written like"),
        ('listen = "example.com:1"', "api: listen is an IP address"),
        ('tokne = "x"', 'did you mean "token"'),
    ],
)
def test_settings_of_the_api_are_checked_and_the_token_is_never_shown(
    tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "infoline.toml"
    file.write_text(f"[api]\n{text}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        load_settings(file)
    assert said in str(refused.value)
    assert "short" not in str(refused.value)
    file.write_text(f'[api]\ntoken = "{TOKEN}"\n', encoding="utf-8")
    assert TOKEN not in repr(load_settings(file))
