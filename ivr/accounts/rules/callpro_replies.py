"""What became of an SMS order comes in; the SMS to answer with goes out, Czech of at most 160 signs.

Without diacritics, since with them an SMS holds only 70.
"""

from __future__ import annotations

from datetime import date

from ivr.accounts.rules.callpro_commands import Fault, Refusal, write
from ivr.accounts.rules.callpro_orders import AlreadyOrdered, Order, OrderState

__all__ = ["reply", "reply_when_finished"]

_FAULTS = {
    Fault.EMPTY: "Zprava je prazdna.",
    Fault.OTHER_ALPHABET: "Prikaz piste latinkou.",
    Fault.NOT_A_COMMAND: "Tento prikaz nezname.",
    Fault.NOTHING_NAMED: "V prikazu chybi, co zmenit.",
    Fault.NAMED_TWICE: "Prikaz uvadi totez dvakrat.",
    Fault.UNKNOWN_ITEM: "Prikazu nerozumime.",
    Fault.UNKNOWN_SIZE: "Tuto velikost nenabizime.",
    Fault.NEEDS_SMS: "Za cislem 100 chybi SMS.",
    Fault.TRAILING_TEXT: "Na konci prikazu je text navic.",
    Fault.NOT_OFFERED: "Tuto zmenu po SMS nenabizime. Volejte prosim 4488.",
    Fault.NO_DATA_BUNDLE: "Nemate datovy balicek, ktery by slo obnovit.",
    Fault.BUNDLE_ACTIVE: "Datovy balicek uz mate. Zmenit jej lze od pristiho mesice.",
    Fault.ONLY_ORIGINAL_SIZE: "Data lze obnovit jen v puvodni velikosti za plnou cenu.",
}


def reply(result: Order | AlreadyOrdered | Refusal) -> str:
    """The answer to an SMS when it has been read."""
    match result:
        case Refusal(fault, forms):
            texts, room = "", 160 - len(_FAULTS[fault]) - len(" Poslete: ") - 1
            for form in forms:
                longer = f"{texts} nebo {form}" if texts else form
                texts = longer if len(longer) <= room else texts
            return f"{_FAULTS[fault]} Poslete: {texts}." if texts else _FAULTS[fault]
        case AlreadyOrdered(command):
            return f"{write(command)}: uz mate objednano, podruhe nic neuctujeme."
        case Order(command=command, effective_on=day):
            return f"{write(command)}: objednavku jsme prijali a vyridime do 24 hodin. Plati od {_day(day)}."


def reply_when_finished(order: Order, state: OrderState) -> str | None:
    """The answer when an order has ended, None while it is open."""
    match state:
        case OrderState.DONE:
            return f"{write(order.command)}: provedeno, plati od {_day(order.effective_on)}."
        case OrderState.FAILED:
            return (
                f"{write(order.command)}: zmenu se nepodarilo provest, nic neuctujeme. Volejte prosim 4488."
            )
        case OrderState.OPEN:
            return None


def _day(day: date) -> str:
    return f"{day.day}. {day.month}. {day.year}"
