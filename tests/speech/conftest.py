"""Voices are foreign engines in their own processes: one that a busy machine upset gets another try."""

from __future__ import annotations

from pathlib import Path

import pytest

ENGINES = {"test_speech_engines.py", "test_speech_library.py", "test_speech_voices.py"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that start engines; what is broken fails every try, and reruns are named."""
    for item in items:
        if item.path.parent == Path(__file__).parent and item.path.name in ENGINES:
            item.add_marker(pytest.mark.flaky(reruns=2))
