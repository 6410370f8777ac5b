"""What every test shares: thorough where it is cheap, the same everywhere."""

import os
import signal
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

from tests.support.alone import in_the_room

# Timing depends on the machine, not on the code; `HYPOTHESIS_PROFILE=thorough` looks harder.
settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.register_profile("thorough", parent=settings.get_profile("default"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

# A shell that starts tests in the background has Ctrl-C ignored, and so would every program that
# they start and interrupt: those tests would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run a test marked `alone` without another one beside it, whatever its fixtures start."""
    with in_the_room(alone=item.get_closest_marker("alone") is not None):
        return (yield)
