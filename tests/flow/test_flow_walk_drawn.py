"""Drawn plans and drawn inputs: the walk never raises, never contradicts itself, and always ends."""

from collections import Counter
from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.flow import states as machine
from ivr.flow.check import check
from ivr.flow.hours import OpeningHours, Span
from ivr.flow.instructions import (
    HangUp,
    Identify,
    Instruction,
    Listen,
    LookUp,
    Speak,
    StopListening,
    StopSpeaking,
    TellTime,
    Transfer,
)
from ivr.flow.plan import Line, Plan
from ivr.flow.steps import (
    KEYS,
    RESUME,
    AskStep,
    HangUpStep,
    HoursStep,
    IdentifyStep,
    LanguageStep,
    LookUpStep,
    ReadStep,
    RepeatStep,
    SayStep,
    TransferStep,
    WhenStep,
    sentences,
)
from ivr.flow.walk import LONGEST_RUN, Walk

NAMES = ["a", "b", "c", "d", "e"]
NAME = st.sampled_from(NAMES)
ANY = st.sampled_from([*NAMES, RESUME])
HOURS = OpeningHours("desk", "Europe/Paris", frozenset(range(5)), (Span(540, 1080, "service"),))
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def asking(name: str) -> st.SearchStrategy[AskStep]:
    return st.builds(
        AskStep,
        name=st.just(name),
        texts=st.just(sentences("q")),
        keys=st.dictionaries(st.sampled_from("12*"), NAME, min_size=1),
        wait=st.just(5.0),
        tries=st.integers(1, 3),
        give_up=NAME,
        silence=st.just(sentences("s1", "s2")),
        wrong_key=st.just(sentences("w1", "w2")),
        must_hear=st.booleans(),
    )


def any_step(name: str) -> st.SearchStrategy:
    return st.one_of(
        st.builds(SayStep, st.just(name), st.just(sentences("s")), NAME, st.booleans()),
        asking(name),
        st.builds(
            LookUpStep, st.just(name), st.just("credit"), st.dictionaries(st.sampled_from(["x", "y"]), NAME)
        ),
        st.builds(
            ReadStep,
            st.just(name),
            st.just(sentences("q")),
            st.sampled_from(["account", "pin"]),
            st.integers(1, 2),
            st.integers(2, 3),
            st.just(6.0),
            st.just(3.0),
            st.integers(1, 3),
            NAME,
            NAME,
            st.just(sentences("s1", "s2")),
            st.just(sentences("w1", "w2")),
            st.none() | NAME,
        ),
        st.builds(
            IdentifyStep,
            st.just(name),
            st.just("account"),
            st.just("pin"),
            ANY,
            ANY,
            NAME,
            NAME,
            st.integers(1, 3),
        ),
        st.builds(WhenStep, st.just(name), st.just("x"), NAME, NAME),
        st.builds(HoursStep, st.just(name), st.just("desk"), st.just({"service": "a"}), NAME),
        st.builds(LanguageStep, st.just(name), st.sampled_from(["cs", "en", "account"]), NAME),
        st.builds(RepeatStep, st.just(name), st.sampled_from(["same", "slower"]), NAME),
        st.builds(TransferStep, st.just(name), st.sampled_from(["474770601", "on_call_number"]), NAME, NAME),
        st.builds(HangUpStep, st.just(name)),
    )


PLANS = st.fixed_dictionaries({name: any_step(name) for name in NAMES}).map(
    lambda steps: Plan(Line("Drawn", ("1",), "CZ", "cs", "a", 600.0), steps, hours={"desk": HOURS})
)


IDENTIFIED = {"x": "proven", "y": "refused", "z": "unavailable"}


