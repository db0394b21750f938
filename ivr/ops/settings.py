"""``infoline.toml`` to checked settings; or every problem in it at once, by file, line and dotted place."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator, model_validator

from ivr.accounts.packs import PackTerms
from ivr.accounts.postgresql_server import PostgresqlServer
from ivr.errors import ConfigurationError
from ivr.ops.settings_api import ApiSettings
from ivr.ops.settings_cards import CardsSettings
from ivr.ops.settings_dialplan import DialplanSettings
from ivr.ops.settings_errors import SettingsRefused, problems
from ivr.ops.settings_pins import PinsSettings
from ivr.ops.settings_registrations import Credential, Registration
from ivr.ops.settings_rules import RulesSettings
from ivr.ops.settings_transport import NEARBY, Listen, ListenOn, Transports
from ivr.ops.settings_trust import ALWAYS, Trust
from ivr.ops.settings_values import (
    Advertised,
    HostPort,
    NamedFile,
    Network,
    Number,
    PortRange,
    Ports,
    Seconds,
    Section,
    Whole,
)
from ivr.ops.settings_voices import VoiceTable, spoken
from ivr.peer import Transport
from ivr.speech.voice import VoiceSettings

__all__ = [
    "Credential",
    "HostPort",
    "Phone",
    "PortRange",
    "Registration",
    "Settings",
    "SettingsRefused",
    "TlsSettings",
    "Trunk",
    "VoiceTable",
    "load_settings",
]

DEFAULT_FILE = "infoline.toml"
ENVIRONMENT = "INFOLINE_SETTINGS"


class TlsSettings(Section):
    """``[sip.tls]``: who we are to peers that come by TLS, and whom we believe."""

    certificate: NamedFile = None
    key: NamedFile = None
    clients: Literal["none", "optional", "required"] = "none"
    ca: NamedFile = None

    def in_folder(self, folder: Path) -> TlsSettings:
        """The same with its files read from there."""
        files = {name: getattr(self, name) for name in ("certificate", "key", "ca")}
        return self.model_copy(update={name: file and folder / file for name, file in files.items()})

    @model_validator(mode="after")
    def _complete(self) -> TlsSettings:
        if self.key is not None and self.certificate is None:
            raise ValueError("a key wants the certificate it belongs to")
        if self.clients != "none" and self.ca is None:
            raise ValueError("to check clients' certificates, name the ca that signed them")
        return self


class SipSettings(Section):
    """``[sip]``: where calls arrive and how many are taken."""

    listen: ListenOn = (Listen("UDP", "0.0.0.0", 5060), Listen("TCP", "0.0.0.0", 5060))
    advertise: Advertised = None
    realm: str = Field(default="infoline", min_length=1, pattern=r'^[^"\\\r\n]+$')
    phones_from: tuple[Network, ...] = NEARBY
    digests: tuple[Literal["SHA-256", "MD5"], ...] = Field(default=("SHA-256", "MD5"), min_length=1)
    max_calls: Whole = Field(default=500, ge=1, le=100_000)
    retry_after: Seconds = Field(default=5.0, ge=1, le=3600)
    max_lag: Seconds = Field(default=0.25, ge=0.01, le=10)
    invites_per_second: Whole = Field(default=10, ge=1, le=10_000)
    registers_per_second: Whole = Field(default=10, ge=1, le=10_000)
    answer_after: Seconds = Field(default=0.0, ge=0, le=60)
    t1: Seconds = Field(default=0.5, ge=0.05, le=5)
    session_expires: Seconds = Field(default=300.0, ge=90, le=86400)
    max_connections: Whole = Field(default=1000, ge=1, le=100_000)
    max_connections_each: Whole = Field(default=100, ge=1, le=100_000)
    tls: TlsSettings = TlsSettings()

    @model_validator(mode="after")
    def _certified(self) -> SipSettings:
        if self.tls.certificate is None and any(one.transport == "TLS" for one in self.listen):
            raise ValueError("to listen on tls, name a certificate in [sip.tls]")
        return self


class MediaSettings(Section):
    """``[media]``: RTP."""

    ports: Ports = PortRange(40000, 40999)
    silent_after: Seconds = Field(default=30.0, ge=1, le=3600)
    batch: Literal["auto", "mmsg", "portable"] = "auto"
    filter: Literal["auto", "none"] = "auto"
    symmetric: bool = True
    shards: Whole = Field(default=1, ge=1, le=16)


class Phone(Section):
    """``[[phones]]``: a softphone that may register straight to the line."""

    user: str = Field(pattern=r"^[A-Za-z0-9_.!~*'()&=+$,;?/%-]{1,64}$")
    password: SecretStr = Field(min_length=1)
    country: str = Field(default="CZ", pattern=r"^[A-Z]{2}$")
    number: Number
    name: str = ""


class Trunk(Section):
    """``[[trunks]]``: a neighbour that hands over calls, known by where its packets come from."""

    name: str = Field(default="this machine", min_length=1)
    networks: tuple[Network, ...] = Field(
        default=(IPv4Network("127.0.0.0/8"), IPv6Network("::1")), min_length=1
    )
    country: str = Field(default="CZ", pattern=r"^[A-Z]{2}$")
    trust: Trust = ALWAYS
    transport: Transports = ("UDP", "TCP", "TLS")
    calls_per_second: Whole = Field(default=500, ge=1, le=10_000)
    silence: Literal["sent", "none"] = "sent"

    def closeness(self, address: str) -> int | None:
        """The prefix length of the narrowest of its networks that holds an IP address, None if none does."""
        source = ip_address(address.partition("%")[0])
        mapped = source.ipv4_mapped if isinstance(source, IPv6Address) else None
        held = (network.prefixlen for network in self.networks if (mapped or source) in network)
        return max(held, default=None)


def _known_store(url: SecretStr) -> SecretStr:
    address = url.get_secret_value()
    if address.startswith("postgres"):
        try:
            PostgresqlServer.at(address)
        except ConfigurationError as error:
            raise ValueError(error.expected) from None
    elif not re.fullmatch(r"sqlite(\+aiosqlite)?:///[^?]+", address):
        raise ValueError(
            'a store is a file, written like "sqlite:///var/accounts.db", or a database, like'
            ' "postgresql+asyncpg://user:password@host/database"'
        )
    return url


Entries = TypeVar("Entries", bound=tuple[Section, ...])


def _told_apart(entries: Entries) -> Entries:
    """The first setting of a table is what its entries are known by."""
    names = [getattr(entry, next(iter(type(entry).model_fields))) for entry in entries]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f'"{twice}" stands there twice')
    return entries


class StoreSettings(Section):
    """``[store]``: the account store. The address may carry a password, so it prints as stars."""

    url: Annotated[SecretStr, AfterValidator(_known_store)] = SecretStr("sqlite:///var/accounts.db")
    time_limit: Seconds = Field(default=2.0, ge=0.05, le=30)


class SpeechSettings(Section):
    """``[speech]``: how sentences become sound, and where the sound is kept."""

    cache: Path = Path("var/speech")
    workers: Whole = Field(default=2, ge=1, le=64)
    bridge_after: Seconds = Field(default=0.2, ge=0.05, le=10)
    voices: dict[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")], VoiceTable] = Field(default_factory=dict)

    def spoken(self) -> dict[str, VoiceSettings]:
        """The voice of each language, as the speech room takes it."""
        return spoken(self.voices)

    @field_validator("voices")
    @classmethod
    def _every_one_spoken(cls, voices: dict[str, VoiceTable]) -> dict[str, VoiceTable]:
        spoken(voices)
        return voices


class FolderSettings(Section):
    """``[prompts]``: where the operator's own files stand."""

    folder: Path


