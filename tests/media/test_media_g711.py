from __future__ import annotations

import numpy as np
import pytest

from ivr.media import g711

EVERY_SAMPLE = np.arange(-32768, 32768).astype(np.int16)
EVERY_OCTET = np.arange(256, dtype=np.uint8)


def test_both_laws_are_those_of_the_standard_library():
    audioop = pytest.importorskip("audioop")
    pcm, octets = EVERY_SAMPLE.tobytes(), EVERY_OCTET.tobytes()
    assert g711.encode(EVERY_SAMPLE, "PCMA").tobytes() == audioop.lin2alaw(pcm, 2)
    assert g711.encode(EVERY_SAMPLE, "PCMU").tobytes() == audioop.lin2ulaw(pcm, 2)
    assert g711.decode(EVERY_OCTET, "PCMA").tobytes() == audioop.alaw2lin(octets, 2)
    assert g711.decode(EVERY_OCTET, "PCMU").tobytes() == audioop.ulaw2lin(octets, 2)


@pytest.mark.parametrize("codec", ["PCMA", "PCMU"])
def test_every_octet_comes_back_as_itself(codec):
    back = g711.encode(g711.decode(EVERY_OCTET, codec), codec)
    different = EVERY_OCTET[back != EVERY_OCTET].tolist()
    assert different == ([0x7F] if codec == "PCMU" else [])  # mu-law has two zeros


@pytest.mark.parametrize("codec", ["PCMA", "PCMU"])
def test_speech_keeps_more_than_30_decibels(codec):
    loud = (8000 * np.sin(np.arange(8000) * 0.7)).astype(np.int16)
    noise = g711.decode(g711.encode(loud, codec), codec).astype(float) - loud
    assert 10 * np.log10((loud.astype(float) ** 2).mean() / (noise**2).mean()) > 30


def test_silence_is_the_octet_of_zero():
    zero = np.zeros(1, np.int16)
    assert {codec: int(g711.encode(zero, codec)[0]) for codec in g711.SILENCE} == g711.SILENCE
