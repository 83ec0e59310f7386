"""Models that a function of another file compiles: the `compile` as the caller would write it.

def build(units, rate=0.01):               model = build(8)
    model = Sequential(...)                model.compile(SGD(0.01), "mse")
    model.compile(SGD(rate), "mse")
    return model

It is put behind the call before a file is interpreted again, so that it is like any other.
"""

from __future__ import annotations

import ast
import builtins
import copy
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import libcst as cst

from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.wishes import name_of
from transpiler.interpret.region import Region
from transpiler.interpret.training import TRAINING, TrainingCall, given_by_function, root
from transpiler.interpret.values import (
    Framework,
    Function,
    Model,
    Namespace,
    Sequence,
    Static,
    Value,
    is_plain,
)
from transpiler.record import record
from transpiler.source.imported import locate

#: What such statements call Keras; nothing else is called so.
KERAS = "tf2torch_keras"


@record(frozen=True, slots=True)
class Inserted:
    """A line that is put into a file."""

    line: int  #: which line of the file it comes behind, from 1
    text: str
    joined: bool = False  #: at the end of that line, rather


class _Unknown(Exception):
    """Something of the call means nothing to the caller: which argument, where that is known."""


def with_lines(text: str, lines: list[Inserted]) -> str:
    """A text with lines in it."""
    found = text.split("\n")
    for inserted in (one for one in lines if one.joined):
        found[inserted.line - 1] += inserted.text
    for inserted in reversed(_in_order(lines)):
        found.insert(inserted.line, inserted.text)
    return "\n".join(found)


def calls_in(lines: list[Inserted]) -> tuple[str, ...]:
    """The calls of `compile` among such lines."""
    return tuple(one.text.strip() for one in lines if ".compile(" in one.text)


def line_before(lines: list[Inserted], line: int) -> int:
    """Which line a line of such a text was before; one that was put in is that above it."""
    return line - sum(one.line + number < line for number, one in enumerate(_in_order(lines)))


def _in_order(lines: list[Inserted]) -> list[Inserted]:
    return sorted((one for one in lines if not one.joined), key=lambda one: one.line)


def compile_lines(file: FileContext) -> list[Inserted]:
    """The lines that say of a file's models what functions of other files have compiled them with.

    Those of which it asks something that needs it, before it compiles them itself.
    """
    regions = {id(r): r for r in (file.module, *(s.region for s in file.summaries.values())) if r}
    calls = [(region, call) for region in regions.values() for call in region.training.values()]
    asked = [call for _, call in calls if call.name in TRAINING]
    models = {id(root(call.model)): root(call.model) for call in asked}
    found: dict[tuple[int, str], Inserted] = {}
    for key, model in models.items():
        of_model = [(region, call) for region, call in calls if id(root(call.model)) == key]
        call = None if _is_compiled_first(file, of_model) else _compiled_elsewhere(file, model)
        if call is None or not isinstance(model.node, cst.Call):
            continue
        try:
            for inserted in _lines(file, model, model.node, call):
                found[inserted.line, inserted.text] = inserted
        except (_Unknown, SyntaxError) as why:
            given = f"`{why}`, " if isinstance(why, _Unknown) and why.args else ""
            reason = f"{given}which its builder gives `compile`, can't be written here"
            reason = reason if given else "what its builder compiles it with can't be written here"
            file.uncompiled |= {id(one.node): reason for _, one in of_model}
    return list(found.values())


def _is_compiled_first(file: FileContext, calls: list[tuple[Region, TrainingCall]]) -> bool:
    """Whether a file compiles a model itself, as far as can be seen before it asks anything."""
    compiles = [call for _, call in calls if call.name == "compile"]
    together = len({id(region) for region, _ in calls}) == 1
    asked = [call for _, call in calls if call.name in TRAINING]
    first = min((file.tree.place(call.node) for call in asked), default=(0, 0))
    return any(not together or file.tree.place(call.node) < first for call in compiles)


def _compiled_elsewhere(file: FileContext, model: Model) -> TrainingCall | None:
    """The only `compile` of a model that a function of another file gives."""
    home = given_by_function(model)
    summary = model.summary
    if home is None or home[0].file is file or summary is None or summary.region is not home[0]:
        return None
    calls: list[TrainingCall] = list(home[0].training.values())
    compiles = [c for c in calls if c.name == "compile" and root(c.model) is home[1].model]
    if len(compiles) != 1 or compiles[0].conditional or compiles[0].in_loop:
        return None
    return compiles[0]