class LogSettings(Section):
    """``[log]``: what is written about calls."""

    format: Literal["text", "json"] = "text"
    level: Literal["debug", "info", "warning", "error"] = "info"


class Settings(Section):
    """The whole file. Every path in it is absolute once it has been read."""

    sip: SipSettings = SipSettings()
    media: MediaSettings = MediaSettings()
    phones: Annotated[tuple[Phone, ...], AfterValidator(_told_apart)] = ()
    trunks: Annotated[tuple[Trunk, ...], AfterValidator(_told_apart)] = (Trunk(),)
    registrations: Annotated[tuple[Registration, ...], AfterValidator(_told_apart)] = ()
    credentials: Annotated[tuple[Credential, ...], AfterValidator(_told_apart)] = ()
    store: StoreSettings = StoreSettings()
    speech: SpeechSettings = SpeechSettings()
    dialplan: DialplanSettings = DialplanSettings()
    prompts: FolderSettings = FolderSettings(folder=Path("prompts"))
    log: LogSettings = LogSettings()
    api: ApiSettings = ApiSettings()
    cards: CardsSettings = CardsSettings()
    rules: RulesSettings = RulesSettings()
    pins: PinsSettings = PinsSettings()

    def terms(self) -> PackTerms:
        """What the accounts work by: the operators' rules, and how PINs are kept."""
        return replace(self.rules.terms(), pins=self.pins.terms())

    def phone(self, user: str) -> Phone | None:
        """The softphone of this user name."""
        return next((phone for phone in self.phones if phone.user == user), None)

    def knows(self, address: str, transport: Transport) -> bool:
        """Whether anybody at this IP address may speak to the line by this transport.

        A trunk may by its own transports, and where phones may be they all serve.
        """
        trunk = self.trunk(address, transport)
        if trunk is not None:
            return transport in trunk.transport
        source = ip_address(address)
        return any(source in network for network in self.sip.phones_from)

    def trunk(self, address: str, transport: Transport | None = None) -> Trunk | None:
        """The neighbour a message from this IP address belongs to: the narrowest network that holds it.

        Of two with the same network it is the one that uses the transport.
        """
        near = [(trunk.closeness(address), transport in trunk.transport, trunk) for trunk in self.trunks]
        holding = [(prefix, uses, trunk) for prefix, uses, trunk in near if prefix is not None]
        return max(holding, key=lambda one: one[:2])[2] if holding else None


