"""What ``make fuzz`` has found stays found: every kept case, and drawn bytes, through every reader."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from fuzz.readers import READERS  # noqa: E402

FOUND = sorted(file for file in (HERE / "found").glob("*/*") if file.is_file())


@pytest.mark.parametrize("file", FOUND, ids=lambda file: f"{file.parent.name}-{file.name}")
def test_a_case_that_was_found_is_read_or_refused(file: Path) -> None:
    READERS[file.parent.name](file.read_bytes())


@pytest.mark.parametrize("name", READERS)
@given(data=st.binary(max_size=400))
def test_drawn_bytes_are_read_or_refused(name: str, data: bytes) -> None:
    READERS[name](data)
