"""What a walk wants to know of the accounts in; an outcome with its facts, for this caller, out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ivr.accounts.callers import Caller
from ivr.accounts.service import Accounts
from ivr.call.events import Identified, LookUpFailed, Watcher
from ivr.flow import Facts, Identify, LookUp

__all__ = ["Enquiries"]


class Enquiries:
    """One call's questions. What a PIN has proven holds for the rest of the call."""

    __slots__ = ("_accounts", "_caller", "_clock", "_leg", "_watch")

    def __init__(
        self, leg: str, caller: Caller, accounts: Accounts, clock: Callable[[], datetime], watch: Watcher
    ) -> None:
        """``accounts`` are those of the line's operator."""
        self._leg, self._accounts, self._clock, self._watch = leg, accounts, clock, watch
        self._caller = caller

    def answer_at_once(self, asked: LookUp) -> str | None:
        """The outcome where the accounts need not be asked: a number alone does not prove enough."""
        return "not_proven" if asked.trust == "pin" and self._caller.proven is None else None

    async def look_up(self, asked: LookUp) -> tuple[str, Facts]:
        """One of the look-up's outcomes; "unavailable" is told to whoever watches.

        A fact that may be missing and is, is None: what another look-up said of it holds no longer.
        """
        finding = await self._accounts.look_up(asked.name, self._caller, self._clock())
        if finding.reason:
            self._watch(LookUpFailed(self._leg, asked.name, finding.reason))
        promised = self._accounts.outcomes[asked.name].get(finding.outcome, ())
        missing = (fact[:-1] for fact in promised if fact.endswith("?") and "[]." not in fact)
        return finding.outcome, {**dict.fromkeys(missing), **finding.facts}

    async def identify(self, asked: Identify) -> tuple[str, Facts]:
        """Whether account and PIN belong together: "proven", "refused" or "unavailable"."""
        proof = await self._accounts.identify(asked.account, asked.pin, self._caller.number, self._clock())
        if proof.outcome == "proven":
            self._caller = replace(self._caller, proven=proof.subscriber_id)
        if proof.reason:
            self._watch(LookUpFailed(self._leg, "identify", proof.reason))
        self._watch(Identified(self._leg, proof.outcome))
        return proof.outcome, proof.facts
