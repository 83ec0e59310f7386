"""The cells of a notebook as one program, and back."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transpiler.source.notebook import NotANotebook, Notebook

#: However busy the machine is.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

LINES = [
    "x = 1",
    "%cd x",
    "!ls \\",
    "f(",
    ")",
    "",
    "%%time",
    "%%bash",
    "# a",
    "é = !a",
    "if x:",
    "  y",
]
CELLS = st.lists(st.lists(st.sampled_from(LINES), max_size=5).map("\n".join), max_size=5)


def of(cells: list[str], as_lines: bool = True, kind: str = "code") -> Notebook:
    found = [
        {"cell_type": kind, "source": c.splitlines(keepends=True) if as_lines else c} for c in cells
    ]
    return Notebook(json.dumps({"cells": found}, indent=1, ensure_ascii=False))


@PATIENT
@given(CELLS, st.booleans())
def test_what_is_not_changed_stays(cells: list[str], as_lines: bool) -> None:
    notebook = of(cells, as_lines)
    assert notebook.written(notebook.module) == notebook.text


@PATIENT
@given(CELLS)
def test_every_line_finds_its_cell(cells: list[str]) -> None:
    notebook = of(cells)
    for number, line in enumerate(notebook.module.split("\n"), 1):
        if line and "__" not in line:
            cell, there = notebook.place(number)
            assert cells[cell - 1].split("\n")[there - 1] == line


@PATIENT
@given(CELLS)
def test_the_program_runs_without_magics(cells: list[str]) -> None:
    notebook = of(cells)
    compile(notebook.module, "", "exec")
    compile(notebook.program, "", "exec")
    assert "_cell_" not in notebook.program
    assert "_magic_" not in notebook.program
    assert notebook.program.count("\n") == notebook.module.count("\n")


def test_a_cell_that_is_gone_is_noticed() -> None:
    notebook = of(["x = 1", "!ls\ny = 2", "%%bash"])
    module = notebook.module
    assert notebook.written(module.replace("__cell_2__\n", "")) is None
    assert notebook.written(module.replace("__magic_1__\n", "")) is None
    assert notebook.written(module.replace("__magic_1__", "a = __magic_1__ + __magic_1__")) is None
    assert notebook.written(module.replace("__cell_3__\n", "__cell_3__\nz = 3\n")) is None
    assert notebook.written(module.replace("__cell_end__\n", "__cell_end__\nz = 3\n")) is None
    moved = notebook.written(module.replace("y = 2", "y = 3"))
    assert moved == notebook.text.replace('"y = 2"', '"y = 3"')


def test_what_comes_before_all_goes_into_the_first_cell_with_code() -> None:
    notebook = of(["%%bash\nls", "!ls", "%%time\nx = 1"])
    found = notebook.written(f"import torch\n\n{notebook.module}")
    cells = [cell["source"] for cell in json.loads(found or "")["cells"]]
    assert cells[:2] == [["%%bash\n", "ls"], ["!ls"]]
    assert "".join(cells[2]) == "%%time\nimport torch\n\nx = 1"
    alone = of(["%%bash\nls"])
    assert alone.written(f"import torch\n{alone.module}") is None


def test_names_that_are_taken() -> None:
    notebook = of(["__cell_1__ = 3", "!ls"])
    assert (
        notebook.module == "___cell_1__\n__cell_1__ = 3\n___cell_2__\n___magic_1__\n___cell_end__\n"
    )


def test_prose_is_no_code() -> None:
    assert of(["x = 1"], kind="markdown").module == "__cell_end__\n"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": 1}', '{"cells": [{}}', "[" * 10**5])
def test_what_is_none(text: str) -> None:
    with pytest.raises(NotANotebook):
        Notebook(text)