class Hall:
    """Carries out instructions as a real hall would, and minds that each makes sense when it comes."""

    def __init__(self) -> None:
        self.doing: Speak | Listen | LookUp | Identify | TellTime | Transfer | None = None
        self.over = False
        self.told: list[Instruction] = []

    def obey(self, told: list[Instruction]) -> None:
        for instruction in told:
            assert not self.over, "nothing follows a hang-up"
            self.told.append(instruction)
            match instruction:
                case StopSpeaking():
                    assert isinstance(self.doing, Speak) and self.doing.interruptible
                    self.doing = None
                case StopListening():
                    assert isinstance(self.doing, Listen)
                    self.doing = None
                case HangUp():
                    assert self.doing is None
                    self.over = True
                case _:
                    assert self.doing is None, "one thing at a time"
                    self.doing = instruction

    def answer(self, walk: Walk, outcome: str, succeeded: bool) -> list[Instruction]:
        """What was being done is done: tell the walk."""
        done, self.doing = self.doing, None
        match done:
            case Speak():
                return walk.spoken(done.turn)
            case Listen():
                return walk.waited(done.turn)
            case LookUp():
                return walk.looked_up(outcome, {"x": 1}, done.turn)
            case Identify():
                return walk.identified(IDENTIFIED[outcome], {"language": "en"}, done.turn)
            case TellTime():
                return walk.time_is(NOON, done.turn)
            case Transfer():
                return walk.transferred(succeeded, done.turn)
            case None:
                return []


STRAYS = ["spoken", "waited", "looked_up", "identified", "time_is", "transferred"]
EVENTS = st.one_of(
    st.sampled_from(KEYS),
    st.just("done"),
    st.tuples(st.sampled_from(STRAYS), st.integers(-1, 40)),
)


def stray(walk: Walk, name: str, turn: int) -> list[Instruction]:
    match name:
        case "spoken":
            return walk.spoken(turn)
        case "waited":
            return walk.waited(turn)
        case "looked_up":
            return walk.looked_up("x", {}, turn)
        case "identified":
            return walk.identified("proven", {}, turn)
        case "time_is":
            return walk.time_is(NOON, turn)
        case _:
            return walk.transferred(True, turn)


@given(PLANS, st.lists(EVENTS, max_size=40), st.sampled_from(["x", "y", "z"]), st.booleans())
def test_any_caller_on_any_plan_gets_instructions_that_make_sense_and_an_end(
    plan, events, outcome, succeeded
):
    walk, hall = Walk(plan), Hall()
    hall.obey(walk.start())
    for event in events:
        if event == "done":
            hall.obey(hall.answer(walk, outcome, succeeded))
        elif isinstance(event, str):
            hall.obey(walk.key_pressed(event))
        elif hall.doing is None or event[1] != hall.doing.turn:
            assert stray(walk, *event) == [], "late, early and doubled answers are absorbed"
        assert hall.over == walk.ended
        assert walk.ended or hall.doing is not None, "a call that goes on waits for something"
    inputs = 0
    while not hall.over:  # the caller falls silent
        hall.obey(hall.answer(walk, outcome, succeeded))
        inputs += 1
        assert inputs <= LONGEST_RUN * 6 + 60
    assert walk.start() == walk.key_pressed("2") == walk.spoken() == walk.waited() == []


@given(
    PLANS,
    st.lists(
        st.sampled_from(["k1", "k2", "k*", "k5", "spoken", "waited", "x", "z", "i", "t", "yes", "no"]),
        max_size=60,
    ),
)
def test_answers_without_a_turn_never_raise_in_any_order(plan, events):
    walk = Walk(plan)
    walk.start()
    inputs = {
        "spoken": walk.spoken,
        "waited": walk.waited,
        "x": lambda: walk.looked_up("x", {"x": 1}),
        "z": lambda: walk.looked_up("z", {"x": 1}),
        "i": lambda: walk.identified("refused", {}),
        "t": lambda: walk.time_is(NOON),
        "yes": lambda: walk.transferred(True),
        "no": lambda: walk.transferred(False),
    }
    for event in events:
        ended = walk.ended
        told = walk.key_pressed(event[1]) if event[0] == "k" else inputs[event]()
        assert not (ended and told)


@settings(max_examples=60)
@given(PLANS)
def test_what_the_checker_passes_needs_no_limit_to_bring_a_silent_caller_to_an_end(plan):
    look_ups = {"credit": {"x": [], "y": []}}
    texts = {"cs": dict.fromkeys(["s", "q", "s1", "s2", "w1", "w2"], ())}
    rounds = [problem for problem in check(plan, look_ups, texts) if "round" in problem.expected]
    walk, hall = Walk(plan), Hall()
    hall.obey(walk.start())
    met = Counter([walk.at])
    while not hall.over:
        before = walk.at
        hall.obey(hall.answer(walk, "x", False))
        met[walk.at] += walk.at != before
    if not rounds:
        assert max(met.values()) == 1


