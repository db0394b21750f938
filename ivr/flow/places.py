"""The text of a TOML file in, the line of every table and key in it out; for messages that point at a line.

``tomllib`` says what a file holds but not where. This scanner reads only as much of TOML 1.0 as is needed
to know where keys stand, in a file that ``tomllib`` has already accepted.
"""

from __future__ import annotations

import re
import tomllib

__all__ = ["Places", "find_places"]

Places = dict[tuple[str, ...], int]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})' r"|'''.*?'''(?:'{0,2})" r'|"(?:[^"\\\n]|\\.)*"' r"|'[^'\n]*'",
    re.DOTALL,
)
_BARE = re.compile(r"[^,\]}#\n]*")


def find_places(text: str) -> Places:
    """Map each dotted path to its line, from 1; items of a list are ``(..., "0")``, ``(..., "1")``.

    A table's line is that of its header, or of the first key that implies it. For text that is not TOML
    the answer stops where sense stops; it never raises.
    """
    return _Scanner(text).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line, self._counted = 1, 0
        self._places: Places = {}

    def scan(self) -> Places:
        table: tuple[str, ...] = ()
        self._skip_blank()
        while self._at < len(self._text):
            began = self._at
            if self._peek() == "[":
                self._at += 2 if self._text.startswith("[[", self._at) else 1
                self._skip_blank()
                line = self._line_here()
                table = self._key_path(())
                self._places[table] = line
                self._at = self._past("]")
            else:
                self._pair(table)
            self._skip_blank()
            if self._at == began:
                break
        return self._places

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _skip_blank(self) -> None:
        match = _BLANK.match(self._text, self._at)
        self._at = match.end() if match else self._at

    def _past(self, bracket: str) -> int:
        """The offset behind the closing brackets that stand here."""
        at = self._at
        while at < len(self._text) and self._text[at] in f" \t{bracket}":
            at += 1
        return at

    def _line_here(self) -> int:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def _key_path(self, before: tuple[str, ...]) -> tuple[str, ...]:
        path, line = before, self._line_here()
        while match := _KEY.match(self._text, self._at):
            path = (*path, _plain(match[0]))
            self._places.setdefault(path, line)
            self._at = match.end()
            dot = _DOT.match(self._text, self._at)
            if dot is None:
                break
            self._at = dot.end()
        return path

    def _pair(self, table: tuple[str, ...]) -> None:
        path = self._key_path(table)
        self._skip_blank()
        if self._peek() == "=":
            self._at += 1
            self._skip_blank()
            self._value(path)

    def _value(self, path: tuple[str, ...]) -> None:
        opening = self._peek()
        if opening == "{":
            self._items("}", path, keyed=True)
        elif opening == "[":
            self._items("]", path, keyed=False)
        else:
            match = _STRING.match(self._text, self._at) or _BARE.match(self._text, self._at)
            self._at = match.end() if match else self._at

    def _items(self, closing: str, path: tuple[str, ...], *, keyed: bool) -> None:
        self._at += 1
        count = 0
        self._skip_blank()
        while self._at < len(self._text) and self._peek() != closing:
            began = self._at
            if keyed:
                self._pair(path)
            else:
                item = (*path, str(count))
                self._places.setdefault(item, self._line_here())
                self._value(item)
                count += 1
            self._skip_blank()
            if self._peek() == ",":
                self._at += 1
                self._skip_blank()
            if self._at == began:
                return
        self._at += 1


def _plain(key: str) -> str:
    """A key without its quotes and escapes."""
    if key[0] == "'":
        return key[1:-1]
    if key[0] == '"' and "\\" in key:
        try:
            return str(tomllib.loads(f"key = {key}")["key"])
        except tomllib.TOMLDecodeError:
            return key[1:-1]
    return key.strip('"')
