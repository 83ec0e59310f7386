"""What functions change that a program calls, of its own variables and of other files."""

from __future__ import annotations

from pathlib import Path

import pytest

from transpiler.source.setting_functions import changed_by_calls

PROGRAM = """\
import os
from typing import List

import other
from other import held

other.fetch()
"""


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        ("    os.environ['A'] = 'b'", {"os"}),  # the library is the same for both of them
        ("    held['a'] = 2", {"other", "held"}),
        ("    global held\n    held = {}", {"other", "held"}),
        ("    settings.size = 3", {"other", "held"}),  # which may be read through `other`
        ("    local = {}\n    local['a'] = 2", set()),
    ],
)
def test_only_what_is_of_the_project_changes(body: str, changed: set[str], tmp_path: Path) -> None:
    above = "import os\nimport settings\nheld = {}\n"
    (tmp_path / "other.py").write_text(f"{above}def fetch():\n{body}\n")
    (tmp_path / "settings.py").write_text("size = 1\n")
    path = tmp_path / "main.py"
    path.write_text(PROGRAM)
    assert changed_by_calls(PROGRAM, "other.fetch()", str(path)).keys() == changed
