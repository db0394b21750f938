"""``[api]``: where usage, payments and orders come in over HTTP, and the token that lets them."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated

from pydantic import BeforeValidator, SecretStr, model_validator

from ivr.ops.settings_values import HostPort, Section

__all__ = ["ApiSettings"]

_SHORTEST = 16


def _listen(value: object) -> object:
    if isinstance(value, HostPort):
        return value
    if not isinstance(value, str):
        raise ValueError("text in quotes")
    return HostPort.parse(value)


def _token(value: object) -> object:
    """A secret long enough, of what a header can carry; its problems are told without it."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not isinstance(text, str):
        raise ValueError("text in quotes")
    if text and (len(text) < _SHORTEST or not text.isascii() or not text.isprintable() or " " in text):
        raise ValueError(f"a token has at least {_SHORTEST} visible ASCII characters and no blanks")
    return SecretStr(text)


class ApiSettings(Section):
    """``[api]``; without a token there is no API."""

    listen: Annotated[HostPort, BeforeValidator(_listen)] = HostPort("127.0.0.1", 8088)
    token: Annotated[SecretStr, BeforeValidator(_token)] = SecretStr("")

    @property
    def is_on(self) -> bool:
        """Whether the line serves it."""
        return bool(self.token.get_secret_value())

    @model_validator(mode="after")
    def _near(self) -> ApiSettings:
        try:
            ip_address(self.listen.host)
        except ValueError:
            raise ValueError("listen is an IP address, such as 127.0.0.1:8088") from None
        return self
