"""What a conversion gives back."""

from __future__ import annotations

import re
from collections.abc import Callable

from transpiler.diagnostics import Diagnostic, Severity
from transpiler.record import record, replace
from transpiler.regex import regex

_A_LINE = regex(r"(\bline )(\d+)")
_TODO = regex(r"# TODO\(tf2torch\) T2T\d+: .*")


@record(frozen=True, slots=True)
class ModelRecord:
    """One model, or block of a model, that was found."""

    name: str  #: the name of the emitted class
    kind: str  #: "sequential", "functional", "subclass" or "block"
    line: int  #: the line of the original, or of the cell, at which it is built
    status: str  #: "converted", "partial" (stubs inside) or "left"
    variable: str = ""  #: the module-level variable that holds it, in both programs, if any
    function: str = ""  #: the module-level function (or `Class.method`) that returns it, if any
    cell: int = 0  #: of a notebook: the cell in which it is built, counted from 1, with prose


@record(frozen=True, slots=True)
class Homecoming:
    """What becomes of a function or class that another file gives models, for its own file."""

    path: str  #: of that
    name: str
    span: tuple[int, int]  #: where it stands there
    text: str
    helpers: tuple[str, ...]  #: definitions that it needs besides
    imports: tuple[str, ...]  #: lines, each of which binds one name
    diagnostics: tuple[Diagnostic, ...]  #: on lines of its own, from 1


@record(frozen=True, slots=True)
class Conversion:
    """The new text of one file, and what there is to say about it."""

    text: str
    models: tuple[ModelRecord, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    changed: bool = False
    functions: frozenset[str] = frozenset()  #: names of what are functions on torch's tensors now
    homecoming: tuple[Homecoming, ...] = ()  #: to other files

    def on_lines(
        self,
        line_of: Callable[[int], int],
        before: str,
        place_of: Callable[[int, int], tuple[int, int]] | None = None,
    ) -> Conversion:
        """The same, where the lines of the original are counted in another way.

        Comments that the text had `before` stay as they are. Where columns are others, too,
        `place_of` tells them.
        """

        def renumbered(found: re.Match[str]) -> str:
            return f"{found.group(1)}{line_of(int(found.group(2)))}"

        def commented(found: re.Match[str]) -> str:
            comment = found.group()
            return comment if comment in before else _A_LINE.sub(renumbered, comment)

        def placed(said: Diagnostic) -> Diagnostic:
            line, column = line_of(said.line), said.column
            if place_of is not None:
                line, column = place_of(said.line, column)
            message = _A_LINE.sub(renumbered, said.message)
            return replace(said, line=line, column=column, message=message)

        models = tuple(replace(model, line=line_of(model.line)) for model in self.models)
        said = tuple(map(placed, self.diagnostics))
        return replace(self, text=_TODO.sub(commented, self.text), models=models, diagnostics=said)

    @property
    def status(self) -> str:
        """`converted`, `partial`, `unchanged` or `failed`, as the json report has it."""
        if any(d.code in ("T2T001", "T2T002", "T2T003", "T2T004") for d in self.diagnostics):
            return "failed"
        if not self.changed:
            return "unchanged"
        errors = any(d.severity is Severity.ERROR for d in self.diagnostics)
        return "partial" if errors else "converted"
