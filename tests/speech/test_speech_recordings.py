"""Which recordings say a sentence: the fewest, none over a pause that it does not make, all or none."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ivr.speech.recordings import Recording, Recordings, words_of

SILENCE = np.zeros(0, np.int16)


def recordings(*phrases: str) -> Recordings:
    return Recordings(Recording(f"{phrase}.wav", phrase, words_of(phrase), SILENCE) for phrase in phrases)


def covered(text: str, *phrases: str) -> list[str] | None:
    pieces = recordings(*phrases).cover(text)
    return None if pieces is None else [piece.recording.phrase for piece in pieces]


def test_a_sentence_is_words_in_small_letters_and_the_pauses_behind_them() -> None:
    said = words_of("Dobrý den, – d’euros: „PĚT-SET“ … ;-) ")
    assert said.words == ("dobrý", "den", "d'euros", "pět", "set")
    assert said.pauses == ("", ",", ",", "", ".")


def test_the_longest_phrases_are_taken() -> None:
    phrases = ["dvě", "stě", "dvě stě", "dvě stě třicet", "třicet", "korun", "třicet korun"]
    assert covered("dvě stě třicet korun", *phrases) == ["dvě stě třicet", "korun"]


def test_a_longest_first_phrase_does_not_hide_a_way_that_exists() -> None:
    assert covered("jedna dva tři čtyři", "jedna dva tři", "jedna", "dva tři čtyři") == [
        "jedna",
        "dva tři čtyři",
    ]


def test_fewer_phrases_are_better_than_a_long_one_first() -> None:
    phrases = ["jedna dva tři", "čtyři", "pět", "jedna dva", "tři čtyři pět"]
    assert covered("jedna dva tři čtyři pět", *phrases) == ["jedna dva", "tři čtyři pět"]


def test_a_sentence_with_one_word_missing_has_no_cover_and_the_word_is_named() -> None:
    phrases = recordings("Váš kredit je", "dvě stě", "korun")
    assert phrases.cover("Váš kredit je dvě stě padesát korun.") is None
    assert phrases.missing("Váš kredit je dvě stě padesát korun.") == ("padesát",)
    assert phrases.missing("Váš kredit je dvě stě korun.") == ()
    assert phrases.cover("...") is None
    assert recordings().missing("dvě stě") == ("dvě", "stě")


def test_hyphens_join_words_that_may_be_recorded_apart() -> None:
    assert covered("quatre-vingt-deux euros", "quatre-vingt", "deux euros") == ["quatre-vingt", "deux euros"]


def test_of_the_same_words_the_ending_of_the_sentence_is_taken() -> None:
    phrases = ["pět korun", "pět korun.", "pět korun,"]
    assert covered("Máte pět korun.", "máte", *phrases) == ["máte", "pět korun."]
    assert covered("Pět korun, pět korun.", *phrases) == ["pět korun,", "pět korun."]
    assert covered("Pět korun?", "pět korun,") == ["pět korun,"]


def test_a_phrase_never_runs_over_a_pause_that_it_does_not_have() -> None:
    assert covered("Pět, šest.", "pět šest", "pět", "šest") == ["pět", "šest"]
    assert covered("Pět, šest.", "pět, šest") == ["pět, šest"]
    assert covered("pět šest", "pět, šest") == ["pět, šest"]
    assert covered("Pět, šest.", "pět šest") is None


def test_each_piece_knows_the_pause_behind_it() -> None:
    pieces = recordings("dobrý den", "na shledanou").cover("Dobrý den, na shledanou.")
    assert pieces is not None
    assert [piece.pause for piece in pieces] == [",", "."]


def fewest(words: tuple[str, ...], phrases: set[tuple[str, ...]]) -> int | None:
    """By trying every way."""
    if not words:
        return 0
    rest = [fewest(words[len(one) :], phrases) for one in phrases if words[: len(one)] == one]
    found = [count for count in rest if count is not None]
    return 1 + min(found) if found else None


letters = st.lists(st.sampled_from("ab"), min_size=1, max_size=4).map(tuple)


@given(st.lists(st.sampled_from("ab"), min_size=1, max_size=9).map(tuple), st.sets(letters, max_size=8))
def test_a_cover_is_found_wherever_one_exists_and_has_the_fewest_pieces(
    words: tuple[str, ...], phrases: set[tuple[str, ...]]
) -> None:
    found = covered(" ".join(words), *(" ".join(phrase) for phrase in sorted(phrases)))
    assert (None if found is None else len(found)) == fewest(words, phrases)
    if found is not None:
        assert " ".join(found) == " ".join(words)


@given(st.text(max_size=60), st.lists(st.text(max_size=20), max_size=4))
def test_no_text_upsets_the_search(text: str, phrases: list[str]) -> None:
    known = recordings(*(phrase for phrase in phrases if words_of(phrase).words))
    pieces = known.cover(text)
    if pieces is not None:
        said = [word for piece in pieces for word in piece.recording.said.words]
        assert said == list(words_of(text).words)
        assert known.missing(text) == ()


def test_a_long_sentence_is_covered_whole() -> None:
    amount = "dvě stě třicet čtyři korun padesát haléřů"
    pieces = recordings("dvě stě", "třicet čtyři korun", "padesát haléřů").cover(f"{amount} " * 30)
    assert pieces is not None
    assert len(pieces) == 3 * 30
