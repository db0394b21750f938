"""``ivr probe``: a number and keys in; a verdict as monitoring reads it, what was heard when, exit 0 or 2.

The call is made by somebody else's phone in a process of its own (``probe_phone``), and what it heard is held
against what this line's own dialplan, prompts and store say that it should have said.
"""

from __future__ import annotations

import asyncio
import re
import socket
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr

from ivr.errors import ConfigurationError, InfolineError
from ivr.ops.probe_call import Order, ProbedCall, make_call
from ivr.ops.probe_follow import Followed
from ivr.ops.probe_local import compare
from ivr.ops.probe_verdict import Verdict, judge, show
from ivr.ops.settings import HostPort, Phone, Settings, load_settings
from ivr.phone import to_e164
from ivr.speech.sound import write_wav

__all__ = ["Codec", "probe"]

OK, CRITICAL = 0, 2


class Codec(StrEnum):
    """The one law offered."""

    ALAW = "alaw"
    ULAW = "ulaw"


def probe(
    number: Annotated[str, typer.Argument(help="The number to dial, such as 4488.")],
    caller: Annotated[str, typer.Option("--from", help="The number that calls.")] = "anonymous",
    keys: Annotated[
        str, typer.Option(help="Keys to press. A comma (or w) waits until the line has paused: 2,9")
    ] = "",
    record: Annotated[Path | None, typer.Option(help="Write what was heard to this WAV file.")] = None,
    to: Annotated[
        str | None, typer.Option(help="Dial this host:port, not the line of the settings here.")
    ] = None,
    user: Annotated[str | None, typer.Option(help="Register as this user first.")] = None,
    password: Annotated[str | None, typer.Option(help="The user's password.")] = None,
    codec: Annotated[Codec, typer.Option(help="The law to offer.")] = Codec.ALAW,
    first_key: Annotated[
        float, typer.Option(min=0, help="Seconds of speech before the first key is pressed.")
    ] = 1.5,
    pause: Annotated[float, typer.Option(min=0.1, help="Seconds of silence that count as a pause.")] = 1.0,
    wait: Annotated[float, typer.Option(min=0.2, help="Seconds of silence before hanging up.")] = 2.5,
    answer_within: Annotated[float, typer.Option(min=0.1, help="Seconds in which to be answered.")] = 5.0,
    limit: Annotated[float, typer.Option(min=1, help="Seconds the call may last.")] = 60.0,
    compared: Annotated[
        bool | None,
        typer.Option("--compare/--no-compare", help="Compare with the dialplan here, also for another host."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    settings_file: Annotated[Path | None, typer.Option("--settings", help="The settings file.")] = None,
) -> None:
    """Dial the line with a foreign phone, press keys, and say what was heard when. Exits 0 or 2."""
    followed: Followed | None = None
    call = ProbedCall()
    try:
        settings = load_settings(settings_file)
        digits, pressed = _keys(keys)
        server = HostPort.parse(to, 5060) if to else _here(settings)
        phone = _phone(settings, caller, user, password)
        order = Order(
            server=_reach(server), port=server.port, number=number, user=phone.user if phone else caller,
            password=phone.password.get_secret_value() if phone else "", register=phone is not None,
            codec=codec.value, keys=pressed, answer_within=answer_within, first_key=first_key, pause=pause,
            quiet=wait, limit=limit,
        )  # fmt: skip
        call = make_call(order)
        not_compared = ""
        if not call.failure:
            try:
                followed, not_compared = _compared(settings, compared, order, call, digits)
            except ConfigurationError as error:
                not_compared = str(error)
        verdict = judge(call, digits, followed, not_compared)
        if record is not None and len(call.sound):
            write_wav(record, call.sound)
    except (InfolineError, ValueError, OSError) as error:
        verdict = Verdict(False, str(error).replace("\n", "; "), {})
    show(verdict, call, _digits(keys), followed, as_json)
    raise typer.Exit(OK if verdict.ok else CRITICAL)


def _here(settings: Settings) -> HostPort:
    """Where the line of these settings answers the probe's phone, which knows UDP and IPv4 alone."""
    for one in settings.sip.listen:
        if one.transport == "UDP" and one.family == 4:
            return HostPort(one.host, one.port)
    raise ValueError("the line does not listen on udp over IPv4, which is all this phone speaks")


def _digits(keys: str) -> str:
    """The keys without the waits between them."""
    return re.sub(r"[^0-9*#A-D]", "", keys.upper())


def _keys(keys: str) -> tuple[str, str]:
    """The digits, and the keys as the phone takes them, with commas."""
    if not re.fullmatch(r"[0-9*#A-Da-d,wW ]*", keys):
        raise ValueError(f'keys are 0-9, *, #, A-D, and a comma or w to wait for a pause, not "{keys}"')
    return _digits(keys), re.sub(r"[wW]", ",", keys.replace(" ", "")).upper()


def _phone(settings: Settings, caller: str, user: str | None, password: str | None) -> Phone | None:
    """Whose registration to use: the one named, else the settings' phone of the caller's number."""
    known = settings.phone(user or caller) or next(
        (phone for phone in settings.phones if user is None and to_e164(caller, "CZ") == phone.number), None
    )
    if user is None or password is None:
        if user is not None and known is None:
            raise ValueError(f'the password of "{user}" is needed: the settings know no such phone')
        return known
    return Phone(user=user, password=SecretStr(password), number=known.number if known else "+420000000000")


def _reach(server: HostPort) -> str:
    """The IPv4 address at which to reach it from here; pyVoIP knows no other."""
    if server.host in ("0.0.0.0", "::"):
        return "127.0.0.1"
    try:
        found = socket.getaddrinfo(server.host, server.port, socket.AF_INET, socket.SOCK_DGRAM)
    except OSError:
        raise ValueError(f"{server.host} has no IPv4 address, and the probe's phone knows no other") from None
    return str(found[0][4][0])


def _compared(
    settings: Settings, wanted: bool | None, order: Order, call: ProbedCall, digits: str
) -> tuple[Followed | None, str]:
    """What the files here say should have been heard; or None and why it was not asked."""
    if wanted is False or (wanted is None and not ip_address(order.server).is_loopback):
        return None, "not compared"
    return asyncio.run(compare(settings, order, call, digits)), ""
