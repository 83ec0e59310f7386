"""A whole file: classes in the places of functions, calls in the places of models."""

from __future__ import annotations

import builtins
import re
import symtable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import libcst as cst

from transpiler.conversion import ModelRecord
from transpiler.diagnostics import (
    ASSUMED,
    ASSUMED_CALLERS,
    LEFT_CODE,
    LEFT_MODEL,
    LEFT_SUBCLASS,
    LEFT_TRAINING,
    REGULARIZER,
    Code,
    Diagnostic,
    Severity,
)
from transpiler.emit.classes import ClassPlan, ClassText, EmitError, _Writer
from transpiler.emit.comments import Script, carry, restored, without_doubles
from transpiler.emit.edits import Edit, apply, replaces, tidied
from transpiler.emit.functions import render_operation
from transpiler.emit.imports import import_edits, import_spans, names_framework
from transpiler.emit.naming import PLAIN, camel, free
from transpiler.emit.overlooked import overlooked
from transpiler.emit.residual import Removal, statement_lines
from transpiler.emit.text import global_reads, substitute_names
from transpiler.emit.training import (
    Room,
    Trained,
    device_edit,
    folded_sum,
    loaders_edit,
    plan_training,
)
from transpiler.interpret.functions import mentions_framework
from transpiler.interpret.region import SPOILED, Built, FileContext, Region
from transpiler.interpret.summary import Summary
from transpiler.interpret.values import (
    Framework,
    Function,
    Model,
    Namespace,
    Static,
    Value,
    bases_of,
)
from transpiler.ir.code import Construct, For, If, Line, Node, While
from transpiler.ir.expr import Configured
from transpiler.passes.liveness import modules_used, prune, walk
from transpiler.source.lexical import blanked, names_read

_WORD = re.compile(r"[A-Za-z_]\w*")
_CLASS = re.compile("\ue008(\\d+)\ue009")


@dataclass(slots=True)
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


