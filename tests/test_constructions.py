"""Every construction that must convert has golden cases: `golden/constructions.toml` names them."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from golden_cases import GOLDEN, Case

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CONSTRUCTIONS: dict[str, dict[str, Any]] = tomllib.loads(
    (GOLDEN / "constructions.toml").read_text()
)
FLOW = (ast.For, ast.While, ast.If, ast.IfExp, ast.comprehension)


@pytest.mark.parametrize("name", CONSTRUCTIONS)
def test_construction_has_cases(name: str) -> None:
    """At least two that are run in both frameworks, one of them with a loop or a condition."""
    entry = CONSTRUCTIONS[name]
    cases = [Case(GOLDEN / path) for path in entry["cases"]]
    assert len(set(entry["cases"])) >= 2
    for case in cases:
        assert (case.folder / "expected.py").exists()
        assert _is_run(case, entry.get("run_by")), f"{case.name} is not run"
        assert re.search(entry.get("sign", ""), case.input), f"{case.name} doesn't have it"
    assert any(_has_flow(case) for case in cases), "none with a loop or a condition"


def _is_run(case: Case, by: str | None) -> bool:
    """Whether the golden tests run a case, or the test that is named."""
    if by is not None:
        return f'"{case.folder.name}"' in (Path(__file__).parent / by).read_text()
    return not case.refused and case.settings.get("models", True)


def _has_flow(case: Case) -> bool:
    """Whether a program has a loop or a condition, other than on being the main one."""
    nodes = ast.walk(ast.parse(case.input))
    return any(isinstance(node, FLOW) and not _is_main_guard(node) for node in nodes)


def _is_main_guard(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "__name__" in ast.dump(node.test)
