"""What a setting is written as to what it means: addresses, ports, networks, lengths of time, numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Strict, ValidationInfo

from ivr.phone import to_e164

__all__ = [
    "Advertised",
    "Flag",
    "HostPort",
    "NamedFile",
    "Network",
    "Number",
    "PortRange",
    "Ports",
    "Seconds",
    "Section",
    "Whole",
]

_DURATION = re.compile(r"(?P<count>\d+(?:\.\d+)?) ?(?P<unit>ms|s|min|h)")
_SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0}
_HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_\-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_\-]+)*")


class Section(BaseModel):
    """A table of the file: nothing in it may be unknown, nothing changes after it is read."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, arbitrary_types_allowed=True, hide_input_in_errors=True
    )


@dataclass(frozen=True, slots=True)
class HostPort:
    """A socket address as the settings write it: ``0.0.0.0:5060``, ``[::]:5060``, ``pbx1:5060``."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str, default_port: int | None = None) -> HostPort:
        """Read one, the port left out only where there is a default; ValueError says how it is written."""
        match = re.fullmatch(r"(?:\[(?P<six>[^\]]+)\]|(?P<host>[^\[\]:]+))(?::(?P<port>\d{1,5}))?", text)
        if match is None or (match["port"] is None and default_port is None):
            raise ValueError(f'an address is written like "0.0.0.0:5060" or "[::]:5060", not "{text}"')
        port = int(match["port"]) if match["port"] else default_port
        if port is None or port > 65535:
            raise ValueError(f"a port is at most 65535, not {port}")
        return cls(_host(match["six"] or match["host"]), port)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class PortRange:
    """The UDP ports speech may use: RTP on the even ones, the odd one above each is RTCP's (RFC 3550, 11)."""

    first: int
    last: int

    @property
    def even(self) -> tuple[int, ...]:
        """The ports RTP listens on."""
        return tuple(range(self.first + self.first % 2, self.last + 1, 2))

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


def _host(text: str) -> str:
    """An IPv4 or IPv6 address or a host name, as it stands; ValueError otherwise."""
    try:
        return str(ip_address(text))
    except ValueError:
        if _HOST.fullmatch(text) and not re.fullmatch(r"[\d.]+", text):
            return text
    raise ValueError(f'"{text}" is neither an IP address nor a host name')


def _seconds(value: object) -> object:
    """``"5 s"``, ``"500 ms"``, ``"2 min"``, ``"1 h"`` to seconds."""
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError('a length of time is written like "5 s", "500 ms" or "2 min"')
    return float(match["count"]) * _SECONDS[match["unit"]]


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("text in quotes")
    return value


def _advertised(value: object) -> object:
    if value is None or value == "":
        return None
    host = _host(_text(value))
    if host in ("0.0.0.0", "::"):
        raise ValueError("the address told to callers must be one they can reach, not all of them")
    return host


def _named_file(value: object) -> object:
    return None if value is None or value == "" else value if isinstance(value, Path) else Path(_text(value))


def _port_range(value: object) -> object:
    if isinstance(value, PortRange):
        return value
    match = re.fullmatch(r"(\d{1,5}) ?- ?(\d{1,5})", _text(value))
    if match is None:
        raise ValueError('a range of ports is written like "40000-40063"')
    ports = PortRange(int(match[1]), int(match[2]))
    if not 1024 <= ports.first <= ports.last <= 65535 or not ports.even:
        raise ValueError(
            f"ports stand between 1024 and 65535, the lower first, one of them even; not {value}"
        )
    return ports


def _network(value: object) -> object:
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    try:
        return ip_network(_text(value))
    except ValueError:
        raise ValueError(
            f'a network is written like "192.0.2.0/24", "192.0.2.7" or "::1", not "{value}"'
        ) from None


def _e164(number: str, info: ValidationInfo) -> str:
    """A subscriber's number in E.164; one without a country is taken as one of the table's ``country``."""
    found = to_e164(number, info.data.get("country", ""))
    if found is None:
        raise ValueError('a number is written like "+420777123456", or as it is dialled in its country')
    return found


Seconds = Annotated[float, BeforeValidator(_seconds)]
NamedFile = Annotated[Path | None, BeforeValidator(_named_file)]
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]
Advertised = Annotated[str | None, BeforeValidator(_advertised)]
Ports = Annotated[PortRange, BeforeValidator(_port_range)]
Number = Annotated[str, AfterValidator(_e164)]
Whole = Annotated[int, Strict()]
Flag = Annotated[bool, Strict()]
