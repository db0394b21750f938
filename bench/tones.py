"""How well keys are heard in the sound of callers without telephone-event, and what that costs.

    python -m bench.tones

Every key over the tolerated range of ITU-T Q.24 (frequency, level, twist in steps of 3 dB, 40 ms), none
outside it, with noise 15 dB below, with 2 % of the packets lost; false keys in an hour of speech by
espeak-ng in three languages; CPU for 1,000 such calls. Everything passes through A-law.
"""

from __future__ import annotations

import itertools
import random
import subprocess
import time
from collections.abc import Iterator

import numpy as np
import soxr
from num2words import num2words
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from threadpoolctl import threadpool_limits

from ivr.media.g711 import encode
from ivr.media.tone_ears import ToneEars
from ivr.media.tones import KEYS, pair, sequence, tone

_ROW = np.array([0])
_VARIANTS = ("", "+f2", "+f3", "+f5", "+m3", "+m7")

Wave = NDArray[np.float64]


def heard(wave: Wave, draw: np.random.Generator, lost: float = 0.0) -> str:
    """The keys in a wave that begins anywhere in a packet of 20 ms."""
    quiet = np.zeros(int(draw.integers(0, 160)))
    samples = np.clip(np.round(np.concatenate([quiet, wave])), -32767, 32767).astype(np.int16)
    samples = np.concatenate([samples, np.zeros(-samples.size % 160 + 320, np.int16)])
    ears, keys = ToneEars(1), ""
    for packet in encode(samples.reshape(-1, 1, 160), "PCMA"):
        if lost and draw.random() < lost:
            ears.lost(_ROW)
        else:
            keys += "".join(key for _, key in ears.hear(_ROW, packet, "PCMA"))
    return keys


def inside(draw: np.random.Generator) -> tuple[int, int]:
    """Missed keys of those that must be heard."""
    missed = asked = 0
    edges = itertools.product((-1, 0, 1), (-1, 0, 1), (-8, -6, -3, 0, 3, 4), (-25, -16, -7), KEYS)
    for low_off, high_off, twist, level, key in edges:
        low, high = pair(key)
        off = low_off * (0.015 + 2 / low), high_off * (0.015 + 2 / high)
        start = tuple(draw.uniform(0, 2 * np.pi, 2))
        wave = tone(key, 0.04, level, twist, off, start)
        missed += heard(np.concatenate([np.zeros(320), wave, np.zeros(400)]), draw) != key
        asked += 1
    return missed, asked


def outside(draw: np.random.Generator) -> tuple[int, int]:
    """Keys heard of those that must not be: off by 3.5 %, 23 ms short, too far apart, too faint."""
    waves: list[Wave] = []
    for key, sign in itertools.product(KEYS, (-1, 1)):
        waves += [tone(key, 0.1, detune=(sign * 0.035, 0.0)), tone(key, 0.1, detune=(0.0, sign * 0.035))]
        waves += [tone(key, 0.023), tone(key, 0.1, -55.0)]
        waves += [tone(key, 0.1, -20.0, twist) for twist in (-14.0, -11.0, 7.0, 10.0)]
    wrong = sum(heard(np.concatenate([np.zeros(320), wave, np.zeros(400)]), draw) != "" for wave in waves)
    return wrong, len(waves)


def strings(draw: np.random.Generator, held: float, noise: bool, lost: float) -> tuple[int, int]:
    """Strings of 16 keys that were not heard as they were sent."""
    wrong, level = 0, float(np.sqrt(np.mean(tone("1", 1.0) ** 2) / 10**1.5))
    for _ in range(100):
        keys = "".join(draw.choice(list(KEYS), 16))
        wave = sequence(keys, held, held).astype(np.float64)
        if noise:
            wave = wave + draw.normal(0, level, wave.size)
        wrong += heard(wave, draw, lost) != keys
    return wrong, 100


def speech(language: str, seconds: float, chance: random.Random) -> Iterator[NDArray[np.uint8]]:
    """A-law packets of numbers read aloud, in many voices and at many levels, until ``seconds`` are full."""
    while seconds > 0:
        text = ". ".join(
            num2words(chance.randrange(10 ** chance.randrange(1, 8)), lang=language) for _ in range(60)
        )
        voice = language + chance.choice(_VARIANTS)
        pace = ["-p", str(chance.randrange(20, 95)), "-s", str(chance.randrange(110, 220))]
        said = subprocess.run(
            ["espeak-ng", "-v", voice, *pace, "--stdin", "--stdout"],
            input=text.encode(),
            capture_output=True,
            check=True,
        ).stdout
        wave = soxr.resample(np.frombuffer(said[44:], "<i2").astype(np.float64), 22050, 8000)
        wave = np.clip(wave * 10 ** (chance.uniform(-12, 6) / 20), -32767, 32767).astype(np.int16)
        packets = wave[: wave.size // 160 * 160].reshape(-1, 1, 160)
        seconds -= packets.shape[0] * 0.02
        yield from encode(packets, "PCMA")


def talk_off(screen: Console) -> tuple[int, float]:
    """False keys in an hour of speech, and its length in hours."""
    false, packets, chance = 0, 0, random.Random(4488)
    for language in track(("cs", "fr", "en"), "an hour of speech", console=screen, transient=True):
        ears = ToneEars(1)
        for packet in speech(language, 1200.0, chance):
            false += sum(1 for _ in ears.hear(_ROW, packet, "PCMA"))
            packets += 1
    return false, packets * 0.02 / 3600


def cost(calls: int, loud: bool) -> float:
    """CPU seconds a second for so many calls that speak, or are silent."""
    draw = np.random.default_rng(1)
    ears, rows = ToneEars(calls), np.arange(calls)
    packet = encode((draw.normal(0, 2000.0 if loud else 5.0, (calls, 160))).astype(np.int16), "PCMA")
    with threadpool_limits(1):  # as the running line has it
        began = time.process_time()
        for _ in range(200):
            list(ears.hear(rows, packet, "PCMA"))
    return (time.process_time() - began) / 4


def main() -> None:
    draw = np.random.default_rng(4488)
    print("tones_missed {} of {} aim=0 40ms".format(*inside(draw)))
    print("tones_wrong {} of {} aim=0 outside the range".format(*outside(draw)))
    print("tone_strings_wrong {} of {} aim=0 40/40ms".format(*strings(draw, 0.04, False, 0.0)))
    print("tone_strings_wrong {} of {} aim=0 50/50ms snr=15dB".format(*strings(draw, 0.05, True, 0.0)))
    print("tone_strings_wrong {} of {} aim=0 100/100ms lost=2%".format(*strings(draw, 0.1, False, 0.02)))
    for loud in (True, False):
        print(f"tone_cpu_share calls=1000 {'speaking' if loud else 'silent'} {cost(1000, loud):.3f}")
    print("tone_false_keys {} in {:.2f} hours aim<5".format(*talk_off(Console(stderr=True))))


if __name__ == "__main__":
    main()
