"""A request comes in; who has no token gets 401, and what went wrong goes out as one plain line."""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import BaseModel, SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ivr.errors import AccountError, StoreUnavailable
from ivr.ops.api.bodies import ErrorOut

__all__ = ["MOST_BYTES", "Endpoint", "Refused", "answer", "guarded", "json_of", "not_found"]

MOST_BYTES = 2**20  # of a body: a thousand records and room to spare
_RETRY_AFTER = "5"  # seconds

Endpoint = Callable[[Request], Awaitable[Response]]


class Refused(Exception):
    """A request that is not carried out: the status to answer with, and why in one line."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def answer(body: BaseModel, status: int = 200, **headers: str) -> Response:
    """A body as JSON."""
    return Response(body.model_dump_json(), status, headers, media_type="application/json")


def guarded(endpoint: Endpoint, token: SecretStr) -> Endpoint:
    """The endpoint for who shows the token (RFC 6750 section 2.1); all its errors become answers."""
    expected = f"Bearer {token.get_secret_value()}".encode()

    async def handle(request: Request) -> Response:
        shown = request.headers.get("authorization", "").encode("utf-8", "replace")
        if not secrets.compare_digest(shown, expected):
            refusal = ErrorOut(error="a bearer token is needed, as the settings have it")
            return answer(refusal, 401, **{"WWW-Authenticate": "Bearer"})
        try:
            return await endpoint(request)
        except Refused as refused:
            return answer(ErrorOut(error=str(refused)), refused.status)
        except AccountError as error:
            return answer(ErrorOut(error=str(error)), 422)
        except StoreUnavailable as error:
            return answer(ErrorOut(error=str(error)), 503, **{"Retry-After": _RETRY_AFTER})

    return handle


async def json_of(request: Request) -> Any:
    """The body as JSON; Refused where it is none or too long."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise Refused(413, f"a body is at most {MOST_BYTES} bytes; send the rest in another request")
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(400, "the body is not JSON in UTF-8") from None


async def not_found(request: Request, error: Exception) -> Response:
    """A path or a method that is not there."""
    status = getattr(error, "status_code", 500)
    detail = getattr(error, "detail", "something went wrong")
    headers = getattr(error, "headers", None)
    return JSONResponse({"error": detail, "faults": []}, status, headers)
