"""The new text of a file while it is being written: edits, diagnostics, records."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from transpiler.conversion import ModelRecord
from transpiler.diagnostics import LEFT_CODE, Code, Diagnostic
from transpiler.emit.classes.writing import class_text
from transpiler.emit.comments import carry, without_doubles
from transpiler.emit.dead_imports import import_spans
from transpiler.emit.edits import Edit
from transpiler.emit.residual.removal import Removal
from transpiler.emit.units import FilePlan, Unit
from transpiler.interpret.region import Region
from transpiler.record import replace
from transpiler.source.suites import leaf_statements, statement_lines

if TYPE_CHECKING:
    from transpiler.emit.training.shared import Before


class Draft:
    """What is found out and changed while the classes of a file come to their places."""

    def __init__(self, planned: FilePlan) -> None:
        self.planned = planned
        self.file = planned.file
        self.stays: set[int] = set()  #: statements of the module that stay as they are
        self.tree = planned.tree
        self.edits: list[Edit] = []
        self.diagnostics: list[Diagnostic] = list(planned.file.diagnostics)
        self.records: list[ModelRecord] = []
        self.helpers: set[str] = set()
        self.torch_classes: set[str] = set()
        self.class_spots: list[int] = []
        self.after_classes: list[Edit] = []  #: places after functional classes
        self.class_edits: list[Edit] = []  #: the edits that bring top-level classes
        self.first_use: int | None = None
        self.todos: dict[int, tuple[Code, str]] = {}
        self.kept_functions: set[str] = set()
        self.failed_nodes: set[int] = set()
        self.converted_calls: set[int] = set()
        self.unconverted: dict[int, str] = {}  #: calls of models, and why they are left
        self.before: list[Before] = []  #: what calls of models need before their statements
        self.rewritten: set[int] = set()  #: the statements of which such a call is all
        self.training_functions: dict[str, str] = {}
        self.plain_classes: set[int] = set()  #: callbacks that need no base any more
        #: classes that stand for metrics of Keras inside of others: their names and places
        self.metric_parts: dict[str, tuple[str, int]] = {}
        self.device = ""  #: the variable for the device on which models are trained
        #: the names of functions on torch's tensors, and what gives these or has them as methods;
        #: "def pinball.loss": the functions themselves
        self.callbacks: set[str] = set()  #: classes of them that the loops call
        self.operations: set[str] = set()
        self.brought: list[Edit] = []  #: functions that have come to other files
        self.top = list(self.tree.module.body)

    def bare_edits(self) -> list[Edit]:
        """The edits, and what takes out the statements that only bind names of the framework."""
        return [*self.edits, *import_spans(self.file, self.edits)]

    def report(self, code: Code, node: cst.CSTNode, message: str, comment: bool = True) -> None:
        """Say that something is left, here and in a comment at its place."""
        line, column = self.tree.place(node)
        diagnostic = code.at(line, column, message)
        if diagnostic not in self.diagnostics:
            self.diagnostics.append(diagnostic)
        if comment:
            self.todos.setdefault(self.tree.span(node)[0], (code, message))

    def function_span(self, node: cst.FunctionDef) -> tuple[int, int]:
        """From the line of the first decorator to the end of the last statement."""
        start, end = self.tree.span(node)
        if node.decorators:
            start = min(start, *(self.tree.span(d)[0] for d in node.decorators))
        text = self.tree.text
        last = self.tree.line_end(len(text[:end].rstrip()) - 1)  # with the comment at its end
        return self.tree.line_start(start), len(text[:last].rstrip())

    def carry(self, units: list[Unit], edits: list[Edit]) -> tuple[list[Edit], list[str]]:
        """Find places for the comments of statements of a function that are gone."""
        drafts = {id(unit): draft for unit, draft in self.planned.written}
        moved: list[Edit] = []
        homeless: dict[str, None] = {}
        for script in {id(u.plan.script): u.plan.script for u in units}.values():
            own = [u for u in units if u.plan.script is script]
            arrangements = [a for u in own if (a := drafts[id(u)].comments) is not None]
            assert script is not None
            changes, left = carry(script, arrangements, own[0].region, edits)
            moved += changes
            homeless.update(dict.fromkeys(left))
        for unit in units:
            draft = drafts[id(unit)]
            if draft.comments is not None and draft.comments.changed:
                assert unit.text is not None
                unit.text = replace(unit.text, text=class_text(draft))
        return moved, list(homeless)

    def undoubled(self, units: list[Unit], removal: Removal) -> list[Edit]:
        """The comments of a statement that became an instantiation stand in the class."""
        found: list[Edit] = []
        for unit in units:
            assert unit.built is not None
            place = removal.place(unit.built)
            if id(place) in removal.whole and unit.plan.script is not None:
                found += without_doubles(unit.plan.script, self.tree.span(place)[0])
        return found

    @cached_property
    def _helper_names(self) -> set[str]:
        """The names of helpers that can't be the program's own, or those of classes for it."""
        own = {unit.plan.name for unit in self.planned.units}
        return set(self.file.rules.emitted) - self.tree.words - own

    def class_text(self, unit: Unit) -> str:
        """The text of a class that goes into the file, with what it needs of emitted code noted."""
        assert unit.text is not None
        text = unit.text.text
        self.helpers |= unit.text.helpers | unit.region.helpers_used
        self.helpers |= unit.reads & self._helper_names
        self.torch_classes.update(c.text for c in unit.text.constructors)
        return text

    def record(
        self, unit: Unit, kind: str, node: cst.CSTNode, variable: str = "", function: str = ""
    ) -> None:
        """Note that a model is converted."""
        line, _ = self.tree.place(node)
        stubs = unit.text is not None and "NotConverted(" in unit.text.text
        partial = stubs or bool(unit.region.left_ways)
        self.records.append(
            ModelRecord(
                unit.plan.name,
                kind,
                line,
                "partial" if partial else "converted",
                variable,
                function,
            )
        )

    def speak(self, region: Region) -> None:
        """Say what was noted of a region whose classes are written."""
        for code, node, message in region.diagnostics:
            self.say(code, node, message)
        for statement, message in region.left_code:
            self.todos.setdefault(self.tree.span(statement)[0], (LEFT_CODE, message))

    def say(self, code: Code, node: cst.CSTNode | None, message: str) -> None:
        """Say something about a node, once."""
        line, column = self.tree.place(node) if node is not None else (1, 1)
        diagnostic = code.at(line, column, message)
        if diagnostic not in self.diagnostics:
            self.diagnostics.append(diagnostic)

    def top_level_start(self, node: cst.CSTNode) -> int:
        """Where the top-level statement that holds a node starts, its comments included."""
        offset = self.tree.span(node)[0]
        for statement in self.top:
            start, end = statement_lines(self.tree, statement)
            if start <= offset < max(end, start + 1):
                return start
        return self.tree.line_start(offset)

    def is_torch(self, offset: int) -> bool:
        """Whether a place is in what has been converted with another file."""
        for node in self.top if self.file.arrived else ():
            if isinstance(node, (cst.FunctionDef, cst.ClassDef)):
                start, end = self.tree.span(node)
                if start <= offset < end and node.name.value in self.file.arrived:
                    return True
        return False

    def margin(self, start: int) -> str:
        """The blanks with which a line starts."""
        line = self.tree.text[start : self.tree.line_end(start)]
        return line[: len(line) - len(line.lstrip(" \t"))]

    def indented(self, node: cst.CSTNode) -> bool:
        """Whether a statement stands in another one."""
        start = self.tree.span(node)[0]
        return self.tree.line_start(start) != start

    def insert_class(self, spot: int, text: str) -> None:
        """Put a class at the top level."""
        edit = Edit(spot, spot, self._spaced(spot, text))
        self.edits.append(edit)
        self.class_edits.append(edit)

    def _spaced(self, spot: int, text: str) -> str:
        """Class text with two blank lines around it."""
        before = self.tree.text[:spot]
        blank = len(before) - len(before.rstrip("\n")) - 1 if before.strip() else 2
        return "\n" * max(0, 2 - blank) + text.rstrip("\n") + "\n\n\n"

    def say_at(self, code: Code, line: int, column: int, message: str) -> None:
        """Say something about a place; once, if it is true of several in a line."""
        said = ((d.code, d.line, d.message) for d in self.diagnostics)
        if (code.code, line, message) not in said:
            self.diagnostics.append(code.at(line, column, message))


def is_import(statement: cst.CSTNode) -> bool:
    """Whether a statement only imports, under whatever condition."""
    return all(
        isinstance(leaf, cst.SimpleStatementLine) and all(type(b) in _IMPORTING for b in leaf.body)
        for leaf in leaf_statements([statement])
    )


_IMPORTING = frozenset({cst.Import, cst.ImportFrom, cst.Pass})
