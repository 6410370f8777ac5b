"""What the tests of collecting share: a server on loopback that misbehaves."""

from collections.abc import Iterator

import pytest

from tests.support.misbehaving_site import Site, misbehaving_site


@pytest.fixture
def site() -> Iterator[Site]:
    with misbehaving_site() as running:
        yield running
