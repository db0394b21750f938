from hypothesis import settings

# How long one example takes says more about the machine than about the code; pytest-timeout ends what hangs.
settings.register_profile("infoline", deadline=None)
settings.load_profile("infoline")
