"""A notebook as one module, and back: of the file, only the code that changes is written anew.

The cells stand one after the other, each behind a statement that is one name, `__cell_2__`. Such a
statement has no effect that a conversion could move or drop, so it finds its cell again.
"""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import Any

from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.json_places import Span, elements, members, value_at
from transpiler.source.magics import Masked, masked
from transpiler.source.syntax import syntax_problem

ENDING = ".ipynb"


class NotANotebook(Exception):
    """The text of a file is no notebook that can be read; says why, and in which line."""

    def __init__(self, reason: str, line: int = 1) -> None:
        super().__init__(reason)
        self.line = line


@record(frozen=True, slots=True)
class Cell:
    """One cell of code."""

    number: int  #: counted from 1, with those of prose
    code: str
    span: Span  #: where the file has it: a string, or a list of lines
    python: Masked
    problem: str = ""  #: why it is no Python, beside its magics
    line: int = 1  #: at which it stands in the module


class Notebook:
    """The cells of a notebook. Raises NotANotebook for a text that is none."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.language = ""
        prefix = "_"
        while f"{prefix}_cell_" in text or f"{prefix}_magic_" in text:
            prefix += "_"
        self._seam, self._magic = f"{prefix}_cell_", f"{prefix}_magic_"
        self.cells = self._read()

    def _read(self) -> list[Cell]:
        try:
            whole, _ = value_at(self.text, 0)
        except (ValueError, RecursionError) as why:
            line = getattr(why, "lineno", 1)
            raise NotANotebook(f"the notebook is no JSON: {why}", line) from None
        if not isinstance(whole, dict) or not isinstance(whole.get("cells"), list):
            raise NotANotebook(_outdated(whole))
        self.language = _language(whole.get("metadata"))
        cells: list[Cell] = []
        line, magics = 1, 1
        places = elements(self.text, members(self.text)["cells"][0])
        for number, (cell, place) in enumerate(zip(whole["cells"], places, strict=True), 1):
            code = _source(cell)
            if code is None:
                continue
            python = masked(code.replace("\r\n", "\n"), self._magic, magics)
            problem = syntax_problem(python.code)
            span = members(self.text, place[0])["source"]
            said = f"{problem.message}, line {problem.line}" if problem is not None else ""
            cells.append(Cell(number, code, span, python, said, line + 1))
            magics += len(python.kept)
            line += 1 + _lines(cells[-1])
        return cells

    @cached_property
    def module(self) -> str:
        """All cells as one program, those left out that are none of Python."""
        parts = [f"{self._seam}{cell.number}__\n{_code(cell)}" for cell in self.cells]
        return "".join(parts) + f"{self._seam}end__\n"

    @cached_property
    def program(self) -> str:
        """The same, to be run without IPython: magics do nothing, and give nothing."""
        code = re.sub(rf"^{re.escape(self._seam)}\w+__$", "", self.module, flags=re.M)
        name = rf"{re.escape(self._magic)}\d+__"
        code = re.sub(rf'^{name}\("(\w+)(?:\.py)?"\)$', r"from \1 import *", code, flags=re.M)
        alone = re.sub(rf'^(\s*){name}(?:\("[^"]*"\))?$', r"\1pass", code, flags=re.M)
        return re.sub(name, "None", alone)

    def place(self, line: int) -> tuple[int, int]:
        """The cell in which a line of the module stands, by its number, and the line there."""
        found = self.cells[0]
        for cell in self.cells:
            found = cell if cell.line <= line else found
        return found.number, max(line - found.line + 1, 1)

    def named(self, message: str) -> str:
        """A message with the lines of the module that it names as lines of cells."""
        return _LINE.sub(lambda m: "line {1} of cell {0}".format(*self.place(int(m[1]))), message)

    def written(self, module: str) -> str | None:
        """The text of the file with the cells of a module that was converted.

        None where a cell or a magic can't be found again.
        """
        seams = [f"{self._seam}{cell.number}__" for cell in self.cells] + [f"{self._seam}end__"]
        parts = re.split(rf"^({re.escape(self._seam)}\w+__)\n", module, flags=re.M)
        if parts[1::2] != seams or parts[-1].strip():
            return None
        before = parts[0].strip("\n")  # what no cell can take goes into the next one
        edits: list[tuple[Span, str]] = []
        for cell, found in zip(self.cells, parts[2::2], strict=False):
            own, code = _code(cell).strip("\n"), found.strip("\n")
            if not _has_code(cell) and code == own:
                continue
            code, before = "\n\n".join(part for part in (before, code) if part), ""
            if not own and code:
                before = code
            elif code != own:
                restored = self._restored(code, cell.python)
                if restored is None:
                    return None
                edits.append((cell.span, restored))
        if before:
            return None
        return self._edited(edits)

    def _restored(self, code: str, python: Masked) -> str | None:
        for name, text in python.kept.items():
            if len(re.findall(rf"\b{re.escape(name)}(?!\w)", code)) != 1:
                return None
            code = code.replace(name, text)
        remarks = "\n".join(self.named(x) if "# TODO(" in x else x for x in code.split("\n"))
        return "\n".join(part for part in (python.head, remarks) if part)

    def _edited(self, edits: list[tuple[Span, str]]) -> str:
        parts: list[str] = []
        position = 0
        plain = self.text.isascii()  # as the file has it: `\u00e9` or the letter itself
        for (start, end), code in edits:
            parts += [self.text[position:start], _as_json(code, self.text[start:end], plain)]
            position = end
        return "".join([*parts, self.text[position:]])


def program_of(text: str, path: str) -> str:
    """The code of a file as one program: what it holds, or the cells of a notebook."""
    if not path.endswith(ENDING):
        return text
    try:
        return Notebook(text).module
    except NotANotebook:
        return text


_LINE = regex(r"\bline (\d+)\b")


def _code(cell: Cell) -> str:
    """The code of a cell in the module: nothing where it is no Python."""
    code = "" if cell.problem or cell.python.foreign else cell.python.code
    return code if code.endswith("\n") or not code else f"{code}\n"


def _has_code(cell: Cell) -> bool:
    """Whether there is Python in a cell, beside its magics."""
    words = set(re.findall(r"\S+", _code(cell)))
    return bool(words - cell.python.kept.keys())


def _lines(cell: Cell) -> int:
    return _code(cell).count("\n")


def _outdated(whole: Any) -> str:
    old = isinstance(whole, dict) and "worksheets" in whole
    upgrade = "jupyter nbconvert --to notebook --nbformat 4 --inplace"
    return f"the notebook is of an old format; upgrade it: {upgrade}" if old else "it has no cells"


def _language(metadata: Any) -> str:
    """The language that a notebook says it is in; nothing where it says none."""
    held = metadata if isinstance(metadata, dict) else {}
    for key, name in (("language_info", "name"), ("kernelspec", "language")):
        found = held.get(key)
        if isinstance(found, dict) and isinstance(found.get(name), str):
            return str(found[name]).lower()
    return ""


def _source(cell: Any) -> str | None:
    """The code of a cell; None for prose, and for what is no cell."""
    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return None
    source = cell.get("source")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return "".join(source)
    return source if isinstance(source, str) else None


def _as_json(code: str, old: str, plain: bool) -> str:
    """Some code as JSON, a string or a list of lines, laid out as what it takes the place of."""
    if old.startswith('"'):
        return json.dumps(code, ensure_ascii=plain)
    lines = [json.dumps(line, ensure_ascii=plain) for line in re.findall(r"[^\n]*\n|[^\n]+", code)]
    inside = old[1:-1]
    first = inside[: len(inside) - len(inside.lstrip())]
    last = inside[len(inside.rstrip()) :]
    return f"[{first}{(',' + (first or ' ')).join(lines)}{last}]" if lines else "[]"