class FileEmitter:
    """Collects the edits of one file."""

    def __init__(self, file: FileContext) -> None:
        self.file = file
        self.tree = file.tree
        self.edits: list[Edit] = []
        self.records: list[ModelRecord] = []
        self.helpers: set[str] = set()
        self.class_names: dict[int, str] = {s: _foreign_name(file, s) for s in file.foreign}
        self.taken = set(_WORD.findall(self.tree.text)) - {"Model", "Generator", "Discriminator"}
        self.taken |= {"torch", "nn", "F"}
        if self._something_stays():
            self.taken |= {n for n, v in file.globals.items() if isinstance(v, Framework)}
        self.taken |= {n for n, v in file.globals.items() if not isinstance(v, Framework)}
        self.constructors: list[str] = []
        self.class_ends: list[int] = []
        self.todo: dict[int, str] = {}
        self.blocks: dict[int, Unit] = {}
        self.builders: list[tuple[Summary, list[Unit]]] = []
        self.written: list[tuple[Unit, _Writer]] = []
        self.scripts: dict[int, Script] = {}
        self.module_units: list[Unit] = []
        self.operations: list[Summary] = []
        self.removed_names: set[str] = set()
        self.trained: list[Trained] = []

    def _something_stays(self) -> bool:
        """Whether some code that was not understood goes on using the framework's names."""
        module = self.file.module
        failed = any(s.kind == "failed" for s in self.file.summaries.values())
        return failed or (module is not None and bool(module.failed_statements))

    # planning --------------------------------------------------------------------------------

    def plan(self) -> None:
        """Which classes there are."""
        file = self.file
        module = file.module
        assert module is not None
        reachable = self._reachable(module)
        for summary in sorted(reachable, key=lambda s: self._offset(s)):
            region = summary.region
            if region is None:
                continue
            if summary.kind == "block":
                self.blocks[summary.serial] = self._block_unit(summary, region)
            elif summary.kind == "operation":
                self.operations.append(summary)
            elif summary.kind == "builder" and region.built:
                units = [self._builder_unit(summary, region, b) for b in self._in_order(region)]
                self.builders.append((summary, units))
        counts = _assignment_counts(module)
        for built in self._in_order(module):
            self.module_units.append(self._module_unit(module, built, counts))
        self._name_classes()
        self._plan_training(module)

    def _plan_training(self, module: Region) -> None:
        """How models are trained; a loss on logits changes their `forward`."""
        rooms = [Room(module, self.tree.module)]
        for summary, _ in self.builders:
            node, region = summary.function.node, summary.region
            if isinstance(node, cst.FunctionDef) and region is not None:
                rooms.append(Room(region, node))
        rooms = [r for r in rooms if r.region.training]
        self.trained = plan_training(self.file, rooms) if rooms else []
        for unit in [*self.module_units, *(u for _, us in self.builders for u in us)]:
            found = self.trained_by(unit)
            if found is not None and found.training.forward is not None:
                unit.plan.forward = found.training.forward
                if unit.region.is_module:
                    unit.plan.forward = _without_globals(unit.plan.forward, frozenset(), False)

    def trained_by(self, unit: Unit) -> Trained | None:
        """The training of a model, where all of it is converted."""
        model = unit.built.model if unit.built is not None else None
        return next(
            (t for t in self.trained if t.training.origin is model and not t.training.problem), None
        )

    def _in_order(self, region: Region) -> list[Built]:
        """The models of a region in the order in which they are made."""
        return sorted(region.built, key=lambda b: self.tree.span(b.model.node or b.node)[0])

    def _offset(self, summary: Summary) -> int:
        return self.tree.span(summary.function.node)[0]

    def _reachable(self, module: Region) -> list[Summary]:
        found: dict[int, Summary] = {}
        roots: list[Summary] = []
        called = {id(s) for s in module.called} | {id(s) for s in module.operations_used}
        by_function: dict[int, list[Summary]] = {}
        for summary in self.file.summaries.values():
            by_function.setdefault(id(summary.function.node), []).append(summary)
        callers_of: set[int] = set()
        for summary in self.file.summaries.values():
            if summary.region is not None and summary.kind != "failed":
                callers_of |= {
                    id(s) for s in (*summary.region.called, *summary.region.operations_used)
                }
        for summary in self.file.summaries.values():
            forced = id(summary.function.node) in self.file.forced and summary.kind == "block"
            if summary.kind == "builder" or id(summary) in called or forced:
                roots.append(summary)
        for summaries in by_function.values():
            if not any(id(s) in callers_of or id(s) in called for s in summaries):
                roots += [s for s in summaries if s.kind in ("block", "operation")][-1:]
        stack = list({id(s): s for s in roots}.values())
        best: dict[int, Summary] = {}
        for summary in stack:
            if summary.kind == "builder":
                best[id(summary.function.node)] = summary
        stack = [s for s in stack if s.kind != "builder" or best.get(id(s.function.node)) is s]
        while stack:
            summary = stack.pop()
            if id(summary) in found or summary.kind in ("failed", "running", "static", "layer"):
                continue
            if summary.function.file is not None and summary.function.file is not self.file:
                continue
            found[id(summary)] = summary
            if summary.region is not None:
                stack += summary.region.called + summary.region.operations_used
        return list(found.values())

    def _block_unit(self, summary: Summary, region: Region) -> Unit:
        parameters = [self._parameter(p) for p in summary.parameters if p.name in summary.statics]
        plan = ClassPlan(
            "",
            region.init,
            region.forward,
            list(summary.tensors),
            parameters,
            summary.sizes,
            frozenset(p.name for p in summary.parameters if not p.is_tensor) | region.closure_reads,
            (),
            dict(region.renames),
            dict(region.module_hints),
            self._docstring(summary),
            attributes=summary.attributes,
            attribute_names=summary.attribute_names,
            takes_all=summary.recursive or summary.unpacked,
        )
        return Unit(
            plan,
            region,
            summary,
            node=summary.function.node,
            depends={s.serial for s in region.called},
        )

    def _builder_unit(self, summary: Summary, region: Region, built: Built) -> Unit:
        parameters = [_given(name) for name in built.varying]
        parameters += [
            self._parameter(p) for p in summary.parameters if p.name not in built.varying
        ]
        statics = frozenset(p[0] for p in parameters) | region.closure_reads
        guards = tuple(
            f"if {name} is not None:\n    raise NotImplementedError("
            f'"{name}: pass tensors to the model instead of building on them")'
            for name in sorted(region.assumed_none)
            if name in {p.name for p in summary.parameters}
        )
        plan = ClassPlan(
            "",
            built.init,
            built.forward,
            list(built.inputs),
            parameters,
            (),
            statics,
            self._model_names(region, built),
            dict(region.renames),
            dict(region.module_hints),
            apply_init=self.file.options.init == "keras",
            guards=guards,
            starred=built.input_kind is list,
        )
        return Unit(
            plan, region, summary, built, node=built.node, depends={s.serial for s in region.called}
        )

    def _model_names(self, region: Region, built: Built) -> tuple[str, ...]:
        """The models that a model takes as layers, in the order in which it calls them."""
        if not region.model_names:
            return ()
        used: dict[str, None] = {}
        for node in walk(built.init):
            if isinstance(node, Construct) and node.module.constructor.text in region.model_names:
                used.setdefault(node.module.constructor.text)
        from transpiler.passes.liveness import modules_used, prune

        forward, _ = prune(built.forward, frozenset(), effects=False)
        called = {m.constructor.text for m in modules_used(forward).values()}
        return tuple(n for n in used if n in called)

    def _module_unit(self, module: Region, built: Built, counts: dict[str, int]) -> Unit:
        local = frozenset(n for n, c in counts.items() if c > 1) | module.moved_names
        local |= _changed_in_place([*built.init, *built.forward])
        plan = ClassPlan(
            "",
            _without_globals(built.init, local, False),
            _without_globals(built.forward, local, False),
            list(built.inputs),
            [_given(name) for name in built.varying],
            statics=frozenset(built.varying),
            renames=dict(module.renames),
            hints=dict(module.module_hints),
            effects=False,
            apply_init=self.file.options.init == "keras",
            required=self._model_names(module, built),
            starred=built.input_kind is list,
        )
        return Unit(
            plan, module, None, built, node=built.node, depends={s.serial for s in module.called}
        )

    def _parameter(self, parameter: Any) -> tuple[str, str, str, bool]:
        node = parameter.node
        annotation = default = ""
        if node is not None:
            if node.annotation is not None:
                annotation = self.tree.source(node.annotation.annotation)
                if self._mentions_framework(annotation):
                    annotation = ""
            if node.default is not None:
                default = " ".join(self.tree.source(node.default).split())
        return parameter.name, annotation, default, parameter.keyword_only

    def _mentions_framework(self, text: str) -> bool:
        return any(isinstance(self.file.globals.get(w), Framework) for w in _WORD.findall(text))

    def _docstring(self, summary: Summary) -> str:
        node = summary.function.node
        if isinstance(node, cst.Lambda) or not isinstance(node.body, cst.IndentedBlock):
            return ""
        first = node.body.body[0] if node.body.body else None
        if isinstance(first, cst.SimpleStatementLine) and isinstance(first.body[0], cst.Expr):
            value = first.body[0].value
            if isinstance(value, (cst.SimpleString, cst.ConcatenatedString)):
                return self.tree.source(value)
        return ""

    def _name_classes(self) -> None:
        entries: list[tuple[int, str, Unit]] = []
        for serial, unit in self.blocks.items():
            assert unit.summary is not None
            function = unit.summary.function
            base = camel(function.name)
            if function.nested_in and function.nested_in not in self.file.class_methods:
                inner = "" if function.is_wrapper else base
                base = camel(function.nested_in) + inner
            entries.append((self._offset(unit.summary), base, unit))
            del serial
        for summary, units in self.builders:
            for unit in units:
                name = self._model_name(summary, unit, len(units))
                entries.append((self._offset(summary), name, unit))
        for unit in self.module_units:
            assert unit.built is not None
            entries.append(
                (self.tree.span(unit.built.node)[0], self._module_model_name(unit), unit)
            )
        ranks = _rank_suffixes(self.blocks)
        for _, _, unit in entries:
            unit.plan.class_names = self.class_names
            unit.plan.tensor_names = frozenset(unit.region.tensor_names)
            unit.plan.script = self.script(unit.region, unit.summary)
            unit.plan.staying = frozenset(unit.region.staying)
        for _, base, unit in sorted(entries, key=lambda e: e[0]):
            suffix = "Model" if unit.built is not None else "Block"
            if unit.summary is not None and unit.built is None:
                base += ranks.get(unit.summary.serial, "")
            if unit.summary is not None and unit.summary.function.functional:
                unit.plan.name = base
                continue
            unit.plan.name = free(base, self.taken, suffix)
            if unit.summary is not None and unit.built is None:
                self.class_names[unit.summary.serial] = unit.plan.name

    def _model_name(self, summary: Summary, unit: Unit, count: int) -> str:
        assert unit.built is not None
        if summary.function.functional:
            return summary.function.nested_in
        built = unit.built
        if built.name and built.name.isidentifier():
            return camel(built.name)
        return _told_apart(built) + self._plain_name(summary, unit, count)

    def _plain_name(self, summary: Summary, unit: Unit, count: int) -> str:
        """The name of a model by its variable or its builder."""
        built = unit.built
        assert built is not None
        variable = built.variable or self._sequential_variable(unit)
        if (
            variable
            and variable.lower() not in PLAIN
            and (count > 1 or summary.function.name.startswith("_"))
        ):
            return camel(variable)
        if (
            summary.function.name in ("__init__", "main", "run", "load_model")
            and variable
            and variable not in PLAIN
        ):
            return camel(variable)
        if summary.function.name in ("__init__", "main", "run"):
            return camel(summary.function.nested_in or "Model")
        return camel(summary.function.name)

    def _sequential_variable(self, unit: Unit) -> str:
        built = unit.built
        assert built is not None
        model = built.model
        if model.kind == "sequential":
            for name, value in unit.region.scope.values.items():
                if value is model:
                    return name.removeprefix("self.")
        return built.variable

    def _module_model_name(self, unit: Unit) -> str:
        built = unit.built
        assert built is not None
        if built.name and re.sub(r"\W", "_", built.name).isidentifier():
            return camel(built.name)
        variable = self._sequential_variable(unit)
        name = camel(variable) if variable and variable.lower() not in PLAIN else "Model"
        return _told_apart(built) + name

    def script(self, region: Region, summary: Summary | None) -> Script:
        """The statements of a function, or of the module, with their comments."""
        if id(region) not in self.scripts:
            node = self.tree.module if summary is None else summary.function.node
            helpers = [f.node for f in region.inlined if f.file in (None, self.file)]
            self.scripts[id(region)] = Script(self.tree, node, region, helpers)
        return self.scripts[id(region)]

    # rendering -------------------------------------------------------------------------------

    def render(self) -> None:
        """Write every class; what can't be written fails with all that depends on it."""
        units = [
            *self.blocks.values(),
            *(u for _, us in self.builders for u in us),
            *self.module_units,
        ]
        written = self.written
        for unit in units:
            try:
                self._share(unit, written)
                writer = _Writer(unit.plan)
                unit.text = writer.write()
                unit.reads = self._names_read(unit.text.text)
                written.append((unit, writer))
            except EmitError as why:  # noqa: PERF203
                unit.problem = str(why)
        changed = True
        while changed:
            changed = False
            for unit in units:
                if unit.problem or unit.text is None:
                    continue
                used = {int(s) for c in unit.text.constructors for s in _CLASS.findall(c.text)}
                for serial in used:
                    block = self.blocks.get(serial)
                    if block is not None and block.problem:
                        name = block.summary.function.name if block.summary else ""
                        unit.problem = f"`{name}`: {block.problem}"
                        changed = True

    def _names_read(self, text: str) -> set[str]:
        """What a class reads of its module: nothing that nobody defines, or of the framework."""
        found: set[str] = set()
        known = self.known_names
        try:
            tables = [symtable.symtable(text, "<class>", "exec")]
        except SyntaxError as why:
            raise EmitError(f"internal error (the class is not valid Python: {why})") from why
        while tables:
            table = tables.pop()
            tables += table.get_children()
            if table.get_type() == "module":
                continue
            for name in table.get_identifiers():
                symbol = table.lookup(name)
                if not (symbol.is_global() and symbol.is_referenced()):
                    continue
                if name not in known:
                    raise EmitError(f"`{name}` would not be defined in the class")
                if name in self.framework_names:
                    raise EmitError(f"the class would need `{name}` of the framework")
                found.add(name)
        return found

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
                found |= set(_WORD.findall(text))
        return found

    def _share(self, unit: Unit, written: list[tuple[Unit, _Writer]]) -> None:
        """Modules that an earlier model of the same region made, or that a borrowed model has."""
        if unit.built is None:
            return
        forward, _ = prune(unit.plan.forward, frozenset(), effects=False)
        tokens = modules_used(forward)
        owners: dict[str, None] = {}
        elsewhere = {
            id(r): r for _, r in unit.region.shared_modules.values() if r.file is not self.file
        }
        lent = [
            pair for r in elsewhere.values() if r.file.planned for pair in r.file.planned.written
        ]
        for other, writer in [*written, *lent]:
            if other.built is None or other.built.excludes(unit.built):
                continue
            for token in tokens:
                if token not in writer.attrs:
                    continue
                owner = self._owner(unit, other, token)
                if owner is None:
                    continue
                found = (owner, writer.attrs[token], writer.paths[token])
                known = unit.plan.shared.setdefault(token, found)
                if known != found and other.region is unit.region and other.built.ways:
                    raise EmitError("two models share layers, under different names")
                owners.setdefault(known[0])
        for token in tokens:
            if token in unit.region.shared_modules and token not in unit.plan.shared:
                raise EmitError("the model whose layers are shared is not converted")
        kept = [r for r in unit.plan.required if r not in owners]
        unit.plan.required = (*owners, *kept)

    def _owner(self, unit: Unit, other: Unit, token: str) -> str | None:
        """How `__init__` refers to the model that made a module."""
        borrowed = unit.region.shared_modules.get(token)
        if borrowed is not None and borrowed[1] is other.region:
            return borrowed[0].text
        if other.region is unit.region and other.built is not None:
            if not self._always_before(unit, other):
                raise EmitError("two models share layers, and the first is not always made")
            name = other.built.variable or self._sequential_variable(other)
            if other.built.model.expr is not None:
                name = other.built.model.expr.text
            if not name:
                raise EmitError("two models share layers, and the first has no name")
            return name
        return None

    def _always_before(self, unit: Unit, other: Unit) -> bool:
        """Whether wherever a model is made, another one, or what stands for it, was made before."""
        assert unit.built is not None
        assert other.built is not None
        ways = other.built.ways
        if ways == unit.built.ways[: len(ways)]:
            return True
        sides = {
            built.ways[-1].side
            for built in unit.region.built
            if len(built.ways) == len(ways)
            and [way.id for way in built.ways] == [way.id for way in ways]
            and built.variable == other.built.variable
        }
        return bool(other.built.variable) and sides == {0, 1} and len(ways) == 1

    def named(self, text: str) -> str:
        """Text with the names of the classes filled in."""
        return _CLASS.sub(lambda m: self.class_names.get(int(m.group(1)), "Block"), text)


