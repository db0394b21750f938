"""``[[registrations]]`` and ``[[credentials]]`` to what they mean: where the line shows its passwords."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, SecretStr, model_validator

from ivr.ops.settings_trust import NEVER, Trust
from ivr.ops.settings_values import Seconds, Section, Whole
from ivr.sip import bindings
from ivr.sip.uri import BadUri, Uri

__all__ = ["Credential", "Registration"]

_USER = r"^[A-Za-z0-9_.!~*'()&=+$,;?/%-]{1,64}$"


def _server(value: object) -> object:
    """``pbx1``, ``pbx1:5070``, ``[::1]`` or ``sip:pbx1;transport=tcp`` to a URI."""
    if isinstance(value, Uri):
        return value
    if not isinstance(value, str):
        raise ValueError("text in quotes")
    try:
        uri = Uri.parse(value if value.lower().startswith(("sip:", "sips:")) else f"sip:{value}")
    except BadUri:
        uri = Uri("", "", "")
    if not uri.host or uri.user:
        raise ValueError('a server is written like "pbx.example.com", "192.0.2.7:5070" or "sips:example.com"')
    return Uri(uri.scheme, "", uri.host, uri.port, uri.params)


Server = Annotated[Uri, BeforeValidator(_server)]


class Registration(Section):
    """``[[registrations]]``: a PBX or trunk the line registers with; its calls come from there."""

    name: str = Field(min_length=1, max_length=64)
    registrar: Server
    user: str = Field(pattern=_USER)
    password: SecretStr = Field(min_length=1)
    auth_user: str = Field(default="", pattern=r"^[^\x00-\x1f\x7f]{0,128}$")
    transport: Literal["auto", "UDP", "TCP", "TLS"] = "auto"
    proxy: Server | None = None
    expires: Seconds = Field(default=3600.0, ge=60, le=86400)
    keep_alive: Seconds = Field(default=0.0, ge=0, le=300)
    number: str = Field(default="", pattern=r"^[0-9+*#]{0,32}$")
    country: str = Field(default="CZ", pattern=r"^[A-Z]{2}$")
    trust: Trust = NEVER
    calls_per_second: Whole = Field(default=500, ge=1, le=10_000)

    @model_validator(mode="after")
    def _agree_on_transport(self) -> Self:
        for server in (self.registrar, self.proxy):
            if server is not None and self.transport != "auto" and "transport" in server.params:
                raise ValueError("the transport is named twice: in an address and by itself")
        if self.transport in ("UDP", "TCP") and "sips" in (self.registrar.scheme, self.hop.scheme):
            raise ValueError('"sips:" goes by TLS alone')
        return self

    @property
    def hop(self) -> Uri:
        """Where a REGISTER goes first."""
        return self.proxy or self.registrar

    @property
    def dialled(self) -> str:
        """Which of the line's numbers a call to this user means."""
        return self.number or self.user

    def for_sip(self) -> bindings.Registration:
        """The same as the SIP room takes it."""
        return bindings.Registration(
            self.name,
            self._by_transport(self.registrar),
            self.user,
            self.auth_user or self.user,
            self.password.get_secret_value(),
            round(self.expires),
            None if self.proxy is None else self._by_transport(self.proxy),
            self.keep_alive,
        )

    def _by_transport(self, server: Uri) -> Uri:
        if self.transport == "auto" or server.scheme == "sips":
            return server
        params = {**server.params, "transport": self.transport.lower()}
        return Uri(server.scheme, "", server.host, server.port, params)


class Credential(Section):
    """``[[credentials]]``: what a realm is shown that challenges a request of the line's in a call."""

    realm: str = Field(min_length=1)
    user: str = Field(min_length=1)
    password: SecretStr = Field(min_length=1)
