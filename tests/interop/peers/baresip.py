"""An account in, a softphone out that registers, dials, presses keys and records: baresip."""

from __future__ import annotations

import json
import re
import shutil
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from listening import RATE, read_wav, write_wav

from peers.process import PeerFailed, Process, free_port, free_range, until

__all__ = ["Baresip", "baresip_is_here"]

CONFIG = """\
poll_method epoll
sip_listen 127.0.0.1:{sip}
call_max_calls 1
audio_source aufile,{says}
audio_player aubridge,ear
audio_alert aubridge,alert
ausrc_srate {rate}
auplay_srate {rate}
ausrc_channels 1
auplay_channels 1
rtp_ports {rtp}-{rtp_last}
rtcp_mux no
jitter_buffer_type fixed
jitter_buffer_delay 2-10
rtp_stats no
statmode_default off
module_path {modules}
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
snd_path {folder}
"""


def baresip_is_here() -> bool:
    """Whether baresip is installed."""
    return shutil.which("baresip") is not None and modules() is not None


def modules() -> Path | None:
    """Where its modules are."""
    places = [Path("/usr/lib/baresip/modules"), *Path("/usr/lib").glob("*/baresip/modules")]
    return next((place for place in places if place.is_dir()), None)


@dataclass
class Baresip:
    """One softphone while it is entered: it registers and sends its calls to ``server``.

    ``plays`` is what it says all the time (mono WAV of 8 kHz), silence where None; with ``answers`` it picks
    up at once when called. ``ca`` signs the servers it believes over TLS.
    """

    folder: Path
    server: tuple[str, int]
    login: tuple[str, str]
    codec: str = "PCMA"
    plays: Path | None = None
    answers: bool = False
    transport: str = "udp"
    ca: Path | None = None
    registers: bool = True
    events: list[dict[str, object]] = field(default_factory=list)

    def __enter__(self) -> Baresip:
        self.folder.mkdir(parents=True, exist_ok=True)
        control, rtp = free_port(), free_range(10)
        says = self.plays or self.folder / "silence.wav"
        if self.plays is None:
            write_wav(says, np.zeros(RATE * 120, np.int16))
        (self.folder / "config").write_text(
            CONFIG.format(
                sip=free_port(), says=says, rate=RATE, rtp=rtp, rtp_last=rtp + 9, modules=modules(),
                control=control, folder=self.folder,
            )
            + (f"sip_cafile {self.ca}\n" if self.ca else "")
        )  # fmt: skip
        (self.folder / "accounts").write_text(
            f"<sip:{self.login[0]}@{self.server[0]}:{self.server[1]};transport={self.transport}>"
            f";auth_user={self.login[0]};auth_pass={self.login[1]};audio_codecs={self.codec}"
            f";answermode={'auto' if self.answers else 'manual'};regint={60 if self.registers else 0}\n"
        )
        (self.folder / "contacts").write_text("")
        self._process = Process("baresip", ["baresip", "-f", self.folder, "-v"], self.folder)
        try:
            self._process.wait_for(lambda: self._connects(control), 10)
        except BaseException:
            self._process.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._control.close()
        self._process.stop()

    def _connects(self, port: int) -> bool:
        try:
            self._control = socket.create_connection(("127.0.0.1", port), 1)
        except OSError:
            return False
        self._control.settimeout(0.05)
        self._unread = b""
        return True

    def tell(self, command: str, params: str = "") -> None:
        """Give a command of its menu (a netstring of JSON)."""
        message = json.dumps({"command": command, "params": params, "token": command}).encode()
        self._control.sendall(b"%d:%b," % (len(message), message))

    def _read_events(self) -> None:
        try:
            while data := self._control.recv(65535):
                self._unread += data
        except TimeoutError:
            pass
        while b":" in self._unread:
            length, rest = self._unread.split(b":", 1)
            if len(rest) <= int(length):
                return
            self.events.append(json.loads(rest[: int(length)]))
            self._unread = rest[int(length) + 1 :]

    def happened(self, kind: str) -> bool:
        """Whether it has reported an event of this type, such as CALL_ESTABLISHED."""
        self._read_events()
        return any(event.get("type") == kind for event in self.events)

    def wait_for(self, kind: str, seconds: float = 10) -> None:
        """Wait for an event; PeerFailed with all it said."""
        until(
            lambda: self.happened(kind),
            seconds,
            lambda: f"no {kind}: {self.events}\n{self._process.said()[-4000:]}",
        )

    def wait_till_registered(self, seconds: float = 10) -> None:
        """Wait for its registration: read in its log, since it may be over before anybody listens."""
        until(
            lambda: re.search(r"200 OK .*\[1 binding", self._process.said()) is not None,
            seconds,
            lambda: f"not registered:\n{self._process.said()[-4000:]}",
        )

    def dial(self, number: str, seconds: float = 10) -> None:
        """Call and wait till it is answered."""
        self.tell("dial", f"sip:{number}@{self.server[0]}:{self.server[1]};transport={self.transport}")
        self.wait_for("CALL_ESTABLISHED", seconds)

    def press(self, digit: str) -> None:
        """Press one key: RFC 4733, the only way this baresip knows."""
        self.tell("sndcode", digit)

    def listen(self, seconds: float) -> None:
        """Stay in the call and record, in real time; PeerFailed where the call ends before."""
        deadline = time.monotonic() + seconds
        until(
            lambda: self.happened("CALL_CLOSED") or time.monotonic() > deadline,
            seconds + 1,
            lambda: "",
        )
        if self.happened("CALL_CLOSED"):
            raise PeerFailed(f"the call ended while listening: {self.events}")

    def hang_up(self) -> None:
        """End the call."""
        self.tell("hangup")
        self.wait_for("CALL_CLOSED")

    def heard(self) -> npt.NDArray[np.int16]:
        """The recording of the last call, once it has been hung up."""
        files = sorted(self.folder.glob("dump-*-dec.wav"), key=lambda file: file.stat().st_mtime)
        if not files:
            raise PeerFailed(f"baresip recorded nothing:\n{self._process.said()[-3000:]}")
        return read_wav(files[-1])
