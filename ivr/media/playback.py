"""Clips queued come in, what each stream sends next goes out, with a word when a mark has been passed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .clip import Clip
from .events import PlaneEvent, Played, Stopped, Stream
from .sdp import Agreed
from .streams import SendTable

__all__ = ["Play", "Playback"]


@dataclass(slots=True, eq=False)
class Play:
    """Clips queued under one mark and the place in them."""

    clips: Sequence[Clip]
    mark: object
    interruptible: bool
    next: int = 0


@dataclass(slots=True, eq=False)
class _Voice:
    """What one stream is saying; lives in the plane's thread."""

    stream: Stream
    agreed: Agreed | None = None
    clip: Clip | None = None
    queue: tuple[Play, ...] = ()


class Playback:
    """What all streams are saying; touched by the plane's thread only."""

    def __init__(self, out: SendTable, tell: Callable[[PlaneEvent], None]) -> None:
        self._out, self._tell = out, tell
        self._voices: dict[int, _Voice] = {}

    def open(self, stream: Stream) -> None:
        """A row begins, mute until there is an agreement."""
        self._voices[stream.slot] = _Voice(stream)

    def close(self, slot: int) -> None:
        """A row ends in the middle of whatever it says."""
        del self._voices[slot]

    def stream(self, slot: int) -> Stream:
        """The handle of a row."""
        return self._voices[slot].stream

    def agree(self, slot: int, agreed: Agreed) -> None:
        """Begin or go on under a new agreement."""
        voice = self._voices[slot]
        before = voice.agreed.codec if voice.agreed else None
        voice.agreed = agreed
        self._out.agree(slot, agreed, before, voice.clip)
        if voice.clip is None:
            self.go_on(slot)
        self._refresh(voice)

    def queue(self, slot: int, play: Play) -> None:
        """Say this after everything queued before it."""
        voice = self._voices[slot]
        voice.queue += (play,)
        if voice.clip is None:
            self.go_on(slot)

    def interrupt(self, slot: int) -> list[Stopped]:
        """Drop what a key may drop; what there is to tell of it."""
        return self._drop(slot, [play for play in self._voices[slot].queue if play.interruptible])

    def stop(self, slot: int) -> None:
        """Drop everything and tell."""
        for event in self._drop(slot, list(self._voices[slot].queue)):
            self._tell(event)

    def go_on(self, slot: int) -> None:
        """Begin the next clip of the queue, or fall silent when there is none; marks passed are told."""
        voice = self._voices[slot]
        if voice.agreed is None:
            return
        while voice.queue:
            play = voice.queue[0]
            while play.next < len(play.clips):
                voice.clip = play.clips[play.next]
                play.next += 1
                if voice.clip.size:
                    self._out.load(slot, voice.clip, voice.agreed.codec)
                    self._refresh(voice)
                    return
            voice.queue = voice.queue[1:]
            self._tell(Played(voice.stream, play.mark))
        voice.clip = None
        self._out.rest(slot, voice.agreed.codec)
        self._refresh(voice)

    def _drop(self, slot: int, dropped: list[Play]) -> list[Stopped]:
        """Take plays out of the queue; the one being said stops in the middle."""
        voice = self._voices[slot]
        if not dropped:
            return []
        speaking = voice.queue[0]
        voice.queue = tuple(play for play in voice.queue if play not in dropped)
        if speaking in dropped:
            voice.clip = None
            self.go_on(slot)
        return [Stopped(voice.stream, play.mark) for play in dropped]

    def _refresh(self, voice: _Voice) -> None:
        """Whether packets leave: there is somewhere to send to, leave to do so, and something to send."""
        slot, agreed = voice.stream.slot, voice.agreed
        assert agreed is not None
        something = voice.clip is not None or voice.stream.silence
        self._out.let(slot, agreed.send and something)
