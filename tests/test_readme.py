"""The README shows what is really emitted, and names files that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from transpiler.pipeline import convert

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "golden" / "models" / "image_classifier" / "input.py"


def test_the_example_is_real() -> None:
    source = EXAMPLE.read_text(encoding="utf-8")
    conversion = convert(source)
    assert f"```python\n{source}```" in README
    assert f"```python\n{conversion.text}```" in README
    for found in conversion.diagnostics:
        place = f"input.py:{found.line}:{found.column}"
        assert f"{place}: {found.code} {found.severity.value}: {found.message}" in README


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\((?!http)([^)]+)\)", README))))
def test_links_lead_somewhere(link: str) -> None:
    assert (ROOT / link).exists()


def test_ci_runs_the_test_command() -> None:
    """The script and the README name the same commands."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").replace('"', "")
    for step in ("pip install -q -e '.[test]'", "pytest -q -n 2"):
        assert f".venv/bin/{step}" in README
        assert f"$environment/bin/{step}" in script
