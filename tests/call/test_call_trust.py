"""Which claims about who calls hold out: whoever says it, for the number that is called."""

import pytest

from ivr.call.callers import Callers
from ivr.peer import Peer
from ivr.sip.events import Invited
from ivr.sip.headers import Address
from ivr.sip.uri import Uri

TRUNK, STRANGER = Peer("192.0.2.7", 5060), Peer("198.51.100.7", 5060)
BELIEVED = {("192.0.2.7", "3111*0"): "FR", ("192.0.2.7", "0170229848"): "FR"}
FORGED, REAL = "+33612345678", "+33140000011"


def callers() -> Callers:
    return Callers(
        lambda host, dialled: BELIEVED.get((host, dialled)),
        {"jana": "+420777000005"},
        lambda source, now: None,
    )


def invited(called: str, from_: str, *asserted: str, source: Peer = TRUNK, **more) -> Invited:
    claims = tuple(Address("", Uri("sip", user, "trunk")) for user in asserted)
    me = Address("", Uri("sip", from_, "trunk"))
    given = {"private": False, **more}
    return Invited(
        "leg", Uri("sip", called, "line"), me, claims, source=source, call_id="1", offer=None, **given
    )


def believed(invitation: Invited) -> str | None:
    line = callers()
    return line.number(invitation, line.dialled(invitation), 0.0)


@pytest.mark.parametrize("called", ["3111*0", "0170229848"])
def test_CS_09_a_caller_is_known_on_the_numbers_for_which_the_trunk_is_trusted(called: str):
    assert believed(invited(called, "0140000011")) == REAL


@pytest.mark.parametrize("called", ["0805123200", "3111", "", "4488"])
def test_CS_09_the_same_caller_is_nobody_on_the_others(called: str):
    assert believed(invited(called, "0140000011")) is None
    assert believed(invited(called, "0140000011", "0140000011")) is None


def test_an_asserted_identity_goes_before_from_and_never_beside_it():
    assert believed(invited("3111*0", FORGED, REAL)) == REAL
    assert believed(invited("3111*0", FORGED, "anonymous")) is None
    assert believed(invited("3111*0", FORGED, "anonymous", REAL)) == REAL


@pytest.mark.parametrize("called", ["3111*0", "0170229848", "0805123200"])
def test_CS_06_what_a_stranger_or_a_caller_who_withholds_it_says_counts_nowhere(called: str):
    assert believed(invited(called, FORGED, REAL, source=STRANGER)) is None
    assert believed(invited(called, FORGED, REAL, private=True)) is None


def test_a_phone_that_has_proven_its_password_is_known_on_every_number():
    phone = invited("0805123200", FORGED, REAL, source=STRANGER, user="jana")
    assert believed(phone) == "+420777000005"
