"""What the tests of real packages share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from downloads import Packages

from transpiler.verify.session import VerifySession


@pytest.fixture(scope="session")
def packages(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """The packages of the list, by name."""
    cache = request.config.cache
    place = Path(cache.mkdir("packages")) if cache else tmp_path_factory.mktemp("packages")
    return Packages(place, tmp_path_factory.mktemp("converted"))


@pytest.fixture(scope="session")
def verifying() -> Iterator[VerifySession]:
    """One session for all entries: each framework is loaded once."""
    with VerifySession() as session:
        yield session