def load_settings(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the file named here, else by INFOLINE_SETTINGS, else ``infoline.toml`` where we stand.

    A file that was named must be there; without any file the defaults hold. Paths in the file are read from
    the folder it stands in. Raises SettingsRefused (a ConfigurationError) with every problem found.
    """
    named = path or (Path(environ[ENVIRONMENT]) if environ.get(ENVIRONMENT) else None)
    file = named or Path(DEFAULT_FILE)
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        if named is not None:
            raise ConfigurationError(file, "", "there is no such file") from None
        text = ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(file, "", f"cannot be read: {error}") from None
    try:
        settings = Settings.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SettingsRefused([_not_toml(file, error)]) from None
    except ValidationError as error:
        raise SettingsRefused(problems(file, text, error, Settings)) from None
    return _from_folder(settings, file.resolve().parent)


def _not_toml(file: Path, error: tomllib.TOMLDecodeError) -> ConfigurationError:
    what, _, where = str(error).partition(" (at ")
    line = re.match(r"line (\d+)", where)
    return ConfigurationError(file, "", f"not TOML: {what}", int(line[1]) if line else None)


def _from_folder(settings: Settings, folder: Path) -> Settings:
    """The same settings with every relative path made absolute."""
    url = settings.store.url.get_secret_value()
    if url.startswith("sqlite"):
        scheme, _, file = url.partition(":///")
        url = f"{scheme}:///{folder / file}"
    moved: dict[str, Any] = {
        "sip": settings.sip.model_copy(update={"tls": settings.sip.tls.in_folder(folder)}),
        "cards": settings.cards.in_folder(folder),
        "store": settings.store.model_copy(update={"url": SecretStr(url)}),
        "speech": settings.speech.model_copy(update={"cache": folder / settings.speech.cache}),
        "dialplan": settings.dialplan.model_copy(update={"folder": folder / settings.dialplan.folder}),
        "prompts": settings.prompts.model_copy(update={"folder": folder / settings.prompts.folder}),
    }
    return settings.model_copy(update=moved)
