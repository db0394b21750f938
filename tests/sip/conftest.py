"""The virtual wire and a caller on it; after every test nothing may be left of its calls."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [path for path in (str(TESTS), str(TESTS / "interop")) if path not in sys.path]

from phone import LINE, Phone  # noqa: E402
from wire import Wire  # noqa: E402

from ivr.sip.agent import UserAgent  # noqa: E402
from ivr.sip.digest import Authenticator  # noqa: E402
from ivr.sip.registration import Registrar  # noqa: E402


@pytest.fixture
def registrar() -> Registrar:
    return Registrar(Authenticator("infoline", b"seal", {"jana": "heslo", "petr": "jine"}))


@pytest.fixture
def wire(registrar: Registrar) -> Iterator[Wire]:
    tokens = count(1)
    agent = UserAgent(lambda source: LINE, lambda: f"{next(tokens):016x}", registrar=registrar)
    made = Wire(agent)
    yield made
    made.do(agent.registrars.leave)
    made.end_everything()
    assert (agent.legs, agent.transactions, agent.registrars.live, agent.next_timeout()) == (0, 0, 0, None)


@pytest.fixture
def phone(wire: Wire) -> Phone:
    return Phone(wire)
