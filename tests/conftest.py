from hypothesis import settings

# How long one example takes says more about the machine than about the code; pytest-timeout ends what hangs.
settings.register_profile("infoline", deadline=None)
settings.load_profile("infoline")

_LONGEST = ("test_interop_soak", "test_interop_session_timers")


def pytest_collection_modifyitems(items: list) -> None:
    """The longest tests, which mostly wait, begin first, so that the others run beside them."""
    items.sort(key=lambda item: not any(name in item.nodeid for name in _LONGEST))
