"""Notebooks: the code in their cells is converted, and nothing else of them changes.

`pytest tests/test_notebooks.py --accept` rewrites what is accepted of golden/notebooks/.
"""

from __future__ import annotations

import ast
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from golden_cases import GOLDEN, Case, find_cases, notes

from tests.training.scripts import Scripts
from transpiler.cli import main
from transpiler.options import Options
from transpiler.single import convert_bytes
from transpiler.source.notebook import Notebook

NOTEBOOKS = sorted((GOLDEN / "notebooks").glob("*/input.ipynb"))
Convert = Callable[..., tuple[list[str], list[str]]]


def notebook(cells: Iterable[str], **metadata: Any) -> str:
    """A notebook as Jupyter writes it, with an output of each cell."""
    output = {"output_type": "stream", "name": "stdout", "text": ["kept as it is: 1E-5 \u00e9"]}
    made = [
        {
            "cell_type": "code",
            "execution_count": None,
            "metadata": {},
            "outputs": [output],
            "source": cell.splitlines(keepends=True),
        }
        for cell in cells
    ]
    whole = {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def sources(text: str) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"]]


def without_code(text: str) -> object:
    """A notebook with every source of code cells taken out."""
    whole = json.loads(text)
    for cell in whole["cells"]:
        if cell["cell_type"] == "code":
            del cell["source"]
    return whole


@pytest.fixture
def convert(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Convert:
    """Convert cells; gives them as they are then, and what is said."""

    def call(*cells: str, **metadata: Any) -> tuple[list[str], list[str]]:
        file = tmp_path / "a.ipynb"
        before = notebook(cells, **metadata)
        file.write_text(before)
        main(["convert", str(file)])
        after = file.read_text()
        assert without_code(after) == without_code(before)
        said = capsys.readouterr().out.replace(f"{tmp_path}{os.sep}", "")
        return sources(after), said.splitlines()

    return call


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.parent.name)
def test_golden(path: Path, accept: bool, scripts: Scripts) -> None:
    """The output is the accepted one, and trains to the same numbers."""
    data = path.read_bytes()
    result = convert_bytes(data, Options(), path=str(path))
    expected = path.with_name("expected.ipynb")
    said = notes(result.conversion)
    if accept:
        expected.write_bytes(result.new)
        path.with_name("notes.txt").write_text(said)
    assert result.new == expected.read_bytes()
    assert said == path.with_name("notes.txt").read_text()
    assert without_code(result.new.decode()) == without_code(data.decode())
    again = convert_bytes(result.new, Options(), path=str(path))
    assert again.new == result.new
    exact = convert_bytes(data, Options(exact=True), path=str(path))
    programs = [Notebook(text.decode()).program for text in (data, exact.new)]
    apart = scripts.compare(*programs)
    assert {"history", "loss", "accuracy", "predicted"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def cells_of(text: str) -> list[str]:
    """A program cut where blank lines stand between its statements."""
    lines = text.splitlines(keepends=True)
    cuts = [0]
    end = 0
    for statement in ast.parse(text).body:
        decorators = getattr(statement, "decorator_list", [])
        start = min(node.lineno for node in (statement, *decorators)) - 1
        while start > end and lines[start - 1].startswith("#"):
            start -= 1
        if start > end and not lines[start - 1].strip():
            cuts.append(start)
        end = statement.end_lineno or 0
    cells = [lines[start:stop] for start, stop in zip(cuts, [*cuts[1:], None], strict=True)]
    return ["".join(cell).strip("\n") for cell in cells]


SCRIPTS = find_cases()


@pytest.mark.parametrize("case", SCRIPTS[::6], ids=lambda case: case.name)
def test_a_script_in_cells_becomes_the_same(case: Case) -> None:
    """All statements of the converted script, wherever helpers and imports come to stand."""
    cells = cells_of(case.input)
    result = convert_bytes(
        notebook(cells).encode(), case.options, path=str(case.folder / "input.ipynb")
    )
    assert result.conversion.status == case.conversion.status
    assert len(result.conversion.diagnostics) == len(case.conversion.diagnostics)
    found = sources(result.new.decode())
    assert len(found) == len(cells)
    assert _statements("\n".join(found)) == _statements(case.conversion.text)


def _statements(text: str) -> Counter[str]:
    return Counter(ast.dump(statement) for statement in ast.parse(text).body)


def test_magics_stay_where_they_are(convert: Convert) -> None:
    cells, said = convert(
        "%matplotlib inline\nfrom tensorflow import keras\nfrom tensorflow.keras import layers",
        "%%time\nmodel = keras.Sequential([keras.Input((4,)), layers.Dense(2)])",
        "if deep:\n    !pip install \\\n        tqdm\nfiles = !ls\n?model\nmodel.dense?",
        'print("%d"\n  % 3)\n%cd data\npip install -q numpy',
        "%%html\n<b>keras</b>",
    )
    assert cells[0] == "%matplotlib inline\nfrom torch import nn"
    assert cells[1].startswith("%%time\nclass Model(nn.Module):\n")
    assert (
        cells[2] == "if deep:\n    !pip install \\\n        tqdm\nfiles = !ls\n?model\nmodel.dense?"
    )
    assert cells[3] == 'print("%d"\n  % 3)\n%cd data\npip install -q numpy'
    assert cells[4] == "%%html\n<b>keras</b>"
    assert said == ["1 file converted."]


def test_a_diagnostic_names_the_cell_and_its_line(convert: Convert) -> None:
    cells, said = convert(
        "from tensorflow.keras import Input, Sequential, layers",
        "model = Sequential([Input((1,)), layers.Dense(1)])",
        "\nmodel.compile('sgd', 'mse')",
        "%%capture\nx = [[1.0]]\nmodel.fit(x, x, nothing=3)",
    )
    errors = [line for line in said if "T2T101" in line]
    assert errors[0].startswith(
        "a.ipynb:cell 3:2:1: T2T101 `compile` is left as it is: so is `fit`"
    )
    assert "in line 3 of cell 4, of the same model" in errors[0]
    assert errors[1].startswith("a.ipynb:cell 4:3:1: T2T101 `fit` is left as it is")
    assert "in line 3 of cell 4" in cells[2]
    assert cells[3].startswith("%%capture\nx = [[1.0]]\n# TODO(tf2torch) T2T101: ")


def test_what_is_no_python_is_left_with_a_message(convert: Convert) -> None:
    kept = [
        "1 +",
        "%timeit model(x)",
        "%%timeit\nkeras.ops.ones(3)",
        "%%writefile a.py\nimport keras",
    ]
    cells, said = convert("import keras\nmodel = keras.Sequential([keras.layers.ReLU()])", *kept)
    assert cells[1:] == kept
    assert "class Model" in cells[0]
    assert [line for line in said if "T2T006" in line] == [
        "a.ipynb:cell 2:1:1: T2T006 the cell is left as it is: "
        "it can't be parsed (invalid syntax, line 1)",
        "a.ipynb:cell 3:1:1: T2T006 the line is left as it is: `%timeit` runs it",
        "a.ipynb:cell 4:1:1: T2T006 the cell is left as it is: `%%timeit` takes it for itself",
        "a.ipynb:cell 5:1:1: T2T006 the cell is left as it is: `%%writefile` takes it for itself",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"cells": [keras]}', "a.ipynb:1:1: T2T001 the notebook is no JSON: Expecting value"),
        ('{"keras": 1}', "a.ipynb:1:1: T2T001 it has no cells"),
        ('["keras"]', "a.ipynb:1:1: T2T001 it has no cells"),
        ('{"worksheets": ["keras"]}', "a.ipynb:1:1: T2T001 the notebook is of an old format"),
    ],
)
def test_what_is_no_notebook_is_said(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.ipynb"
    file.write_text(text)
    assert main(["convert", str(file)]) == 2
    assert f"{os.sep}{said}" in capsys.readouterr().out
    assert file.read_text() == text


@pytest.mark.parametrize(
    "metadata",
    [{"language_info": {"name": "R"}}, {"kernelspec": {"language": "julia"}}],
)
def test_other_languages_are_left_alone(metadata: dict[str, Any], convert: Convert) -> None:
    assert convert("library(keras)", **metadata) == (
        ["library(keras)"],
        ["1 file left unchanged."],
    )


def test_a_comment_in_any_cell_keeps_the_notebook(convert: Convert) -> None:
    kept = ["import keras", "x = 1\n# tf2torch: skip-file"]
    assert convert(*kept)[0] == kept


def test_other_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.ipynb"
    file.write_text(notebook(["x = 1", "import keras", "keras.foo(x)"]))
    main(["convert", "--check", "--format", "json", str(file)])
    (found,) = json.loads(capsys.readouterr().out)["files"]
    assert [(d["cell"], d["line"]) for d in found["diagnostics"]] == [(3, 1)]
    main(["convert", "--check", "--format", "github", str(file)])
    place = ",line=1,col=1,title=tf2torch T2T103::cell 3, line 1: `keras.foo`"
    assert place in capsys.readouterr().out
    main(["convert", "--check", "--format", "sarif", str(file)])
    results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    texts = [result["message"]["text"] for result in results]
    assert any(text.startswith("cell 3, line 1: `keras.foo`") for text in texts)


def test_the_layout_of_the_file_stays() -> None:
    """Escapes, spaces, the order of keys, numbers, and lines that end as on Windows."""
    code = '"import keras\\n# \\u00e9\\nmodel = keras.Sequential([keras.layers.ReLU()])"'
    start = '\ufeff{ "nbformat":4,\r\n"cells":[ {"source": '
    end = ',"cell_type": "code", "outputs": [1.50, 1E-5]} ], "x": "\\/"}'
    before = (start + code + end).encode()
    after = convert_bytes(before, Options(), path="a.ipynb").new.decode()
    assert after.startswith(start)
    assert after.endswith(end)
    found = after[len(start) : -len(end)]
    assert found.startswith('"from torch import nn\\n')
    assert "# \\u00e9\\n" in found