def _lines(
    file: FileContext, model: Model, node: cst.Call, compiled: TrainingCall
) -> list[Inserted]:
    """The line for one model, with the imports of losses and metrics that are functions.

    Raises _Unknown where what `compile` is given can't be written there.
    """
    assert model.summary is not None
    home = model.summary.region
    text = file.tree.text
    statement = _statement(ast.parse(text), text, *file.tree.place(node))
    if statement is None or home is None or not isinstance(statement.value, ast.Call):
        raise _Unknown
    maker = _Maker(home, compiled, statement.value, file)
    given = maker.given()
    target = _name_of(model, statement.targets[0])
    bound = {n.id for n in ast.walk(statement.targets[0]) if isinstance(n, ast.Name)}
    if not target or bound & maker.read:
        raise _Unknown  # build(model)
    assert statement.end_lineno is not None
    line = f"{' ' * statement.col_offset}{target}.compile({given})"
    return [*maker.imports(), Inserted(statement.end_lineno, line)]


def _statement(module: ast.Module, text: str, line: int, column: int) -> ast.Assign | None:
    """The statement, on lines of its own, that gives a model its name."""
    lines = text.split("\n")
    offset = len(lines[line - 1][: column - 1].encode())
    for node in ast.walk(module):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            if (node.value.lineno, node.value.col_offset) != (line, offset):
                continue
            before = lines[node.lineno - 1][: node.col_offset]
            after = lines[(node.end_lineno or 0) - 1].encode()[node.end_col_offset or 0 :].decode()
            alone = not before.strip() and re.fullmatch(r"\s*(#.*)?", after) is not None
            return node if alone and len(node.targets) == 1 else None
    return None


def _name_of(model: Model, target: ast.expr) -> str:
    """What the statement calls a model that gets what a function gives; "" where it has no name."""
    result = model.summary.result if model.summary is not None else None
    if isinstance(result, Sequence):
        places = [n for n, item in enumerate(result.items) if item is model.origin]
        names = target.elts if isinstance(target, (ast.Tuple, ast.List)) else []
        if len(places) != 1 or len(names) != len(result.items):
            return ""
        target = names[places[0]]
    written = ast.unparse(target)
    return written if re.fullmatch(r"[A-Za-z_]\w*|self\.\w+", written) else ""


def _function_of(region: Region) -> ast.FunctionDef:
    """The function that a region is of."""
    if isinstance(region.function, cst.FunctionDef):
        line, _ = region.file.tree.place(region.function.name)
        for node in ast.walk(ast.parse(region.file.tree.text)):
            if isinstance(node, ast.FunctionDef) and node.lineno == line:
                return node
    raise _Unknown


