"""One session for all tests: each framework is loaded once."""

from collections.abc import Iterator

import pytest

from transpiler.verify.session import VerifySession


@pytest.fixture(scope="session")
def session() -> Iterator[VerifySession]:
    with VerifySession(timeout=120) as shared:
        yield shared
