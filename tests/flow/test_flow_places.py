"""The scanner finds the line of every key that tomllib finds, whatever the shape of the file."""

import tomllib
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from ivr.flow.places import find_places

TORTURE = '''\
# [not.a.table]
top = "a # no remark"
"quoted key" = 'x = 1'
"esc\\u0061ped" = 1

[a.b]            # a remark [x]
text = """
[not.a.table]
no = "key"
""" # behind
after = 1
raw = \'\'\'
x = "\'\' \'\'\'
list = [
  "one", # [two]
  { in = 1, deep.er = [ "]", 2 ] },
  [ "}" ],
]
end = 1979-05-27 07:32:00
[ a . "c.d" ]
x.y = 1
[a]
late = true
'''


def paths(value: object, at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if at:
        yield at
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in pairs:
        yield from paths(inner, (*at, str(name)))


def test_every_key_of_a_tangled_file_has_its_line():
    places = find_places(TORTURE)
    assert set(places) == set(paths(tomllib.loads(TORTURE)))
    lines = TORTURE.split("\n")
    for path, start in {
        ("top",): "top",
        ("quoted key",): '"quoted key"',
        ("escaped",): '"esc',
        ("a", "b"): "[a.b]",
        ("a", "b", "after"): "after",
        ("a", "b", "list", "0"): '  "one"',
        ("a", "b", "list", "1", "deep", "er", "1"): "  { in",
        ("a", "b", "list", "2"): '  [ "}"',
        ("a", "b", "end"): "end",
        ("a", "c.d", "x", "y"): "x.y",
        ("a",): "[a]",
        ("a", "late"): "late",
    }.items():
        assert lines[places[path] - 1].startswith(start), path


@given(st.text(alphabet="a.=\"'[]{}#\n\\, 1", max_size=60))
def test_any_text_is_scanned_to_an_end_and_valid_text_completely(text):
    places = find_places(text)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert set(paths(content)) <= set(places)