def _foreign_function(file: FileContext, serial: int) -> Function:
    """The function of another file whose summary has this number."""
    home, _ = file.foreign[serial]
    return next(s.function for s in home.summaries.values() if s.serial == serial)


def _foreign_name(file: FileContext, serial: int) -> str:
    """How a file refers to the class that another file's function has become."""
    function = _foreign_function(file, serial)
    _, name = file.foreign[serial]
    for known, value in file.globals.items():
        if isinstance(value, Namespace):
            held = value.items.get(function.name)
            if isinstance(held, Function) and held.node is function.node:
                return f"{known}.{name}"
        elif isinstance(value, Function) and value.node is function.node:
            return name if known == function.name else known
    return name


def _assignment_counts(module: Region) -> dict[str, int]:
    counts: dict[str, int] = {}

    def count(nodes: list[Node], weight: int) -> None:
        for node in nodes:
            if isinstance(node, Line) and node.static:
                for name in node.defs:
                    counts[name] = counts.get(name, 0) + weight
            elif isinstance(node, If):
                count(node.body, 1)
                count(node.orelse, 1)
            elif isinstance(node, (For, While)):
                count(node.body, 2)

    count(module.init, 1)
    return counts


def _changed_in_place(nodes: list[Node]) -> frozenset[str]:
    """The names of lists and dicts that grow while a model is built, or while it runs."""
    changes = [n.defs for n in walk(nodes) if isinstance(n, Line) and not n.kills]
    return frozenset[str]().union(*changes)


def _without_globals(nodes: list[Node], local: frozenset[str], nested: bool) -> list[Node]:
    """Module level: what is assigned once stays global, and is not repeated in the class."""
    return [
        n
        for n in nodes
        if not (isinstance(n, Line) and n.static and n.defs and not (n.defs & local))
    ]


_SAYS_LITTLE = re.compile(r"^(return|use|with|is|has|include|add|do)_")


def _told_apart(built: Built) -> str:
    """The first part of a class name: the condition under which the model is made."""
    label = built.ways[-1].label if built.ways else ""
    label = _SAYS_LITTLE.sub("", label.lower() if label.isupper() else label)
    return camel(label) if label else ""


def _given(name: str) -> tuple[str, str, str, bool]:
    """A parameter without a default."""
    return name, "", "", False


def _rank_suffixes(blocks: dict[int, Unit]) -> dict[int, str]:
    """A block that is used at several ranks becomes `…1d`, `…2d`."""
    by_node: dict[int, list[Summary]] = {}
    for unit in blocks.values():
        assert unit.summary is not None
        by_node.setdefault(id(unit.summary.function.node), []).append(unit.summary)
    found: dict[int, str] = {}
    for summaries in by_node.values():
        if len(summaries) < 2:
            continue
        for summary in summaries:
            rank = _rank_of(summary)
            if rank > 2:
                found[summary.serial] = f"{rank - 2}d"
    return found


def _rank_of(summary: Summary) -> int:
    region = summary.region
    assert region is not None
    for name in summary.tensors:
        value = region.wants.get(f"rank:param:{name}")
        if isinstance(value, int):
            return value
    return 0


