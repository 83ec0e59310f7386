"""Notebooks on their way through a run: their cells as one program, and what is said by cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from transpiler.conversion import Conversion, ModelRecord
from transpiler.diagnostics import CELL, INTERNAL, UNREADABLE, Diagnostic
from transpiler.record import replace
from transpiler.source.files import names_framework
from transpiler.source.lexical import skips
from transpiler.source.magics import runs_python
from transpiler.source.notebook import Cell, NotANotebook, Notebook


def convert_notebook(text: str, convert: Callable[[str], Conversion]) -> Conversion:
    """The new text of a notebook, and what there is to say, with the lines of its cells.

    `convert` makes a conversion of a program, and never raises.
    """
    try:
        notebook = Notebook(text)
    except NotANotebook as why:
        return Conversion("", diagnostics=(UNREADABLE.at(why.line, 1, str(why)),))
    if notebook.language not in ("", "python", "ipython") or skips(notebook.module):
        return Conversion(text)
    found = convert(notebook.module)
    said = [_placed(notebook, diagnostic) for diagnostic in found.diagnostics]
    said += [diagnostic for cell in notebook.cells for diagnostic in _left(cell)]
    models = tuple(_in_cell(notebook, model) for model in found.models)
    placed = replace(found, text=text, models=models, diagnostics=tuple(said))
    if not found.changed or found.status == "failed":
        return placed
    written = notebook.written(found.text)
    if written is None:
        message = "internal error, the notebook is unchanged: what stands in which cell is not sure"
        return Conversion("", diagnostics=(INTERNAL.at(1, 1, message),))
    return replace(placed, text=written)


def _placed(notebook: Notebook, diagnostic: Diagnostic) -> Diagnostic:
    cell, line = notebook.place(diagnostic.line)
    return replace(diagnostic, message=notebook.named(diagnostic.message), line=line, cell=cell)


def _in_cell(notebook: Notebook, model: ModelRecord) -> ModelRecord:
    cell, line = notebook.place(model.line)
    return replace(model, line=line, cell=cell)


def _left(cell: Cell) -> Iterator[Diagnostic]:
    """What is said of code that nobody reads."""
    magic = cell.python.foreign
    if cell.problem:
        message = f"the cell is left as it is: it can't be parsed ({cell.problem})"
        yield replace(CELL.at(1, 1, message), cell=cell.number)
    elif runs_python(magic) and names_framework(cell.code.encode()):
        message = f"the cell is left as it is: `%%{magic}` takes it for itself"
        yield replace(CELL.at(1, 1, message), cell=cell.number)
    for line, runs in cell.python.unread:
        message = f"the line is left as it is: `{runs}` runs it"
        yield replace(CELL.at(line, 1, message), cell=cell.number)
