from hypothesis import settings

# How long one example takes says more about the machine than about the code; pytest-timeout ends what hangs.
settings.register_profile("infoline", deadline=None)
settings.load_profile("infoline")


def pytest_collection_modifyitems(items: list) -> None:
    """The longest test begins first, so that the others run beside it."""
    items.sort(key=lambda item: "test_interop_soak" not in item.nodeid)
