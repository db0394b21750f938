"""The words before a function in a text, and the function's options, in; a case that does not fit them, out.

Czech prepositions rule the case of what follows: "do tisíce korun", "na jednu korunu". What a verb asks for
("zbývá jedna koruna", "provolali jste jednu korunu") cannot be seen here, nor whether "se" is one at
all; a reader must.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["wrong_case"]

_CZECH: Mapping[str, str] = {
    **dict.fromkeys(
        ("do", "od", "ode", "z", "ze", "bez", "u", "kolem", "okolo", "během", "výši"), "genitive"
    ),
    **dict.fromkeys(("na", "za", "pro", "přes", "o"), "accusative"),
    **dict.fromkeys(("k", "ke", "proti"), "dative"),
    **dict.fromkeys(("po", "při"), "locative"),
    **dict.fromkeys(("s", "nad", "pod", "před", "mezi"), "instrumental"),
}
_SAID = ("genitive", "accusative")
_COUNTED = frozenset({"MONEY", "UNITS", "COUNT", "PERCENT", "TIME"})


def wrong_case(language: str, before: str, function: str, options: Mapping[str, str]) -> str | None:
    """What is to be put right where `function` stands after the text `before`; None where nothing is."""
    words = before.split()
    if language != "cs" or not words or not before[-1:].isspace():
        return None
    word = words[-1].lower()
    if word in ("v", "ve"):
        return _after_in(word, function, options)
    case = _CZECH.get(word)
    if case is None:
        return None
    if function == "DATE":
        if case == "genitive" and options.get("weekday", "no") == "no":
            return None
        return f'after "{word}" no date can be said so; a date is in the genitive, or alone with its weekday'
    if function not in _COUNTED:
        return None
    if case not in _SAID or options.get("at", "no") == "yes":
        return f'after "{word}" {function} has no right form; say it in other words'
    if options.get("case", "nominative") != case:
        return f'after "{word}" {function} needs case: "{case}"'
    return None


def _after_in(word: str, function: str, options: Mapping[str, str]) -> str | None:
    if function == "TIME":
        return f'leave "{word}" to TIME: at: "yes" says it as the hour wants it'
    if function == "DATE" or function in _COUNTED:
        return f'after "{word}" {function} has no right form; say it in other words'
    return None
