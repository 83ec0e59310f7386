"""What a function gives `compile`, as a file writes it that calls the function.

def build(units, rate=0.01):               build(8, rate=0.1)
    model.compile(SGD(rate), "mse")        SGD(0.1), "mse"

So does a file that calls another function, which calls that one.
"""

from __future__ import annotations

import ast
import builtins
import copy
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import TypeAlias, TypeGuard

import libcst as cst

from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.compiled_ways import Compiled
from transpiler.interpret.functions.wishes import name_of
from transpiler.interpret.region import Region
from transpiler.interpret.training import SIGNATURES
from transpiler.interpret.values import (
    Framework,
    Function,
    Namespace,
    Static,
    UserClass,
    Value,
    is_plain,
)
from transpiler.record import record
from transpiler.source.held_settings import setting
from transpiler.source.imported import locate
from transpiler.source.settled import Unsettled, settled

#: What such statements call Keras; nothing else is called so.
KERAS = "tf2torch_keras"


@record(frozen=True, slots=True)
class Inserted:
    """A line that is put into a file."""

    line: int  #: which line of the file it comes behind, from 1
    text: str
    joined: bool = False  #: at the end of that line, rather


#: What classes are derived from whose objects `compile` gets.
_NAMED = frozenset({
    ("keras.metrics.Metric",), ("keras.Metric",), ("keras.losses.Loss",),
    ("keras.optimizers.schedules.LearningRateSchedule",),
})  # fmt: skip

_Import: TypeAlias = "ast.Import | ast.ImportFrom"


class NotWritable(Exception):
    """Something of the call means nothing to the caller: which argument, where that is known."""


class Caller:
    """The file that calls, and what it needs for what it writes."""

    def __init__(self, file: FileContext, call: ast.Call) -> None:
        self.file, self.text = file, file.tree.text
        called = call.func
        while isinstance(called, ast.Attribute):
            called = called.value
        self.root = called.id if isinstance(called, ast.Name) else ""
        self.read: set[str] = set()  #: names of its own
        #: functions that it does not import, by modules, and whether they are neighbours
        self.wanted: dict[tuple[str, bool], list[str]] = {}

    def note(self, given: ast.expr) -> None:
        """Note what an expression of its own reads; it must mean the same once more."""
        plain = (
            *(ast.Name, ast.Attribute, ast.Constant, ast.Tuple, ast.List, ast.UnaryOp, ast.BinOp),
            *(ast.Subscript, ast.operator, ast.unaryop, ast.expr_context, ast.Slice),
        )
        if not all(isinstance(n, plain) for n in ast.walk(given)):
            raise NotWritable
        self.read |= {n.id for n in ast.walk(given) if isinstance(n, ast.Name)}

    def named(self, function: Function | UserClass) -> ast.expr:
        """A loss or metric of the project, as the file has it, or imports it from now on."""
        name = name_of(self.file, function)
        if not name or self._passed_on(function, name):
            name, module = function.name, self._module_of(function)
            here = self._is_neighbour(module)
            known = name in self.file.tree.words or self._brings() is None
            inner = isinstance(function, Function) and (function.owner or function.nested_in)
            if inner or not module or known:
                raise NotWritable
            names = self.wanted.setdefault((module, here), [])
            names += [name] * (name not in names)
        return ast.Name(name, ast.Load())

    def _passed_on(self, function: Function | UserClass, name: str) -> bool:
        """Whether the file has it by `import models` or a star, of one that imports it itself.

        That one needs it no longer, unless this file says its name.
        """
        if function.file in (None, self.file) or function.name in self.file.tree.words:
            return False
        root, dot, _ = name.partition(".")
        brings = _import_of(root, self.text)
        if brings is None or not (dot or brings.names[0].name == "*"):
            return False
        here = os.path.dirname(os.path.realpath(self.file.path))
        modules = [module for module, bound in _modules(brings) if bound in (root, "*")]
        return not any(_leads(here, m, self.text, function.file.path) for m in modules)

    def _module_of(self, function: Function | UserClass) -> str:
        """What the file calls the module of a function; "" where that is not known."""
        brings, path = self._brings(), function.file.path
        if brings is None:
            return ""
        stem = os.path.splitext(os.path.basename(path))[0]
        module = _module(brings)
        dot = "" if module.endswith(".") else "."
        beside = module[: module.rfind(".") + 1]
        here = os.path.dirname(os.path.realpath(self.file.path))
        near = (module, f"{module}{dot}{stem}", f"{beside}{stem}", stem)
        return next((m for m in near if _leads(here, m, self.text, path)), "")

    def _is_neighbour(self, module: str) -> bool:
        """Whether the function that is called comes from a module, too."""
        brings = self._brings()
        if not isinstance(brings, ast.ImportFrom) or brings.names[0].name == "*":
            return False
        return module == _module(brings) and self.root in {a.asname or a.name for a in brings.names}

    def _brings(self) -> _Import | None:
        """The import that brings the function which is called."""
        return _import_of(self.root, self.text)

    def imports(self) -> Iterator[Inserted]:
        """What imports functions, with that which is called if they are its neighbours."""
        brings = self._brings()
        for (module, here), names in self.wanted.items():
            assert brings is not None
            line, listed = self.text.split("\n")[brings.lineno - 1], ", ".join(names)
            alone = brings.lineno == brings.end_lineno and not re.search(r"[#;()\\]", line)
            if here and alone:
                yield Inserted(brings.lineno, f", {listed}", joined=True)
            else:
                yield Inserted(brings.end_lineno or 0, f"from {module} import {listed}")


