"""What there is to write of a file: a unit for each class, the operations, the training."""

from __future__ import annotations

import builtins
import re
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from transpiler.emit.classes.draft import ClassDraft
from transpiler.emit.classes.plan import ClassPlan, ClassText
from transpiler.emit.comments import Script
from transpiler.emit.foreign import foreign_name
from transpiler.interpret.context import FileContext
from transpiler.interpret.region import Built, Region
from transpiler.interpret.summary import Summary
from transpiler.interpret.values import Framework
from transpiler.ir import tokens
from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.lexical import standing, words_in

if TYPE_CHECKING:
    from transpiler.emit.training.shared import Trained

CLASS_TOKEN = regex(tokens.ANY_BLOCK)


@record(slots=True)
class Unit:
    """One class to write, and where it comes from."""

    plan: ClassPlan
    region: Region
    summary: Summary | None = None  #: the block function, or the builder
    built: Built | None = None
    text: ClassText | None = None
    problem: str = ""
    node: cst.CSTNode | None = None
    depends: set[int] = field(default_factory=set)  #: serials of the blocks that it instantiates
    reads: set[str] = field(default_factory=set)  #: what the class reads of its module
    alike: bool = False  #: another model's class is the same, and stands for it


#: Names that classes have although words of the program are called so: Keras's own, above all.
_USUAL = ("Model", "Generator", "Discriminator")


class FilePlan:
    """The classes of one file, and all that is needed to write them."""

    def __init__(self, file: FileContext) -> None:
        self.file = file
        self.tree = file.tree
        self.class_names: dict[int, str] = {s: foreign_name(file, s) for s in file.foreign}
        self.taken = set(self.tree.words) - {n for n in _USUAL if not self._is_others(n)}
        self.taken |= {"torch", "nn", "F"}
        if self.something_stays:
            self.taken |= {n for n, v in file.globals.items() if isinstance(v, Framework)}
        self.taken |= self.own_names
        self.blocks: dict[int, Unit] = {}
        self.builders: list[tuple[Summary, list[Unit]]] = []
        self.written: list[tuple[Unit, ClassDraft]] = []
        self.scripts: dict[int, Script] = {}
        self.module_units: list[Unit] = []
        self.operations: list[Summary] = []
        self.trained: list[Trained] = []
        self.classes: set[str] = set()  #: callbacks and data that trainings in other files have
        self.settled: set[tuple[int, int]] = set()  #: layers whose regularizers other files have

    def _is_others(self, name: str) -> bool:
        """Whether code reads a name, and it is not the framework's: `from lmfit import Model`."""
        if isinstance(self.file.globals.get(name), Framework):
            return False
        return re.search(rf"{standing(name)}(?!\s*=[^=])", self.tree.blanked) is not None

    @property
    def failed(self) -> list[Summary]:
        """The functions that were understood in no call."""
        summaries = self.file.summaries.values()
        understood = {id(s.function.node) for s in summaries if s.kind != "failed"}
        return [
            s for s in summaries if s.kind == "failed" and id(s.function.node) not in understood
        ]

    @property
    def something_stays(self) -> bool:
        """Whether some code that was not understood goes on using the framework's names."""
        module = self.file.module
        return bool(self.failed) or (module is not None and bool(module.failed_statements))

    @cached_property
    def own_names(self) -> set[str]:
        """The names of the module that are not the framework's."""
        return {n for n, v in self.file.globals.items() if not isinstance(v, Framework)}

    @property
    def models(self) -> list[Unit]:
        """The models: those of functions, then those of the module."""
        return [*(u for _, units in self.builders for u in units), *self.module_units]

    @property
    def units(self) -> list[Unit]:
        """All classes: what others are made of comes first."""
        return [*self.blocks.values(), *self.models]

    @property
    def plain_functions(self) -> list[Summary]:
        """The functions that build no model, in which some may be trained."""
        building = {id(s.function.node) for s, _ in self.builders}
        return [
            s
            for s in self.file.summaries.values()
            if s.kind in ("static", "builder", "layer")
            and s.function.file is self.file
            and id(s.function.node) not in building
        ]

    def trained_by(self, unit: Unit) -> Trained | None:
        """The training of a model, where all of it is converted."""
        model = unit.built.model if unit.built is not None else None
        return next(
            (t for t in self.trained if t.training.origin is model and not t.training.problem), None
        )

    def script(self, region: Region, summary: Summary | None) -> Script:
        """The statements of a function, or of the module, with their comments."""
        if id(region) not in self.scripts:
            node = self.tree.module if summary is None else summary.function.node
            helpers = [f.node for f in region.inlined if f.file in (None, self.file)]
            self.scripts[id(region)] = Script(self.tree, node, region, helpers)
        return self.scripts[id(region)]

    @cached_property
    def framework_names(self) -> set[str]:
        """What the program calls the framework's own things, unless torch's are called so too."""
        found = {n for n, v in self.file.globals.items() if isinstance(v, Framework)}
        return found - set(self.file.rules.emitted) - {"torch", "nn", "F", "Model"}

    @cached_property
    def known_names(self) -> set[str]:
        """Every name that a class may read: of the module, of Python, of what is emitted."""
        module = self.file.module
        assert module is not None
        found = {n for n in module.scope.versions if n.isidentifier()} | set(module.scope.values)
        found |= set(dir(builtins)) | {
            "__file__",
            "__name__",
            "torch",
            "nn",
            "F",
            "math",
            "partial",
            "os",
            "copy",
        }
        found |= set(self.file.rules.emitted) | {"init_like_keras"} | set(self.class_names.values())
        found |= {s.function.name for s in self.operations}
        for statement in self.tree.module.body:
            text = self.tree.source(statement)
            if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
                found.add(statement.name.value)
            elif "import" in text or not isinstance(statement, cst.SimpleStatementLine):
                found |= words_in(text)
        return found

    def named(self, text: str) -> str:
        """Text with the names of the classes filled in."""
        return CLASS_TOKEN.sub(lambda m: self.class_names.get(int(m.group(1)), "Block"), text)
