"""The operators' codes come in; the description of the HTTP API as OpenAPI 3.1 goes out.

It is made from the models that read the requests and write the answers, so it cannot say anything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from openapi_pydantic import OpenAPI
from openapi_pydantic.util import PydanticSchema, construct_open_api_with_schema_class
from pydantic import BaseModel

from ivr.accounts.records import SmsIn
from ivr.ops.api.bodies import AnswerOut, ErrorOut, LedgerOut, Payments, StatementOut, TakenOut, Usage

__all__ = ["document"]

_REFUSALS = {
    "400": "The body is not JSON.",
    "401": "No token, or another one.",
    "404": "No such operator or number.",
    "413": "The body is too long.",
    "422": "A field is wrong; the answer names it.",
    "503": "The store cannot be used now; try again later.",
}


def document(operators: Sequence[str]) -> dict[str, Any]:
    """The whole description, ready to be sent as JSON."""
    operator = _parameter("operator", {"type": "string", "enum": list(operators)}, "whose accounts")
    number = _parameter("number", {"type": "string"}, "such as 777123456 or +420777123456")
    newest = _parameter("newest", {"type": "integer", "minimum": 1, "maximum": 1000}, "how many", "query")
    described = OpenAPI.model_validate(
        {
            "info": {
                "title": "Infoline",
                "version": version("infoline"),
                "description": "Usage, payments and SMS orders go in; statements and ledgers come out. "
                "A record may be sent any number of times: it is booked once.",
            },
            "paths": {
                "/v1/{operator}/usage": {
                    "parameters": [operator],
                    "post": _operation("Book rated usage", TakenOut, Usage),
                },
                "/v1/{operator}/payments": {
                    "parameters": [operator],
                    "post": _operation("Book bank transfers", TakenOut, Payments),
                },
                "/v1/{operator}/sms": {
                    "parameters": [operator],
                    "post": _operation("Take an SMS with an order", AnswerOut, SmsIn),
                },
                "/v1/{operator}/statement/{number}": {
                    "parameters": [operator, number],
                    "get": _operation("All that is known of a number now", StatementOut),
                },
                "/v1/{operator}/ledger/{number}": {
                    "parameters": [operator, number, newest],
                    "get": _operation("The newest rows of a ledger", LedgerOut),
                },
            },
            "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        }
    )
    whole = construct_open_api_with_schema_class(described)
    found: dict[str, Any] = whole.model_dump(mode="json", by_alias=True, exclude_none=True)
    return found


def _parameter(name: str, schema: dict[str, Any], about: str, place: str = "path") -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "description": about, "schema": schema}


def _operation(summary: str, answer: type[BaseModel], body: type[BaseModel] | None = None) -> dict[str, Any]:
    refusals = {status: _response(why, ErrorOut) for status, why in _REFUSALS.items()}
    operation: dict[str, Any] = {
        "summary": summary,
        "responses": {"200": _response("Done.", answer), **refusals},
        "security": [{"token": []}],
    }
    if body is not None:
        operation["requestBody"] = {"required": True, "content": _json(body)}
    return operation


def _response(description: str, model: type[BaseModel]) -> dict[str, Any]:
    return {"description": description, "content": _json(model)}


def _json(model: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": PydanticSchema(enum=None, schema_class=model)}}
