"""The worker processes that run training scripts, started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.training.scripts import Scripts


@pytest.fixture(scope="session")
def scripts() -> Iterator[Scripts]:
    with Scripts() as running:
        yield running
