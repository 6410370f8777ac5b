"""What every test shares: thorough where it is cheap, the same everywhere."""

import os

from hypothesis import HealthCheck, settings

# Timing depends on the machine, not on the code; `HYPOTHESIS_PROFILE=thorough` looks harder.
settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.register_profile("thorough", parent=settings.get_profile("default"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