def _import_of(name: str, text: str) -> _Import | None:
    """The import that gives a file a name; the last star where none does so by the name."""
    imports = [s for s in ast.parse(text).body if isinstance(s, (ast.Import, ast.ImportFrom))]
    for statement in imports:
        if any((one.asname or one.name).partition(".")[0] == name for one in statement.names):
            return statement
    return next((s for s in reversed(imports) if name and s.names[0].name == "*"), None)


def _modules(brings: _Import) -> Iterator[tuple[str, str]]:
    """The modules that an import may be of, and the names that it binds."""
    module = _module(brings)
    for one in brings.names:
        bound = one.asname or one.name
        if isinstance(brings, ast.Import):
            yield one.name, bound.partition(".")[0]
        elif bound == "*":
            yield module, bound
        else:
            yield f"{module}{'' if module.endswith('.') else '.'}{one.name}", bound


def _module(brings: _Import) -> str:
    """The module that an import is of."""
    if isinstance(brings, ast.Import):
        return brings.names[0].name
    return f"{'.' * brings.level}{brings.module or ''}"


def _leads(folder: str, module: str, text: str, path: str) -> bool:
    """Whether a file in a folder means one with a certain path by a module."""
    found = locate(folder, module, text)
    return found is not None and os.path.realpath(found) == os.path.realpath(path)


def given_in(caller: Caller, call: ast.Call, compiled: Compiled) -> dict[str, str]:
    """The arguments of a `compile` by their parameters, as the caller writes them.

    `call` is its call of the outermost of the functions around that. Raises NotWritable.
    """
    frame: _Frame | None = None
    for entered in compiled.entered:
        if frame is not None:
            call = call_at(frame.home.file, entered.node)
        frame = _Frame(caller, frame, entered.region, call)
    if frame is None:
        raise NotWritable
    return frame.given(compiled.call.node)


def call_at(file: FileContext, node: cst.CSTNode) -> ast.Call:
    """A call of a file as Python's own parser gives it."""
    line, column = file.tree.place(node)
    offset = len(file.tree.text.split("\n")[line - 1][: column - 1].encode())
    source = file.tree.source(node)
    for found in ast.walk(ast.parse(file.tree.text)):
        if isinstance(found, ast.Call) and (found.lineno, found.col_offset) == (line, offset):
            if ast.get_source_segment(file.tree.text, found) == source:
                return found
    raise NotWritable