class _Maker(ast.NodeTransformer):
    """Writes what `compile` is given in one file as another file sees it."""

    def __init__(
        self, home: Region, compiled: TrainingCall, call: ast.Call, file: FileContext
    ) -> None:
        text = home.file.tree.text
        self.home, self.text, self.file, self.caller = home, text, file, file.tree.text
        self.function = _function_of(home)
        self.read: set[str] = set()  #: names of the caller
        self.stored = [
            n.id
            for n in ast.walk(self.function)
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        ]
        place = home.file.tree.place(compiled.node)[0]
        calls = [n for n in ast.walk(self.function) if isinstance(n, ast.Call)]
        found = [n for n in calls if n.lineno == place and getattr(n.func, "attr", "") == "compile"]
        if len(found) != 1:
            raise _Unknown
        self.compiled = found[0]
        #: functions that the caller does not import, by modules, and whether they are neighbours
        self.wanted: dict[tuple[str, bool], list[str]] = {}
        self.root = call.func.id if isinstance(call.func, ast.Name) else ""
        self.explicit: frozenset[str] = frozenset()  #: parameters that the call gives
        self.parameters = self._bound(call)
        self.depth = 0

    def given(self) -> str:
        """The arguments of the call."""
        made = copy.deepcopy(self.compiled)
        if any(isinstance(a, ast.Starred) for a in made.args) or any(
            k.arg is None for k in made.keywords
        ):
            raise _Unknown
        arguments = [self._written(a) for a in made.args]
        keywords = [f"{k.arg}={self._written(k.value)}" for k in made.keywords]
        return ", ".join([*arguments, *keywords])

    def _written(self, argument: ast.expr) -> str:
        source = ast.unparse(argument)
        try:
            return ast.unparse(self.visit(argument))
        except _Unknown as why:
            raise _Unknown(source) from why

    def _bound(self, call: ast.Call) -> Mapping[str, ast.expr | None]:
        """What the parameters of the function are in the call; None: not known."""
        taken = self.function.args
        if taken.vararg or taken.kwarg or taken.posonlyargs:
            raise _Unknown
        order = [a.arg for a in taken.args]
        defaults = dict(zip(reversed(order), reversed(taken.defaults), strict=False))
        defaults |= {
            a.arg: d for a, d in zip(taken.kwonlyargs, taken.kw_defaults, strict=True) if d
        }
        kinds = {ast.unparse(d) for d in self.function.decorator_list}
        if "classmethod" in kinds:
            order = order[1:]
        elif kinds - {"staticmethod"} or (order[:1] == ["self"]):
            raise _Unknown
        if any(isinstance(a, ast.Starred) for a in call.args) or len(call.args) > len(order):
            raise _Unknown
        found: dict[str, ast.expr | None] = dict(zip(order, call.args, strict=False))
        found |= {k.arg: k.value for k in call.keywords if k.arg is not None}
        spread = [k.value for k in call.keywords if k.arg is None]
        for given in spread:
            if len(spread) > 1 or not isinstance(given, ast.Name):
                raise _Unknown
            self.read.add(given.id)
            names = [*order, *(a.arg for a in taken.kwonlyargs)]
            others = [n for n in names if n not in found]
            found |= {n: self._entry(given.id, n, defaults.get(n)) for n in others}
        held = {name: self._default(d) for name, d in defaults.items() if name not in found}
        self.explicit = frozenset(found)
        return {**found, **held}

    def _entry(self, given: str, key: str, default: ast.expr | None) -> ast.expr | None:
        """An entry of a dict of keywords, in which one that has a default may be missing."""
        if default is None:
            return ast.Name(f'{given}["{key}"]', ast.Load())
        other = self._default(default)
        if other is None:
            return None
        return ast.Name(
            f'{given}.get("{key}", {ast.unparse(_as_written(other, self.text))})', ast.Load()
        )

    def _default(self, node: ast.expr) -> ast.expr | None:
        """What a parameter is where nothing is given, as it is read elsewhere: plain values."""
        if isinstance(node, ast.Name):
            value = self.home.file.globals.get(node.id)
            if isinstance(value, Static) and is_plain(value):
                return ast.Constant(value.expr.value)
        return node if isinstance(node, (ast.Constant, ast.UnaryOp)) else None

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """`tf.keras` is no name of its own."""
        if node.attr == "keras" and isinstance(node.value, ast.Name):
            held = self._held(node.value.id)
            if isinstance(held, Framework) and held.name == "tf":
                return ast.Name(KERAS, ast.Load())
        if isinstance(node.value, ast.Name):
            inner = _inside(self._held(node.value.id), node.attr)
            if isinstance(inner, Function):
                return self._of_function(inner)
            found = _of_module(self._held(node.value.id), node.attr)
            if found is not None:
                theirs = _of_module(self.file.globals.get(node.value.id), node.attr)
                same = theirs is not None and theirs.expr.value == found.expr.value
                return node if same else ast.Name(repr(found.expr.value), ast.Load())
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """What a name stands for."""
        name = node.id
        if name in self.parameters:
            if name in self.stored:
                raise _Unknown
            given = self.parameters[name]
            if given is None:
                raise _Unknown
            if name in self.explicit:
                self._note(given)
            return _as_written(given, self.caller if name in self.explicit else self.text)
        if name in self.stored:
            return self._of_variable(name)
        value = self._held(name)
        if isinstance(value, Framework):
            return _of_framework(value)
        if isinstance(value, Static) and is_plain(value):
            return ast.Name(repr(value.expr.value), ast.Load())
        if value is None and hasattr(builtins, name):
            return node
        if isinstance(value, Function):
            return self._of_function(value)
        raise _Unknown

    def _of_function(self, function: Function) -> ast.expr:
        """A loss or metric of the project, as the caller has it, or imports it from now on."""
        name = name_of(self.file, function)
        if not name:
            name, here = function.name, function.file is self.home.file
            module = self._module_of(function)
            known = name in self.file.tree.words or self._brings() is None
            if function.owner or function.nested_in or not module or known:
                raise _Unknown
            names = self.wanted.setdefault((module, here), [])
            names += [name] * (name not in names)
        return ast.Name(name, ast.Load())

    def _module_of(self, function: Function) -> str:
        """What the caller calls the module of a function; "" where that is not known."""
        if function.file is self.home.file:
            brings = self._brings()
            return "" if brings is None else f"{'.' * brings.level}{brings.module or ''}"
        folders = {os.path.dirname(os.path.realpath(f.path)) for f in (self.file, self.home.file)}
        name = os.path.splitext(os.path.basename(function.file.path))[0]
        near = [locate(folder, name) for folder in folders]
        return name if all(p == Path(function.file.path) for p in near) else ""

    def _brings(self) -> ast.ImportFrom | None:
        """The import that brings the function which compiles to the caller."""
        body = ast.parse(self.caller).body
        imports = (s for s in body if isinstance(s, ast.ImportFrom))
        return next(
            (s for s in imports for a in s.names if (a.asname or a.name) == self.root), None
        )

    def imports(self) -> Iterator[Inserted]:
        """What imports functions, with that which compiles if they are its neighbours."""
        brings = self._brings()
        for (module, here), names in self.wanted.items():
            assert brings is not None
            line, listed = self.caller.split("\n")[brings.lineno - 1], ", ".join(names)
            alone = brings.lineno == brings.end_lineno and not re.search(r"[#;()\\]", line)
            if here and alone:
                yield Inserted(brings.lineno, f", {listed}", joined=True)
            else:
                yield Inserted(brings.end_lineno or 0, f"from {module} import {listed}")

    def _held(self, name: str) -> Value | None:
        """What the function sees under a name that it does not bind."""
        return self.home.scope.values.get(name) or self.home.file.globals.get(name)

    def _of_variable(self, name: str) -> ast.expr:
        """What a variable of the function surely holds: it is bound once, before anything else."""
        self.depth += 1
        made = [
            s.value
            for s in self.function.body
            if isinstance(s, ast.Assign)
            and len(s.targets) == 1
            and isinstance(s.targets[0], ast.Name)
            and s.targets[0].id == name
        ]
        if self.stored.count(name) != 1 or len(made) != 1 or self.depth > 20:
            raise _Unknown
        found: ast.expr = self.visit(copy.deepcopy(made[0]))
        self.depth -= 1
        return found

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        """A number as it is written: `1e-4`."""
        return _as_written(node, self.text) if hasattr(node, "lineno") else node

    def _note(self, given: ast.expr) -> None:
        """Note what the caller's own expression reads; it must mean the same once more."""
        plain = (
            *(ast.Name, ast.Attribute, ast.Constant, ast.Tuple, ast.List, ast.UnaryOp, ast.BinOp),
            *(ast.Subscript, ast.operator, ast.unaryop, ast.expr_context, ast.Slice),
        )
        if not all(isinstance(n, plain) for n in ast.walk(given)):
            raise _Unknown
        self.read |= {n.id for n in ast.walk(given) if isinstance(n, ast.Name)}

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Functions inside of it have names of their own."""
        inner = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
        if isinstance(node, (*inner, ast.NamedExpr, ast.Await)):
            raise _Unknown
        return super().generic_visit(node)


def _inside(module: Value | None, name: str) -> Value | None:
    """What a module of the project has under a name."""
    return module.items.get(name) if isinstance(module, Namespace) else None


def _of_module(module: Value | None, name: str) -> Static | None:
    """The same, where that is a plain value."""
    found = _inside(module, name)
    return found if isinstance(found, Static) and is_plain(found) else None


def _as_written(node: ast.expr, text: str) -> ast.expr:
    """An expression that is printed as it stands in a text."""
    source = ast.get_source_segment(text, node) or ast.unparse(node)
    whole = isinstance(node, (ast.Name, ast.Attribute, ast.Constant, ast.Subscript))
    if "\n" in source:
        return copy.deepcopy(node)
    return ast.Name(source if whole else f"({source})", ast.Load())


def _of_framework(value: Framework) -> ast.expr:
    """A name of Keras."""
    if value.name != "keras" and not value.name.startswith("keras."):
        raise _Unknown
    return ast.parse(value.name.replace("keras", KERAS, 1), mode="eval").body


def names_of_lines(file: FileContext) -> Iterator[tuple[str, Framework]]:
    """What such lines read."""
    if KERAS in file.tree.text:
        yield KERAS, Framework("keras")
