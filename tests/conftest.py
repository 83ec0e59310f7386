"""What all tests share: the options that accept new golden files, and run what takes long."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from transpiler.verify.session import VerifySession

if TYPE_CHECKING:
    from tests.training.scripts import Scripts


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept", action="store_true", help="rewrite the accepted files of golden/ (not in CI)"
    )
    parser.addoption("--models", default="40", help="how many random models are drawn")
    parser.addoption("--trainings", default="12", help="how many random trainings are drawn")
    parser.addoption("--compositions", default="12", help="how many random compositions are run")
    parser.addoption("--mutants", default="2", help="how many programs are changed at random")
    parser.addoption("--first-seed", default="0", help="where what is random begins")
    parser.addoption("--full", action="store_true", help="run what takes long, too")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "full: takes long; runs with --full only")
    config.addinivalue_line(
        "markers", "sample(n): of many alike, one in n runs, all with --full or those of -k"
    )
    config.addinivalue_line(
        "markers", "converted_only: of what trains, four tests of five; run with --full or -k"
    )
    config.addinivalue_line("markers", "timing: needs the machine for itself; not run with -n")


def _is_left_out(item: pytest.Item) -> bool:
    """Whether it is one of many that are alike, and others of them stand for it by default.

    By its name, so that the choice stays when others come. What trains in two frameworks takes
    most of the time: of the cases of each such test, one in sixteen runs.
    """
    sampled, number = item.get_closest_marker("sample"), zlib.crc32(item.name.encode())
    every = 1 if sampled is None else int(sampled.args[0])
    if "training" in item.path.parts and hasattr(item, "callspec"):
        every = max(every, 16)
    return number % every != 0


def _is_converted_only(item: pytest.Item) -> bool:
    """Whether a test that trains ends where it would run in the frameworks: four of five do."""
    name = item.nodeid.partition("[")[0]
    return "training" in item.path.parts and zlib.crc32(name.encode()) % 5 != 0


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--full"):
        left = {item for item in items if item.get_closest_marker("full")}
        named = config.getoption("keyword") or any("::" in given for given in config.args)
        if not named:
            cases = {item.nodeid.partition("[")[0]: item for item in reversed(items)}
            left |= set(filter(_is_left_out, items)) - set(cases.values())  # one is always run
            for item in filter(_is_converted_only, items):
                item.add_marker("converted_only")
        config.hook.pytest_deselected(items=list(left))
        items[:] = [item for item in items if item not in left]
    if "PYTEST_XDIST_WORKER" in os.environ:
        alone = pytest.mark.skip(reason="a time measured beside other tests: pytest -m timing")
        for item in items:
            if item.get_closest_marker("timing"):
                item.add_marker(alone)


@pytest.fixture(scope="session")
def accept(request: pytest.FixtureRequest) -> bool:
    """Whether accepted files are rewritten rather than compared."""
    wanted = bool(request.config.getoption("--accept"))
    if wanted and os.environ.get("CI"):
        pytest.exit("--accept is refused in CI: accept locally, read the diff, commit", 4)
    return wanted


@pytest.fixture(scope="session")
def session() -> Iterator[VerifySession]:
    """The worker processes in which programs run, for all tests: a framework is loaded once."""
    with VerifySession() as shared:
        yield shared


@pytest.fixture(autouse=True)
def _converted_only(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ends marked tests before anything runs: what was said of the conversion by then holds."""
    if request.node.get_closest_marker("converted_only"):

        def ask(*_: object, **__: object) -> None:
            pytest.skip("it was converted; --full runs it in both frameworks, too")

        monkeypatch.setattr(VerifySession, "ask", ask)


@pytest.fixture(scope="session")
def scripts(session: VerifySession) -> Scripts:
    """What runs training scripts in the same processes."""
    from tests.training.scripts import Scripts

    return Scripts(session)
