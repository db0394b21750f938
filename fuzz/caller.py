"""A real call in the middle of it all: the time that has come in, whether the caller was heard out."""

from __future__ import annotations

import time

from bench.call import Call, receive, udp_socket

__all__ = ["RealCall"]

_FRAME = 0.02


class RealCall:
    """Dials, is answered, presses 2, hears the answer and hangs up, a step whenever it is asked."""

    def __init__(self, name: str, number: str, line: tuple[str, int]) -> None:
        self._sip = udp_socket()
        self._call = Call(name, number, self._sip, line)
        self._pressed = 0
        self._next_frame = time.monotonic()
        self.began = time.monotonic()
        self._call.invite()

    @property
    def over(self) -> bool:
        """Whether it was answered and heard both sentences, or was refused."""
        return bool(self._call.refused) or "key_to_answer_ms" in self._call.times

    @property
    def outcome(self) -> str:
        """How far it came."""
        if self._call.refused:
            return f"refused with {self._call.refused}"
        return ", ".join(f"{name}={value:.0f}" for name, value in self._call.times.items()) or "no answer"

    @property
    def heard(self) -> bool:
        """Whether all of it went well."""
        return "key_to_answer_ms" in self._call.times

    def step(self) -> None:
        """Take what has come, and send what is due."""
        while (come := receive(self._sip)) is not None:
            if b"INVITE" in come[0] and come[0].startswith(b"SIP/2.0 "):
                self._call.answered(*come)
        while (come := receive(self._call.rtp)) is not None:
            self._call.heard(*come)
        while self._next_frame <= time.monotonic():
            self._next_frame += _FRAME
            self._call.talk()
            if "ack_to_speech_ms" in self._call.times and self._pressed < 8:
                self._call.press(self._pressed)
                self._pressed += 1

    def close(self) -> None:
        """Hang up."""
        self._call.hang_up()
        self._sip.close()
