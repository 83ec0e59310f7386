"""What the tests of real packages share."""

from __future__ import annotations

from pathlib import Path

import pytest
from downloads import Packages


@pytest.fixture(scope="session")
def packages(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """The packages of the list, by name."""
    cache = request.config.cache
    place = Path(cache.mkdir("packages")) if cache else tmp_path_factory.mktemp("packages")
    return Packages(place, tmp_path_factory.mktemp("converted"))
