"""What all tests share: the option that accepts new golden files."""

from __future__ import annotations

import os

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept", action="store_true", help="rewrite the accepted files of golden/ (not in CI)"
    )


@pytest.fixture(scope="session")
def accept(request: pytest.FixtureRequest) -> bool:
    """Whether accepted files are rewritten rather than compared."""
    wanted = bool(request.config.getoption("--accept"))
    if wanted and os.environ.get("CI"):
        pytest.exit("--accept is refused in CI: accept locally, read the diff, commit", 4)
    return wanted
