"""Requests come in, accounts do the work, answers go out: what can be asked of the HTTP API.

Every path names the operator whose accounts it is about: ``/v1/callpro/usage``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, SecretStr
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ivr.accounts.orders import take_sms
from ivr.accounts.payments import take_payments
from ivr.accounts.records import Given, PaymentIn, SmsIn, Taken, UsageIn, read_batch
from ivr.accounts.service import Accounts
from ivr.accounts.usage import take_usage
from ivr.ops.api.bodies import MOST_RECORDS, AnswerOut, ErrorOut, LedgerOut, StatementOut, TakenOut
from ivr.ops.api.document import document
from ivr.ops.api.entry import Endpoint, Refused, answer, guarded, json_of, not_found
from ivr.phone import to_e164

__all__ = ["api"]

_MOST_ENTRIES = 1000

R = TypeVar("R", UsageIn, PaymentIn)


def api(accounts: Mapping[str, Accounts], token: SecretStr, clock: Callable[[], datetime]) -> Starlette:
    """The API over the accounts of these operators, by their codes, for who shows the token.

    The description of the API itself needs none.
    """
    desk = _Desk(accounts, clock)
    work: dict[tuple[str, str], Endpoint] = {
        ("POST", "/v1/{operator}/usage"): desk.take_usage,
        ("POST", "/v1/{operator}/payments"): desk.take_payments,
        ("POST", "/v1/{operator}/sms"): desk.take_sms,
        ("GET", "/v1/{operator}/statement/{number}"): desk.statement,
        ("GET", "/v1/{operator}/ledger/{number}"): desk.ledger,
    }
    described = document(tuple(accounts))

    async def openapi(request: Request) -> Response:
        return JSONResponse(described)

    routes = [
        Route(path, guarded(endpoint, token), methods=[method]) for (method, path), endpoint in work.items()
    ]
    return Starlette(
        routes=[*routes, Route("/openapi.json", openapi)], exception_handlers={HTTPException: not_found}
    )


class _Desk:
    def __init__(self, accounts: Mapping[str, Accounts], clock: Callable[[], datetime]) -> None:
        self._accounts = accounts
        self._clock = clock

    async def take_usage(self, request: Request) -> Response:
        accounts = self._of(request)
        given, taken = await _batch(request, UsageIn)
        taken.add(await take_usage(accounts, given, self._clock()))
        return _taken(taken)

    async def take_payments(self, request: Request) -> Response:
        accounts = self._of(request)
        given, taken = await _batch(request, PaymentIn)
        taken.add(await take_payments(accounts, given, self._clock()))
        return _taken(taken)

    async def take_sms(self, request: Request) -> Response:
        accounts = self._of(request)
        given, faults = read_batch([await json_of(request)], SmsIn)
        if faults:
            (fault,) = faults
            told = ErrorOut(error=f"{fault.field}: {fault.expected}", faults=(fault,))
            return answer(told, 422)
        got = await take_sms(accounts, given[0].record, self._clock())
        return answer(AnswerOut(status=got.status, text=got.text, repeated=got.repeated))

    async def statement(self, request: Request) -> Response:
        accounts = self._of(request)
        found = await accounts.statement(_number(request, accounts), self._clock())
        if found is None:
            raise Refused(404, "number: is not in the store")
        return answer(StatementOut(found))

    async def ledger(self, request: Request) -> Response:
        accounts = self._of(request)
        newest = request.query_params.get("newest", "100")
        if not (newest.isascii() and newest.isdigit() and 1 <= int(newest[:9]) <= _MOST_ENTRIES):
            raise Refused(422, f"newest: expected 1 to {_MOST_ENTRIES}")
        account = await accounts.account(_number(request, accounts), self._clock())
        if account is None:
            raise Refused(404, "number: is not in the store")
        return answer(LedgerOut(entries=await accounts.entries(account, newest=int(newest))))

    def _of(self, request: Request) -> Accounts:
        code = request.path_params["operator"]
        if code not in self._accounts:
            raise Refused(404, f"operator: expected one of {', '.join(self._accounts)}")
        return self._accounts[code]


async def _batch(request: Request, model: type[R]) -> tuple[list[Given[R]], Taken]:
    """The good records of a body, and the faults of the others; Refused where it holds no records."""
    body: Any = await json_of(request)
    items = body.get("records") if isinstance(body, dict) else None
    if not isinstance(items, list) or len(body) != 1:
        raise Refused(422, 'records: expected an object with a list, {"records": [...]}, and nothing else')
    if len(items) > MOST_RECORDS:
        raise Refused(422, f"records: at most {MOST_RECORDS} in one request")
    given, faults = read_batch(items, model)
    return given, Taken(faults=faults)


def _taken(taken: Taken) -> Response:
    faults = tuple(sorted(taken.faults, key=lambda fault: fault.place))
    body: BaseModel = TakenOut(
        booked=taken.booked, repeated=taken.repeated, parked=taken.parked, faults=faults
    )
    return answer(body)


def _number(request: Request, accounts: Accounts) -> str:
    number = to_e164(request.path_params["number"], accounts.operator.country)
    if number is None:
        raise Refused(422, "number: expected a telephone number such as 777123456")
    return number