def convert_file(file: FileContext) -> tuple[str, list[ModelRecord], list[Diagnostic], bool]:
    """The new text of a file, with what was found and what there is to say."""
    emitter = FileEmitter(file)
    emitter.plan()
    emitter.render()
    writer = _FileWriter(emitter)
    return writer.write()


class _FileWriter:
    """Turns rendered classes into edits of the file."""

    def __init__(self, emitter: FileEmitter) -> None:
        self.emitter = emitter
        self.file = emitter.file
        self.tree = emitter.tree
        self.edits: list[Edit] = []
        self.diagnostics: list[Diagnostic] = list(emitter.file.diagnostics)
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
        self.training_functions: dict[str, str] = {}
        self.device = ""  #: the variable for the device on which models are trained
        self.top = list(self.tree.module.body)

    def write(self) -> tuple[str, list[ModelRecord], list[Diagnostic], bool]:
        self._failed_functions()
        self._keep_what_failures_need()
        self._blocks()
        self._operations()
        self._builders()
        self._module()
        self._settled_functions()
        self._left_calls(self.file.kept_uses)
        if self.device:
            self.edits.append(device_edit(self.tree, self.device, self._first_model()))
        self._inlined()
        self._decorators()
        self._passed_functions()
        self._foreign_imports()
        self._subclasses()
        self._configurations()
        self._left_code()
        self._overlooked()
        for offset, (code, message) in sorted(self.todos.items()):
            self._todo(offset, code, message)
        if not self.class_spots and not self.edits:
            return self.tree.text, self.records, self.diagnostics, False
        self._with_helpers()
        defined = self._apart_from_left_names()
        if self.class_spots:
            made = {u.plan.name for u in self._all_units() if not u.problem} | defined
            self.edits += import_edits(self.file, self.edits, self.helpers, made)
        if self.tree.comments:
            self.edits += restored(self.tree, self.edits)
        text = tidied(self.tree.text, apply(self.tree.text, self.edits))
        changed = text != self.tree.text
        return (
            text,
            self.records,
            sorted(self.diagnostics, key=lambda d: (d.line, d.column)),
            changed,
        )

    def _apart_from_left_names(self) -> set[str]:
        """The names that helpers define: others than the code that was left still reads."""
        left = names_read(apply(self.tree.text, [Edit(e.start, e.end, "") for e in self._bare()]))
        clashing = {
            name: f"Torch{name}" if name[0].isupper() else f"torch_{name}"
            for name in self.helpers & left
        }
        if clashing:
            self.edits = [replace(e, text=substitute_names(e.text, clashing)) for e in self.edits]
        return {clashing.get(name, name) for name in self.helpers}

    def _bare(self) -> list[Edit]:
        """The edits, and what takes out the statements that only bind names of the framework."""
        return [*self.edits, *import_spans(self.tree)]

    # what stays ------------------------------------------------------------------------------

    def _failed_functions(self) -> None:
        """Functions that were not understood: a diagnostic each, for those nobody else reports."""
        seen: set[int] = set()
        for summary in self.file.summaries.values():
            node = summary.function.node
            if summary.kind != "failed" or id(node) in seen or isinstance(node, cst.Lambda):
                continue
            if summary.function.file is not None and summary.function.file is not self.file:
                continue
            others = [
                s
                for s in self.file.summaries.values()
                if s.function.node is node and s.kind != "failed"
            ]
            if others:
                continue
            seen.add(id(node))
            message = f"`{summary.function.name}` is left as it is: {summary.reason}"
            # What has nothing of Keras in it may be torch already; its callers carry the comment.
            keras = mentions_framework(self.file, summary.function)
            self._report(LEFT_MODEL, node, message, comment=keras)
        for summary, units in self.emitter.builders:
            problem = next((u.problem for u in units if u.problem), "")
            if problem:
                self.failed_nodes.add(id(summary.function.node))
                self._report(
                    LEFT_MODEL,
                    summary.function.node,
                    f"`{summary.function.name}` is left as it is: {problem}",
                )
        for unit in self.emitter.blocks.values():
            if unit.problem and unit.summary is not None:
                name = unit.summary.function.name
                self._report(
                    LEFT_MODEL,
                    unit.summary.function.node,
                    f"`{name}` is left as it is: {unit.problem}",
                )

    def _report(self, code: Code, node: cst.CSTNode, message: str, comment: bool = True) -> None:
        line, column = self.tree.place(node)
        diagnostic = code.at(line, column, message)
        if diagnostic not in self.diagnostics:
            self.diagnostics.append(diagnostic)
        if comment:
            self.todos.setdefault(self.tree.span(node)[0], (code, message))

    def _todo(self, offset: int, code: Code, message: str) -> None:
        start = self.tree.line_start(offset)
        indent = re.match(r"[ \t]*", self.tree.text[start:offset])
        pad = indent.group() if indent else ""
        previous = self.tree.text[:start].rstrip("\n").rpartition("\n")[2]
        if "TODO(tf2torch)" in previous:
            return
        newline = "\r\n" if "\r\n" in self.tree.text else "\n"
        self.edits.append(
            Edit(start, start, f"{pad}# TODO(tf2torch) {code.code}: {message}{newline}")
        )

    def _keep_what_failures_need(self) -> None:
        """Functions that code which stays Keras still calls."""
        module = self.file.module
        assert module is not None
        texts: list[str] = []
        for node, _ in module.failed_statements.values():
            texts.append(self.tree.source(node))
        understood = {
            id(s.function.node) for s in self.file.summaries.values() if s.kind != "failed"
        }
        failed = [
            s
            for s in self.file.summaries.values()
            if s.kind == "failed" and id(s.function.node) not in understood
        ]
        texts += [
            self.tree.source(s.function.node)
            for s in failed
            if s.function.file in (None, self.file)
        ]
        for summary, units in self.emitter.builders:
            if any(u.problem for u in units):
                texts.append(self.tree.source(summary.function.node))
        for unit in self.emitter.blocks.values():
            if unit.problem and unit.summary is not None:
                texts.append(self.tree.source(unit.summary.function.node))
        for made in self.file.user_classes:
            if made.bases and made.functional is None:
                texts.append(self.tree.source(made.node))
        for unit in self.emitter.module_units:
            if unit.problem:
                texts.append(self.tree.text)
        functions = {
            u.summary.function.name: u.summary.function.node
            for u in self.emitter.blocks.values()
            if u.summary is not None
        }
        functions.update({s.function.name: s.function.node for s in self.emitter.operations})
        pending = {w for t in texts for w in _WORD.findall(t)}
        while pending:
            word = pending.pop()
            if word in functions and word not in self.kept_functions:
                self.kept_functions.add(word)
                pending |= set(_WORD.findall(self.tree.source(functions[word])))

    # blocks ----------------------------------------------------------------------------------

    def _blocks(self) -> None:
        by_node: dict[int, list[Unit]] = {}
        for unit in self.emitter.blocks.values():
            if not unit.problem and unit.text is not None:
                by_node.setdefault(id(unit.node), []).append(unit)
        for units in by_node.values():
            self._replace_function(units)

    def _replace_function(self, units: list[Unit]) -> None:
        summary = units[0].summary
        assert summary is not None
        node = summary.function.node
        assert isinstance(node, cst.FunctionDef)
        start, end = self._function_span(node)
        pad = re.match(r"[ \t]*", self.tree.text[start:])
        indent = pad.group() if pad else ""
        _, lost = self._carry(units, [Edit(start, end, "")])
        texts = [self._class_text(u) for u in units]
        text = ("\n\n\n" if not indent else "\n\n").join(texts)
        text = "".join(f"{c}\n" for c in lost) + text
        text = text.rstrip("\n")
        kept = summary.function.name in self.kept_functions
        if kept and not any(
            u.summary is not None and u.summary.serial in self.used_blocks() for u in units
        ):
            return  # only code that stays Keras calls it
        if indent:
            self._insert_class(self._top_level_start(node), text)
            if not kept:
                first, last = statement_lines(self.tree, node)
                while (
                    last < len(self.tree.text)
                    and not self.tree.text[last : self.tree.line_end(last)].strip()
                ):
                    last = self.tree.line_end(last)
                self.edits.append(Edit(first, last, ""))
        elif kept:
            edit = Edit(end, end, "\n\n\n" + text)
            self.edits.append(edit)
            self.class_edits.append(edit)
        else:
            edit = Edit(start, end, text)
            self.edits.append(edit)
            self.class_edits.append(edit)
        self.class_spots.append(end)
        for unit in units:
            self._record(unit, "block", node, function=summary.function.name)
            self._speak(unit.region)
        if not summary.function.name.startswith("_") and not summary.function.nested_in:
            name = units[0].plan.name
            self._say(
                ASSUMED_CALLERS,
                node,
                f"`{summary.function.name}` became the class {name}; "
                "callers in other files must construct it",
            )

    def used_blocks(self) -> set[int]:
        """The blocks that converted models and blocks instantiate, directly or not."""
        emitter = self.emitter
        pending = [
            u
            for u in (*emitter.module_units, *(u for _, us in emitter.builders for u in us))
            if not u.problem
        ]
        found: set[int] = set()
        while pending:
            unit = pending.pop()
            if unit.text is None:
                continue
            for constructor in unit.text.constructors:
                for serial in map(int, _CLASS.findall(constructor.text)):
                    if serial not in found and serial in emitter.blocks:
                        found.add(serial)
                        pending.append(emitter.blocks[serial])
        return found

    def _function_span(self, node: cst.FunctionDef) -> tuple[int, int]:
        start, end = self.tree.span(node)
        if node.decorators:
            start = min(start, *(self.tree.span(d)[0] for d in node.decorators))
        text = self.tree.text
        last = self.tree.line_end(len(text[:end].rstrip()) - 1)  # with the comment at its end
        return self.tree.line_start(start), len(text[:last].rstrip())

    def _carry(self, units: list[Unit], edits: list[Edit]) -> tuple[list[Edit], list[str]]:
        """Find places for the comments of statements of a function that are gone."""
        writers = {id(unit): writer for unit, writer in self.emitter.written}
        moved: list[Edit] = []
        homeless: dict[str, None] = {}
        for script in {id(u.plan.script): u.plan.script for u in units}.values():
            own = [u for u in units if u.plan.script is script]
            arrangements = [a for u in own if (a := writers[id(u)].comments) is not None]
            assert script is not None
            changes, left = carry(script, arrangements, own[0].region, edits)
            moved += changes
            homeless.update(dict.fromkeys(left))
        for unit in units:
            assert unit.text is not None
            unit.text = replace(unit.text, text=writers[id(unit)].text())
        return moved, list(homeless)

    def _undoubled(self, units: list[Unit], removal: Removal) -> list[Edit]:
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
        """The names of helpers that can't be the program's own."""
        return set(self.file.rules.emitted) - set(_WORD.findall(self.tree.text))

    def _class_text(self, unit: Unit) -> str:
        assert unit.text is not None
        text = unit.text.text
        self.helpers |= unit.text.helpers | unit.region.helpers_used
        self.helpers |= unit.reads & self._helper_names
        self.torch_classes.update(c.text for c in unit.text.constructors)
        return text

    def _record(
        self, unit: Unit, kind: str, node: cst.CSTNode, variable: str = "", function: str = ""
    ) -> None:
        line, _ = self.tree.place(node)
        partial = unit.text is not None and "NotConverted(" in unit.text.text
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

    def _speak(self, region: Region) -> None:
        for code, node, message in region.diagnostics:
            self._say(code, node, message)
        for statement, message in region.left_code:
            self.todos.setdefault(self.tree.span(statement)[0], (LEFT_CODE, message))

    def _say(self, code: Code, node: cst.CSTNode | None, message: str) -> None:
        line, column = self.tree.place(node) if node is not None else (1, 1)
        diagnostic = code.at(line, column, message)
        if diagnostic not in self.diagnostics:
            self.diagnostics.append(diagnostic)

    def _decorators(self) -> None:
        """Keras's own export marks on functions that build models go."""
        for summary in self.file.summaries.values():
            node = summary.function.node
            if summary.kind != "builder" or not isinstance(node, cst.FunctionDef):
                continue
            if summary.function.file not in (None, self.file) or id(node) in self.failed_nodes:
                continue
            self._returned_type(node)
            for decorator in node.decorators:
                start, end = self.tree.span(decorator)
                edit = Edit(self.tree.line_start(start), self.tree.line_end(end - 1), "")
                if "keras_export" in self.tree.text[start:end] and edit not in self.edits:
                    self.edits.append(edit)

    def _returned_type(self, node: cst.FunctionDef) -> None:
        """`-> Model` of a function that builds a model is `-> nn.Module`."""
        if node.returns is None:
            return
        start, end = self.tree.span(node.returns.annotation)
        text = self.tree.text[start:end].strip("\"'")
        value = self.file.globals.get(text.split(".")[0])
        if isinstance(value, Framework) and text.rpartition(".")[2] in ("Model", "Sequential"):
            edit = Edit(start, end, "nn.Module")
            if edit not in self.edits:
                self.edits.append(edit)

    def _passed_functions(self) -> None:
        """Functions passed on by name that are classes now."""
        by_node: dict[int, Unit] = {
            id(u.node): u
            for u in self.emitter.blocks.values()
            if not u.problem and u.text is not None
        }
        regions = [self.file.module] + [
            s.region for s in self.file.summaries.values() if s.kind != "failed"
        ]
        for region in regions:
            if region is None:
                continue
            for (start, end), function in region.function_arguments:
                unit = by_node.get(id(function.node))
                if unit is not None and function.name == self.tree.text[start:end]:
                    self.edits.append(Edit(start, end, unit.plan.name))

    def _foreign_imports(self) -> None:
        """Names of other files' functions that are classes there now."""
        renamed = {}
        for serial, (_, name) in self.file.foreign.items():
            renamed[_foreign_function(self.file, serial).name] = name
        if not renamed:
            return
        for statement in self.top:
            if not isinstance(statement, cst.SimpleStatementLine):
                continue
            for small in statement.body:
                if isinstance(small, cst.ImportFrom) and not isinstance(
                    small.names, cst.ImportStar
                ):
                    for alias in small.names:
                        if isinstance(alias.name, cst.Name) and alias.name.value in renamed:
                            start, end = self.tree.span(alias.name)
                            if (start, end) not in {(e.start, e.end) for e in self.edits}:
                                self.edits.append(Edit(start, end, renamed[alias.name.value]))

    def _inlined(self) -> None:
        """Functions that only gave layers, and whose calls are all replaced: they go."""
        regions = [u.region for u in self._all_units() if not u.problem]
        functions = {id(f.node): f for r in regions for f in r.inlined}
        for function in functions.values():
            node = function.node
            if not isinstance(node, cst.FunctionDef) or function.file not in (None, self.file):
                continue
            if function.name in self.kept_functions or self._read_elsewhere(function.name, node):
                continue
            first, last = statement_lines(self.tree, node)
            while (
                last < len(self.tree.text)
                and not self.tree.text[last : self.tree.line_end(last)].strip()
            ):
                last = self.tree.line_end(last)
            self.edits.append(Edit(first, last, ""))
            if not function.name.startswith("_") and not function.nested_in:
                self._say(
                    ASSUMED_CALLERS,
                    node,
                    f"`{function.name}` is gone: what it gave stands where it was called",
                )

    def _read_elsewhere(self, name: str, node: cst.CSTNode) -> bool:
        """Whether what remains of the file still reads a name."""
        start, end = self.tree.span(node)
        outside = [e for e in self.edits if not (start <= e.start and e.end <= end)]
        remaining = apply(self.tree.text, [*outside, Edit(start, end, "")])
        return name in global_reads(remaining)

    # operations ------------------------------------------------------------------------------

    def _operations(self) -> None:
        for summary in self.emitter.operations:
            node = summary.function.node
            if not isinstance(node, cst.FunctionDef) or summary.region is None:
                continue
            start, end = self._function_span(node)
            script = self.emitter.script(summary.region, summary)
            text = render_operation(self.file, summary, script, Edit(start, end, ""))
            if text is None:
                continue
            pad = re.match(r"[ \t]*", self.tree.text[start:])
            indent = pad.group() if pad else ""
            if indent:
                text = "\n".join(indent + line if line else line for line in text.split("\n"))
            self.edits.append(Edit(start, end, self.emitter.named(text).rstrip("\n")))
            self.helpers |= summary.region.helpers_used
            self.class_spots.append(end)
            self._speak(summary.region)

    # builders --------------------------------------------------------------------------------

    def _builders(self) -> None:
        for summary, units in self.emitter.builders:
            if any(u.problem for u in units):
                continue
            node = summary.function.node
            if summary.function.functional:
                self._functional_class(summary, units[0])
            elif isinstance(node, cst.FunctionDef):
                self._builder(summary, node, units)

    def _functional_class(self, summary: Summary, unit: Unit) -> None:
        """A class whose `__init__` builds a functional model: it gets the two methods instead."""
        node = summary.function.node
        assert isinstance(node, cst.FunctionDef)
        made = next(c for c in self.file.user_classes if c.functional is summary.function)
        for argument in made.node.bases:
            start, end = self.tree.span(argument.value)
            self.edits.append(Edit(start, end, "nn.Module"))
        start, end = self._function_span(node)
        _, lost = self._carry([unit], [Edit(start, end, "")])
        text = self._class_text(unit)
        methods = text.split("\n", 1)[1].rstrip("\n")
        pad = re.match(r"[ \t]*", self.tree.text[start:])
        indent = pad.group() if pad else ""
        comments = "".join(f"{indent}{c}\n" for c in lost)
        self.edits.append(Edit(start, end, comments + methods.lstrip("\n")))
        after = statement_lines(self.tree, made.node)[1]
        if not self._indented(made.node):
            edit = Edit(after, after, "")
            self.edits.append(edit)
            self.after_classes.append(edit)
        self.class_spots.append(end)
        self._record(unit, "functional", made.node, function=made.name)
        self._speak(unit.region)
        self._left_calls(unit.region.left_calls)

    def _builder(self, summary: Summary, node: cst.FunctionDef, units: list[Unit]) -> None:
        region = summary.region
        assert region is not None
        removal = Removal(self.tree, region, node)
        for unit in units:
            assert unit.built is not None
            removal.instantiate(unit.built, self._instance(unit) + self._on_device(unit))
        trained = [t for t in self.emitter.trained if not t.training.problem]
        removal.gone = {id(s) for t in trained for s in t.gone}
        removal.trains = {id(c.statement) for c in region.training.values()} - removal.gone
        compiles = {id(c.node) for t in trained for c in t.training.moved}
        region.left_calls = [c for c in region.left_calls if id(c[0]) not in compiles]
        kept = removal.finish()
        moved, lost = self._carry(units, kept.edits)
        self.edits += [*kept.edits, *moved, *self._undoubled(units, removal)]
        spot = self._top_level_start(node)
        texts = [self._class_text(u) for u in units]
        lost = [c for c in lost if not any(c in t.comments for t in trained)]
        block = "".join(f"{c}\n" for c in lost) + "\n\n\n".join(t.rstrip("\n") for t in texts)
        self._insert_class(spot, block)
        self.class_spots.append(spot)
        for unit in units:
            assert unit.built is not None
            owner = f"{summary.function.nested_in}." if summary.function.nested_in else ""
            self._record(unit, unit.built.kind, node, function=owner + summary.function.name)
        self._speak(region)
        self._training(region)
        self._left_calls(region.left_calls)
        for name in sorted(region.assumed_none):
            self._say(
                ASSUMED,
                node,
                f"`{summary.function.name}`: {name}, a Keras tensor, must be None now",
            )

    def _instance(self, unit: Unit) -> str:
        assert unit.text is not None
        arguments: list[str] = []
        methods = {n.removeprefix("self.") for n in unit.plan.required if n.startswith("self.")}
        methods |= self._attributes(unit)
        own = {p[0] for p in unit.plan.parameters}
        for name, keyword_only in unit.text.parameters:
            value = f"self.{name}" if name in methods and name not in own else name
            arguments.append(f"{name}={value}" if keyword_only else value)
        return f"{unit.plan.name}({', '.join(arguments)})"

    def _attributes(self, unit: Unit) -> set[str]:
        found: set[str] = set()
        for node in walk(unit.plan.init):
            uses = node.uses if isinstance(node, Line) else frozenset()
            if isinstance(node, Construct):
                uses = frozenset(n for n, _ in node.module.constructor.names)
            elif isinstance(node, (If, While)):
                uses = frozenset(n for n, _ in node.test.names)
            elif isinstance(node, For):
                uses = frozenset(n for n, _ in node.iterable.names)
            found |= {n.removeprefix("self.") for n in uses if n.startswith("self.")}
        return found

    def _top_level_start(self, node: cst.CSTNode) -> int:
        """Where the top-level statement that holds a node starts, its comments included."""
        offset = self.tree.span(node)[0]
        for statement in self.top:
            start, end = statement_lines(self.tree, statement)
            if start <= offset < max(end, start + 1):
                return start
        return self.tree.line_start(offset)

    def _left_calls(self, calls: list[tuple[cst.CSTNode, str, Value]]) -> None:
        last_line = -10
        for node, name, owner in sorted(calls, key=lambda c: self.tree.span(c[0])[0]):
            if id(node) in self.converted_calls:
                continue
            line, _ = self.tree.place(node)
            what = "model" if isinstance(owner, Model) else "base" if bases_of(owner) else "layer"
            message = f"`{name}` is left as it is; the {what} is an nn.Module now"
            if id(node) in self.unconverted:
                message = f"`{name}` is left as it is: {self.unconverted[id(node)]}"
                last_line = -10
            statement = self._line_node(node)
            first = line > last_line + 1
            end_line, _ = self.tree.line_column(self.tree.span(node)[1])
            last_line = end_line
            if first:
                self._say(LEFT_TRAINING, node, message)
                if statement is not None:
                    self.todos.setdefault(statement, (LEFT_TRAINING, message))

    def _line_node(self, node: cst.CSTNode) -> int | None:
        offset = self.tree.span(node)[0]
        start = self.tree.line_start(offset)
        text = self.tree.text[start:offset]
        return start + len(text) - len(text.lstrip())

    # the module ------------------------------------------------------------------------------

    def _module(self) -> None:
        module = self.file.module
        assert module is not None
        for node, why in module.failed_statements.values():
            if not why.reason.startswith(SPOILED):
                self._report(LEFT_MODEL, node, why.reason)
        for model, why in module.failed_models:
            assert model.node is not None
            self._report(LEFT_MODEL, model.node, why.reason)
        units = self.emitter.module_units
        self._needed_by_failures(module, units)
        if any(u.problem for u in units) or (module.failed_statements and units):
            for unit in units:
                if unit.problem:
                    assert unit.node is not None
                    self._report(LEFT_MODEL, unit.node, unit.problem)
            if any(u.problem for u in units):
                return
        if not units:
            self._training(module)
            self.edits += Removal(self.tree, module, self.tree.module).settled()
            self.helpers |= module.helpers_used
            self._left_calls(module.left_calls)
            return
        removal = Removal(self.tree, module, self.tree.module)
        for unit in units:
            assert unit.built is not None
            removal.instantiate(unit.built, self._instance(unit) + self._on_device(unit))
        kept = removal.finish()
        moved, _ = self._carry(units, kept.edits)
        self.edits += [*kept.edits, *self._undoubled(units, removal)]
        for unit in units:
            assert unit.built is not None
            spot = self._top_level_start(removal.place(unit.built))
            text = self._class_text(unit)
            self._insert_class(spot, text)
            self.class_spots.append(spot)
            use = self.tree.span(removal.place(unit.built))[0]
            self.first_use = use if self.first_use is None else min(self.first_use, use)
            variable = self.emitter._sequential_variable(unit)
            self._record(unit, unit.built.kind, unit.built.node, variable=variable)
        self.edits += moved
        self._speak(module)
        self._training(module)
        self._left_calls(module.left_calls)

    def _first_model(self) -> int:
        """Where the first statement starts in which a model is made."""
        nodes: list[cst.CSTNode] = [
            u.built.model.node or u.built.node
            for u in self.emitter.module_units
            if u.built is not None
        ]
        nodes += [s.function.node for s, _ in self.emitter.builders]
        spots = [self._top_level_start(n) for n in nodes]
        return min(spots, default=len(self.tree.text))

    def _with_attributes(self, found: Trained, source: str) -> str:
        """The source of a function with the names of the model's layers filled in."""
        if not found.training.penalties:
            return source
        for unit, writer in self.emitter.written:
            if self.emitter.trained_by(unit) is found:
                for token, attribute in writer.attrs.items():
                    source = source.replace(token, attribute)
        lines = [folded_sum(line) for line in source.split("\n")]
        handled = {layer.node for layer, _, _ in found.training.home.penalties}
        places = {self.tree.place(node) for node in handled}
        self.diagnostics = [
            d
            for d in self.diagnostics
            if d.code != REGULARIZER.code or (d.line, d.column) not in places
        ]
        return "\n".join(lines)

    def _on_device(self, unit: Unit) -> str:
        found = self.emitter.trained_by(unit)
        return f".to({found.device})" if found is not None and found.device else ""

    def _training(self, region: Region) -> None:
        """What trains the models of the module or a function, in the places of the calls."""
        for found in self.emitter.trained:
            if found.training.region is not region:
                continue
            if found.training.problem is None and self._fails(found):
                found.training.problem = (found.training.calls[0], "the model is not converted")
            if found.training.problem is not None:
                call, reason = found.training.problem
                self.unconverted.setdefault(id(call.node), reason)
                continue
            self.converted_calls |= {id(c.node) for c in found.training.calls}
            self.edits += found.edits
            self.helpers |= found.helpers
            self.device = found.device or self.device
            for name, source in found.functions:
                self.training_functions[name] = self._with_attributes(found, source)
            for code, node, message in found.said:
                self._say(code, node, message)
            for offset, what in found.left:
                message = f"{what} is left as it is; the model is an nn.Module now"
                self._say_at(LEFT_TRAINING, *self.tree.line_column(offset), message)
                start = self.tree.line_start(offset)
                margin = len(self.tree.text[start:]) - len(self.tree.text[start:].lstrip(" "))
                self.todos.setdefault(start + margin, (LEFT_TRAINING, message))

    def _settled_functions(self) -> None:
        """Functions that answer questions about the framework whose answers are settled."""
        done: set[int] = set()
        for summary in self.file.summaries.values():
            node, region = summary.function.node, summary.region
            if summary.kind != "static" or region is None or not region.settled or id(node) in done:
                continue
            if isinstance(node, cst.FunctionDef) and summary.function.file is self.file:
                done.add(id(node))
                self.edits += Removal(self.tree, region, node).settled()

    def _fails(self, found: Trained) -> bool:
        """Whether the model that is trained stays a Keras one."""
        units = [*self.emitter.module_units, *(u for _, us in self.emitter.builders for u in us)]
        made = [u for u in units if u.built is not None and u.built.model is found.training.origin]
        return not made or any(u.problem for u in made)

    def _indented(self, node: cst.CSTNode) -> bool:
        start = self.tree.span(node)[0]
        return self.tree.line_start(start) != start

    def _needed_by_failures(self, module: Region, units: list[Unit]) -> None:
        """Models whose tensors or layers a statement needs that stays as it is, stay too."""
        wanted: set[str] = set()
        for node, _ in module.failed_statements.values():
            wanted |= set(_WORD.findall(blanked(self.tree.source(node))))
        graph = list(module.graph_statements.values())
        failed = {id(n) for n, _ in module.failed_statements.values()}
        changed = bool(wanted)
        stays: set[int] = set(failed)
        while changed:
            changed = False
            for statement in graph:
                if id(statement) in stays:
                    continue
                text = self.tree.source(statement)
                defined = set(_WORD.findall(text.split("=", 1)[0])) if "=" in text else set()
                owner = re.match(r"(\w+)\.(add|pop)\(", text)
                if owner is not None:
                    defined = {owner.group(1)}
                if defined & wanted:
                    stays.add(id(statement))
                    wanted |= set(_WORD.findall(blanked(text)))
                    changed = True
        for unit in units:
            assert unit.built is not None
            span = self.tree.span(unit.built.node)
            for statement in graph:
                inside = self.tree.span(statement)
                if id(statement) in stays and inside[0] <= span[0] and span[1] <= inside[1]:
                    unit.problem = unit.problem or "a statement that is not converted needs it"

    def _insert_class(self, spot: int, text: str) -> None:
        edit = Edit(spot, spot, self._spaced(spot, text))
        self.edits.append(edit)
        self.class_edits.append(edit)

    def _spaced(self, spot: int, text: str) -> str:
        """Class text with two blank lines around it."""
        before = self.tree.text[:spot]
        blank = len(before) - len(before.rstrip("\n")) - 1 if before.strip() else 2
        return "\n" * max(0, 2 - blank) + text.rstrip("\n") + "\n\n\n"

    def _subclasses(self) -> None:
        for made in self.file.user_classes:
            done = made.functional is not None and any(
                s.function is made.functional and not any(u.problem for u in us)
                for s, us in self.emitter.builders
            )
            if any(b.startswith(("keras.", "tf.")) for b in made.bases) and not done:
                self._report(
                    LEFT_SUBCLASS,
                    made.node,
                    f"`{made.name}` is a subclass of {made.bases[0]}; it is left as it is",
                )

    def _configurations(self) -> None:
        """`init = RandomNormal(stddev=0.02)`, which only converted layers read, goes."""
        found = {
            name: statement
            for statement in self.top
            for name in [_single_target(statement)]
            if isinstance(value := self.file.globals.get(name), Static)
            and isinstance(value.expr.value, Configured)
        }
        if not found or self.file.module is None or self.file.module.failed_statements:
            return
        spots = {}
        for name, statement in found.items():
            start, end = self.tree.span(statement)
            if "#" not in self.tree.text[start : self.tree.line_end(end - 1)]:
                spots[name] = Edit(self.tree.line_start(start), self.tree.line_end(end - 1), "")
        read = names_read(apply(self.tree.text, [*self._bare(), *spots.values()]))
        self.edits += [spot for name, spot in spots.items() if name not in read]

    def _left_code(self) -> None:
        """What still uses the framework outside of models: a diagnostic for each place."""
        names = {n for n, v in self.file.globals.items() if isinstance(v, Framework)}
        if not names:
            return
        words = "|".join(rf"{name}(?<![\w.]{name})" for name in sorted(names))
        pattern = re.compile(rf"(?:{words})(?!\w)(?!\s*=[^=])")
        replaced = replaces(self.edits)
        reported = [d.line for d in self.diagnostics if d.severity is Severity.ERROR]
        previous_end = -1
        for statement in self.top:
            start, end = self.tree.span(statement)
            if _is_import(statement):
                continue
            uses = (use.start() for use in pattern.finditer(self.tree.blanked, start, end))
            found = next((use for use in uses if not replaced(use)), None)
            if found is None or self._only_names(statement):
                continue
            line, column = self.tree.line_column(found)
            last_line, _ = self.tree.line_column(end)
            first_line, _ = self.tree.line_column(start)
            if any(first_line <= r <= last_line for r in reported):
                previous_end = last_line
                continue
            if first_line > previous_end + 1:
                name = self._dotted(found)
                self._say_at(LEFT_CODE, line, column, f"`{name}` is left as it is")
                if "TODO(tf2torch)" not in self.tree.text[start:end]:
                    self.todos.setdefault(start, (LEFT_CODE, f"`{name}` is left as it is"))
            previous_end = last_line

    def _overlooked(self) -> None:
        """Layers made through names that lead nowhere: a diagnostic for each definition."""
        layers = self.file.rules.signatures
        replaced = replaces(self.edits)
        reported = [d.line for d in self.diagnostics if d.severity is Severity.ERROR]
        for statement in self.top:
            start, end = self.tree.span(statement)
            first, last = self.tree.line_column(start)[0], self.tree.line_column(end)[0]
            if any(first <= line <= last for line in reported):
                continue
            found = overlooked(self.file, statement, layers)
            if found is None or replaced(found[0]):
                continue
            name = found[1].partition(".")[0]
            message = f"`{found[1]}` is left as it is: what `{name}` stands for is not known"
            self._say_at(LEFT_MODEL, *self.tree.line_column(found[0]), message)
            self.todos.setdefault(start, (LEFT_MODEL, message))

    def _only_names(self, statement: cst.CSTNode) -> bool:
        """Whether a statement gives a part of the framework a shorter name."""
        if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
            return False
        node = statement.body[0]
        if not isinstance(node, cst.Assign) or len(node.targets) != 1:
            return False
        target = node.targets[0].target
        return (
            isinstance(target, cst.Name)
            and isinstance(node.value, (cst.Name, cst.Attribute, cst.Dict))
            and names_framework(self.file, target.value)
        )

    def _dotted(self, offset: int) -> str:
        match = re.match(r"[\w.]+", self.tree.text[offset:])
        return match.group() if match else ""

    def _say_at(self, code: Code, line: int, column: int, message: str) -> None:
        self.diagnostics.append(code.at(line, column, message))

    # helpers ---------------------------------------------------------------------------------

    def _with_helpers(self) -> None:
        """Functions that classes need stand after the last class before their use."""
        helpers = self._helper_text().rstrip("\n")
        candidates = [*self.class_edits, *self.after_classes]
        if helpers and candidates:
            limit = self._first_use()
            usable = [e for e in candidates if limit is None or e.start <= limit]
            latest = reversed(usable or candidates[:1])  # of several at one place, the last
            target = max(latest, key=lambda e: (e.start, e.end))
            ending = target.text[len(target.text.rstrip("\n")) :]
            body = target.text.rstrip("\n")
            if any(target is e for e in self.after_classes):
                text = f"\n\n{helpers}\n"
            else:
                text = f"{body}\n\n\n{helpers}{ending}"
            self.edits = [Edit(e.start, e.end, text) if e is target else e for e in self.edits]

    def _first_use(self) -> int | None:
        """Where the module first makes something whose class needs the helpers."""
        names = {u.plan.name for u in self._all_units()}
        names |= {s.function.name for s, _ in self.emitter.builders}
        names |= {s.function.name for s in self.file.summaries.values() if s.kind == "builder"}
        names |= {s.function.name for s in self.emitter.operations}
        found = [] if self.first_use is None else [self.first_use]
        for statement in self.top:
            if isinstance(statement, (cst.FunctionDef, cst.ClassDef)) or _is_import(statement):
                continue
            if names & set(_WORD.findall(self.tree.source(statement))):
                found.append(self.tree.span(statement)[0])
                break
        return min(found, default=None)

    def _helper_text(self) -> str:
        emitted = self.file.rules.emitted
        order: list[str] = []

        def visit(name: str) -> None:
            if name in order or name not in emitted:
                return
            for need in emitted[name].needs:
                visit(need)
            order.append(name)

        init = ""
        if any(
            "init_like_keras" in (u.text.text if u.text else "") for u in self._all_units()
        ) or any("with_init" in h for h in self.helpers):
            init = self.file.rules.default_init(sorted(self.torch_classes))
            if not init:
                self._without_init()
        for name in sorted(self.helpers):
            visit(name)
        self.helpers = set(order)
        early = [n for n in order if emitted[n].early]
        parts = [
            emitted[name].source.rstrip("\n")
            for name in order
            if emitted[name].source.strip() and name not in early
        ]
        if early:
            source = "\n\n\n".join(emitted[n].source.rstrip("\n") for n in early)
            module = self.file.module
            assert module is not None
            limit = min((start for start, _ in module.settled), default=self._first_model())
            self.edits.append(loaders_edit(self.tree, source, limit))
        if init:
            parts.append(init.strip("\n"))
            self.helpers.add("init_like_keras")
        parts += [source.rstrip("\n") for source in self.training_functions.values()]
        return "".join(f"{p}\n\n\n" for p in parts)

    def _without_init(self) -> None:
        """Torch starts from the same weights: nothing to apply."""
        pattern = re.compile(
            r"( +if self\.\w+ is not None:\n)? +self\.(\w+\.)?apply\(init_like_keras\)\n"
        )
        changed = {id(e): replace(e, text=pattern.sub("", e.text)) for e in self.edits}
        self.class_edits = [changed[id(e)] for e in self.class_edits if id(e) in changed]
        self.after_classes = [changed[id(e)] for e in self.after_classes if id(e) in changed]
        self.edits = list(changed.values())

    def _all_units(self) -> list[Unit]:
        emitter = self.emitter
        return [
            *emitter.blocks.values(),
            *(u for _, us in emitter.builders for u in us),
            *emitter.module_units,
        ]


def _single_target(statement: cst.CSTNode) -> str:
    """The name that a statement gives a value, where it does nothing else."""
    if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
        node = statement.body[0]
        if isinstance(node, cst.Assign) and len(node.targets) == 1:
            target = node.targets[0].target
            return target.value if isinstance(target, cst.Name) else ""
    return ""


def _is_import(statement: cst.CSTNode) -> bool:
    """Whether a statement only imports, under whatever condition."""
    from transpiler.emit.residual import _leaves

    return all(
        isinstance(leaf, cst.SimpleStatementLine)
        and all(isinstance(b, (cst.Import, cst.ImportFrom, cst.Pass)) for b in leaf.body)
        for leaf in _leaves([statement])
    )
