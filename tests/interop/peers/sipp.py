"""A scenario in, how its calls went and every message of them out. The scenarios are in ``scenarios/``."""

from __future__ import annotations

import re
import shutil
import socket
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from peers.process import Process, free_port, free_range

__all__ = ["Message", "Outcome", "Sipp", "sipp_is_here"]

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
BETWEEN = re.compile(r"^-{20,} (\d{4}-\d\d-\d\d)\s(\d\d:\d\d:\d\d\.\d{6})$", re.M)


def sipp_is_here() -> bool:
    """Whether SIPp is installed."""
    return shutil.which("sipp") is not None


@dataclass(frozen=True, slots=True)
class Message:
    """One SIP message as SIPp saw it: when (seconds since the epoch), whether it was received, its text."""

    at: float
    received: bool
    text: str

    @property
    def start(self) -> str:
        """Its start line."""
        return self.text.split("\n", 1)[0].strip()

    def header(self, name: str) -> list[str]:
        """All values of a header, by its long name."""
        return [
            value.strip()
            for value in re.findall(rf"(?im)^{re.escape(name)}\s*:(.*)$", self.text.split("\n\n", 1)[0])
        ]

    def answers(self, status: int, method: str) -> bool:
        """Whether this is a received response of this status to this method."""
        cseq = self.header("CSeq")
        return (
            self.received
            and self.start.startswith(f"SIP/2.0 {status} ")
            and bool(cseq)
            and cseq[0].endswith(f" {method}")
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """SIPp's exit code (0: every call went as written) with all messages and its own errors."""

    code: int
    messages: tuple[Message, ...]
    errors: str

    def received(self, status: int, method: str) -> list[Message]:
        """The responses of this status to this method, repeated ones too."""
        return [message for message in self.messages if message.answers(status, method)]

    def requests(self, method: str, *, received: bool) -> list[Message]:
        """The requests of this method from one side, repeated ones too."""
        return [m for m in self.messages if m.received is received and m.start.startswith(f"{method} ")]

    def explain(self) -> str:
        """What went wrong, for an assertion's message."""
        flow = "\n".join(f"{m.at:.3f} {'<' if m.received else '>'} {m.start}" for m in self.messages[:60])
        return f"SIPp ended with {self.code}\n{self.errors[:3000]}\n{flow}"


def read_messages(text: str) -> tuple[Message, ...]:
    """SIPp's -trace_msg file as messages in order."""
    parts = BETWEEN.split(text)[1:]
    messages = []
    for day, clock, body in zip(parts[0::3], parts[1::3], parts[2::3], strict=True):
        head, _, message = body.strip().replace("\r", "").partition("\n\n")
        at = datetime.fromisoformat(f"{day} {clock}").timestamp()
        messages.append(Message(at, "received" in head, message))
    return tuple(messages)


def bracketed(host: str) -> str:
    """The host as it stands before a port."""
    return f"[{host}]" if ":" in host else host


@dataclass
class Sipp:
    """SIPp as one caller: its own SIP and media ports, its files in ``folder``.

    ``transport`` is its -t: u1 for UDP, t1 for one TCP connection, tn for one a call.
    """

    folder: Path
    number: str = "777123456"
    codec: tuple[int, str] = (8, "PCMA")
    transport: str = "u1"
    host: str = "127.0.0.1"

    def __post_init__(self) -> None:
        self.sip_port = free_port()
        self.media_port = free_range(4)

    def start(
        self,
        scenario: str | Path,
        target: tuple[str, int],
        *,
        dial: str = "4488",
        calls: int = 1,
        rate: float = 10,
        through: tuple[str, int] | None = None,
        keys: dict[str, str] | None = None,
        login: tuple[str, str] | None = None,
        seconds: int = 60,
    ) -> Process:
        """SIPp at work, by ``through`` instead of straight to the target where given.

        The scenario is the name of one in ``scenarios/``, or a file.
        """
        file = SCENARIOS / f"{scenario}.xml" if isinstance(scenario, str) else scenario
        command: list[str | Path] = [
            "sipp", "-sf", file, "-nostdin",
            "-i", bracketed(self.host), "-p", str(self.sip_port),
            "-mi", bracketed(self.host), "-mp", str(self.media_port),
            "-t", self.transport, "-max_socket", "1000",
            "-s", dial, "-m", str(calls), "-r", str(rate), "-cp", str(free_port()),
            "-timeout", f"{seconds}s", "-timeout_error",
            "-trace_msg", "-message_file", self.folder / "messages.txt", "-message_overwrite", "true",
            "-trace_err", "-error_file", self.folder / "errors.txt", "-error_overwrite", "true",
            "-key", "from", self.number,
            "-key", "payload", str(self.codec[0]), "-key", "encoding", self.codec[1],
        ]  # fmt: skip
        for name, value in (keys or {}).items():
            command += ["-key", name, value]
        if login:
            command += ["-au", login[0], "-ap", login[1]]
        if through:
            command += ["-rsa", f"{through[0]}:{through[1]}"]
        return Process("sipp", [*command, f"{bracketed(target[0])}:{target[1]}"], self.folder)

    def go_on(self) -> None:
        """What a call that stands at ``until_told()`` waits for; it must be its only one, and by UDP."""
        answered = next(one for one in read_messages(self.said_so_far()) if one.answers(200, "INVITE"))
        (theirs,), (mine,), (call,) = map(answered.header, ("To", "From", "Call-ID"))
        lines = [
            f"MESSAGE sip:{self.host} SIP/2.0", "Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK-go-on",
            f"From: {theirs}", f"To: {mine}", f"Call-ID: {call}", "CSeq: 1 MESSAGE", "Content-Length: 0",
        ]  # fmt: skip
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.sendto("\r\n".join([*lines, "", ""]).encode(), (self.host, self.sip_port))

    def said_so_far(self) -> str:
        """All messages up to now, as text."""
        file = self.folder / "messages.txt"
        return file.read_text("utf-8", "replace") if file.exists() else ""

    def outcome(self, process: Process, seconds: float = 70) -> Outcome:
        """Wait for its end, and what happened."""
        code = process.finish(seconds)
        files = [self.folder / "messages.txt", self.folder / "errors.txt"]
        texts = [file.read_text("utf-8", "replace") if file.exists() else "" for file in files]
        return Outcome(code, read_messages(texts[0]), texts[1] or process.said()[-2000:])

    def play(
        self, scenario: str | Path, target: tuple[str, int], *, seconds: int = 60, **options: object
    ) -> Outcome:
        """``start`` and ``outcome`` in one."""
        return self.outcome(self.start(scenario, target, seconds=seconds, **options), seconds + 10)  # type: ignore[arg-type]