def _function_of(region: Region) -> ast.FunctionDef:
    """The function that a region is of."""
    if isinstance(region.function, cst.FunctionDef):
        line, _ = region.file.tree.place(region.function.name)
        for node in ast.walk(ast.parse(region.file.tree.text)):
            if isinstance(node, ast.FunctionDef) and node.lineno == line:
                return node
    raise NotWritable


#: An expression, and the function that it stands in; None: the file that calls.
_Place: TypeAlias = "tuple[ast.expr, _Frame | None]"


class _Frame(ast.NodeTransformer):
    """Writes what stands in a function as the file sees it whose call leads there."""

    def __init__(self, caller: Caller, outer: _Frame | None, home: Region, call: ast.Call) -> None:
        self.caller, self.outer, self.home = caller, outer, home
        self.text = home.file.tree.text
        self.function = _function_of(home)
        self.stored = [
            n.id
            for n in ast.walk(self.function)
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        ]
        self.explicit: dict[str, _Place] = {}  #: parameters that the call gives
        self.rest: list[_Place] = []  #: what it gives that goes into `*args`
        self.more: dict[str, _Place] = {}  #: what it gives that goes into `**kwargs`
        self.spread = ""  #: the dict of the file that is unpacked for all else
        self.defaults = self._bound(call)
        self.depth = 0

    def given(self, node: cst.CSTNode) -> dict[str, str]:
        """The arguments of a `compile` in the function."""
        made = copy.deepcopy(call_at(self.home.file, node))
        order = SIGNATURES["compile"]
        if len(made.args) > 2:  # which is the third depends on the generation of Keras
            order = (*order[:2], *(f"*{n}" for n in range(len(made.args))))
        starred = any(isinstance(a, ast.Starred) for a in made.args)
        if starred or any(k.arg is None for k in made.keywords):
            raise NotWritable
        found = dict(zip(order, map(self._written, made.args), strict=False))
        return found | {k.arg: self._written(k.value) for k in made.keywords if k.arg is not None}

    def _written(self, argument: ast.expr) -> str:
        source = ast.unparse(argument)
        try:
            return ast.unparse(self.visit(argument))
        except NotWritable as why:
            raise NotWritable(source) from why

    def _bound(self, call: ast.Call) -> dict[str, ast.expr]:
        """Note what the call gives; the defaults of the other parameters."""
        taken = self.function.args
        if taken.posonlyargs:
            raise NotWritable
        order = [a.arg for a in taken.args]
        defaults = dict(zip(reversed(order), reversed(taken.defaults), strict=False))
        defaults |= {
            a.arg: d for a, d in zip(taken.kwonlyargs, taken.kw_defaults, strict=True) if d
        }
        kinds = {ast.unparse(d) for d in self.function.decorator_list}
        if "classmethod" in kinds:
            order = order[1:]
        elif kinds - {"staticmethod"} or (order[:1] == ["self"]):
            raise NotWritable
        names = [*order, *(a.arg for a in taken.kwonlyargs)]
        places = [*self._positional(call)]
        found = dict(zip(order, places, strict=False))
        self.rest = places[len(order) :]
        found |= {k.arg: (k.value, self.outer) for k in call.keywords if k.arg is not None}
        for name, place in found.items():
            (self.explicit if name in names else self.more)[name] = place
        if self.rest and not taken.vararg:
            raise NotWritable
        if self.more and not taken.kwarg:
            raise NotWritable
        spread = [k.value for k in call.keywords if k.arg is None]
        for unpacked in spread:
            if len(spread) > 1:
                raise NotWritable
            self._unpack(unpacked, [n for n in names if n not in found], defaults)
        return defaults

    def _positional(self, call: ast.Call) -> Iterator[_Place]:
        """The arguments of the call without keywords; `*args` are those of the function around."""
        for argument in call.args:
            if not isinstance(argument, ast.Starred):
                yield argument, self.outer
                continue
            given, outer = argument.value, self.outer
            if outer is None or not isinstance(given, ast.Name) or not outer.passes_on(given.id):
                raise NotWritable
            yield from outer.rest

    def _unpack(self, given: ast.expr, others: list[str], defaults: dict[str, ast.expr]) -> None:
        """Note what the call leaves to a dict."""
        if not isinstance(given, ast.Name):
            raise NotWritable
        if self.outer is None:
            self.spread = given.id
        elif self.outer.passes_on(given.id):
            self.spread = self.outer.spread
            for name, place in self.outer.more.items():
                (self.explicit if name in others else self.more)[name] = place
        else:
            raise NotWritable
        if self.spread:
            self.caller.read.add(self.spread)
            missing = [n for n in others if n not in self.explicit]
            self.explicit |= {n: (self._entry(n, defaults.get(n)), None) for n in missing}

    def passes_on(self, name: str) -> bool:
        """Whether it holds the rest of what the function gets, with which it does nothing else."""
        taken = self.function.args
        if all(one is None or one.arg != name for one in (taken.vararg, taken.kwarg)):
            return False
        calls = [n for n in ast.walk(self.function) if isinstance(n, ast.Call)]
        unpacked = [k.value for n in calls for k in n.keywords if k.arg is None]
        unpacked += [a.value for n in calls for a in n.args if isinstance(a, ast.Starred)]
        uses = [n for n in ast.walk(self.function) if isinstance(n, ast.Name) and n.id == name]
        return all(any(use is one for one in unpacked) for use in uses)

    def _entry(self, key: str, default: ast.expr | None) -> ast.expr:
        """An entry of a dict of keywords, in which one that has a default may be missing."""
        if default is None:
            return ast.Name(f'{self.spread}["{key}"]', ast.Load())
        other = ast.unparse(_as_written(self._default(default), self.text))
        return ast.Name(f'{self.spread}.get("{key}", {other})', ast.Load())

    def _default(self, node: ast.expr) -> ast.expr:
        """What a parameter is where nothing is given, as it is read elsewhere: plain values."""
        if isinstance(node, ast.Name):
            value = self.home.file.globals.get(node.id)
            if isinstance(value, Static) and is_plain(value):
                return ast.Constant(value.expr.value)
        if not isinstance(node, (ast.Constant, ast.UnaryOp)):
            raise NotWritable
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """`tf.keras` is no name of its own."""
        if node.attr == "keras" and isinstance(node.value, ast.Name):
            held = self._held(node.value.id)
            if isinstance(held, Framework) and held.name == "tf":
                return ast.Name(KERAS, ast.Load())
        if isinstance(node.value, ast.Name):
            inner = _inside(self._held(node.value.id), node.attr)
            if _can_be_named(inner):
                return self.caller.named(inner)
            found = _of_module(self._held(node.value.id), node.attr)
            if found is not None:
                theirs = _of_module(self.caller.file.globals.get(node.value.id), node.attr)
                same = theirs is not None and theirs.expr.value == found.expr.value
                return node if same else ast.Name(repr(found.expr.value), ast.Load())
        return self._setting(node) or self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """What a name stands for."""
        name = node.id
        if name in self.explicit or name in self.defaults:
            if name in self.stored:
                raise NotWritable
            if name not in self.explicit:
                return _as_written(self._default(self.defaults[name]), self.text)
            given, frame = self.explicit[name]
            if frame is not None:
                written: ast.AST = frame.visit(copy.deepcopy(given))
                return written
            self.caller.note(given)
            return _as_written(given, self.caller.text)
        if name in self.stored:
            return self._of_variable(name)
        value = self._held(name)
        if isinstance(value, Framework):
            return _of_framework(value)
        if isinstance(value, Static) and is_plain(value):
            return ast.Name(repr(value.expr.value), ast.Load())
        if _can_be_named(value):
            return self.caller.named(value)
        if (found := self._setting(node)) is not None:
            return found
        if value is None and hasattr(builtins, name):
            return node
        raise NotWritable

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """`cfg["loss"]` of a dict of the project."""
        return self._setting(node) or self.generic_visit(node)

    def _setting(self, node: ast.expr) -> ast.expr | None:
        """What a setting of the project is; by its name, where the caller has it, too."""
        root = ast.unparse(node).partition(".")[0].partition("[")[0]
        if not root.isidentifier() or root in (*self.stored, *self.explicit, *self.defaults):
            return None
        source, home, file = ast.unparse(node), self.home.file, self.caller.file
        found = setting(home.path, self.text, source)
        theirs = setting(file.path, self.caller.text, source) if found is not None else None
        if theirs is not None and found is not None and ast.dump(theirs) == ast.dump(found):
            return ast.Name(source, ast.Load())
        return found and copy.deepcopy(found)

    def _held(self, name: str) -> Value | None:
        """What the function sees under a name that it does not bind."""
        return self.home.scope.values.get(name) or self.home.file.globals.get(name)

    def _of_variable(self, name: str) -> ast.AST:
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
            return self._settled(name)
        found: ast.AST = self.visit(copy.deepcopy(made[0]))
        self.depth -= 1
        return found

    def _settled(self, name: str) -> ast.expr:
        """What a variable is by the constants that the call gives the function."""
        ways = (n for n in ast.walk(self.function) if isinstance(n, ast.If))
        if any(map(_makes_layers, (n for way in ways for n in ast.walk(way)))):
            raise NotWritable  # what the loss gets depends on the way, too
        given = {}
        for parameter in (*self.explicit, *self.defaults):
            if parameter not in self.stored:
                with suppress(NotWritable, ValueError, SyntaxError):
                    written = self.visit(ast.Name(parameter, ast.Load()))
                    given[parameter] = ast.literal_eval(ast.unparse(written))
        try:
            found = settled(self.function, given, name)
        except Unsettled:
            raise NotWritable from None
        return ast.parse(repr(found), mode="eval").body

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        """A number as it is written: `1e-4`."""
        return _as_written(node, self.text) if hasattr(node, "lineno") else node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Functions inside of it have names of their own."""
        inner = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
        if isinstance(node, (*inner, ast.NamedExpr, ast.Await)):
            raise NotWritable
        return super().generic_visit(node)


def _makes_layers(node: ast.AST) -> bool:
    """Whether an expression adds a layer to a model, or calls one."""
    match node:
        case ast.Call(func=ast.Attribute(attr="add")) | ast.Call(func=ast.Call()):
            return True
    return False


def _can_be_named(value: Value | None) -> TypeGuard[Function | UserClass]:
    """Whether it is a function of the project, or a class of losses or metrics."""
    of_class = isinstance(value, UserClass) and value.bases[:1] in _NAMED
    return isinstance(value, Function) or of_class


def _inside(module: Value | None, name: str) -> Value | None:
    """What a module of the project has under a name."""
    return module.items.get(name) if isinstance(module, Namespace) else None


def _of_module(module: Value | None, name: str) -> Static | None:
    """The same, where that is a plain value."""
    found = _inside(module, name)
    return found if isinstance(found, Static) and is_plain(found) else None


def _as_written(node: ast.expr, text: str) -> ast.expr:
    """An expression that is printed as it stands in a text."""
    source = ast.get_source_segment(text, node) if hasattr(node, "lineno") else None
    source = source or ast.unparse(node)
    whole = isinstance(node, (ast.Name, ast.Attribute, ast.Constant, ast.Subscript))
    if "\n" in source:
        return copy.deepcopy(node)
    return ast.Name(source if whole else f"({source})", ast.Load())


def _of_framework(value: Framework) -> ast.expr:
    """A name of Keras."""
    if value.name != "keras" and not value.name.startswith("keras."):
        raise NotWritable
    return ast.parse(value.name.replace("keras", KERAS, 1), mode="eval").body