@given(st.lists(st.sampled_from(["silence", "wrong"]), min_size=1, max_size=12), st.integers(1, 4))
def test_silences_and_wrong_keys_are_each_counted_to_tries(failures, tries):
    words = {"silence": ("s1", "s2", "s3"), "wrong": ("w1", "w2", "w3")}
    step = AskStep(
        "q",
        sentences("q"),
        {"1": "q"},
        5.0,
        tries,
        "end",
        sentences(*words["silence"]),
        sentences(*words["wrong"]),
    )
    walk = Walk(Plan(Line("T", ("1",), "CZ", "cs", "q", 600.0), {"q": step, "end": HangUpStep("end")}))
    walk.start()
    count: Counter[str] = Counter()
    for failure in failures:
        walk.spoken()
        told = walk.waited() if failure == "silence" else walk.key_pressed("7")
        count[failure] += 1
        if count[failure] == tries:
            assert told[-1] == HangUp()
            return
        assert told[-1].text_ids == (words[failure][count[failure] - 1], "q")
    assert not walk.ended


def in_state(state: type) -> Walk:
    """A walk that stands in the given state."""
    keys = {"1": "s", "2": "l", "3": "t", "4": "end", "5": "r", "6": "i", "7": "h"}
    steps = {
        "q": AskStep("q", sentences("q"), keys, 5.0, 1, "end"),
        "s": SayStep("s", sentences("s"), "q"),
        "r": ReadStep("r", sentences("r"), "pin", 2, 4, 6.0, 3.0, 1, "q", "end"),
        "i": IdentifyStep("i", "account", "pin", "q", "q", "end", "q"),
        "l": LookUpStep("l", "credit", {"x": "q"}),
        "h": HoursStep("h", "desk", {"service": "q"}, "q"),
        "t": TransferStep("t", "1", "end", "q"),
        "end": HangUpStep("end"),
    }
    walk = Walk(Plan(Line("T", ("1",), "CZ", "cs", "q", 600.0), steps, hours={"desk": HOURS}))
    key = {
        machine.Saying: "1",
        machine.LookingUp: "2",
        machine.Transferring: "3",
        machine.Ended: "4",
        machine.AskingDigits: "5",
        machine.ReadingDigits: "51",
        machine.Identifying: "6",
        machine.ReadingTheClock: "7",
    }
    if state is not machine.Ready:
        walk.start()
    if state is machine.Listening:
        walk.spoken()
    for pressed in key.get(state, ""):
        walk.key_pressed(pressed)
    assert type(walk.state) is state
    return walk


STATES = machine.State.__args__
INPUTS = {
    "start": lambda walk: walk.start(),
    "key": lambda walk: walk.key_pressed("9"),
    "spoken": lambda walk: walk.spoken(),
    "waited": lambda walk: walk.waited(),
    "looked_up": lambda walk: walk.looked_up("x", {}),
    "identified": lambda walk: walk.identified("refused", {}),
    "time_is": lambda walk: walk.time_is(NOON),
    "transferred": lambda walk: walk.transferred(False),
}
MOVES = {
    (machine.Ready, "start"),
    (machine.Saying, "key"),
    (machine.Saying, "spoken"),
    (machine.Asking, "key"),
    (machine.Asking, "spoken"),
    (machine.Listening, "key"),
    (machine.Listening, "waited"),
    (machine.AskingDigits, "key"),
    (machine.AskingDigits, "spoken"),
    (machine.ReadingDigits, "key"),
    (machine.ReadingDigits, "waited"),
    (machine.LookingUp, "looked_up"),
    (machine.Identifying, "identified"),
    (machine.ReadingTheClock, "time_is"),
    (machine.Transferring, "transferred"),
}


@pytest.mark.parametrize(("state", "name"), list(product(STATES, INPUTS)))
def test_every_input_in_every_state_moves_the_walk_or_is_absorbed(state, name):
    walk = in_state(state)
    told = INPUTS[name](walk)
    if (state, name) in MOVES:
        assert told
    else:
        assert told == [] and type(walk.state) is state
