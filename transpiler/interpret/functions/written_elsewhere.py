"""What a function gives `compile`, as a file writes it that calls the function.

def build(units, rate=0.01):               build(8, rate=0.1)
    model.compile(SGD(rate), "mse")        SGD(0.1), "mse"

So does a file that calls another function, which calls that one.
"""

from __future__ import annotations

import ast
import builtins
import copy
from collections.abc import Iterator
from contextlib import suppress
from typing import TypeAlias, TypeGuard

import libcst as cst

from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.compile_callers import KERAS, Caller, NotWritable
from transpiler.interpret.functions.compiled_ways import Compiled
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
from transpiler.source.held_settings import setting
from transpiler.source.settled import Unsettled, settled
from transpiler.source.syntax import all_in

#: What classes are derived from whose objects `compile` gets.
_NAMED = frozenset({
    ("keras.metrics.Metric",), ("keras.Metric",), ("keras.losses.Loss",),
    ("keras.optimizers.schedules.LearningRateSchedule",),
})  # fmt: skip


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
    for found in all_in(ast.parse(file.tree.text)):
        if isinstance(found, ast.Call) and (found.lineno, found.col_offset) == (line, offset):
            if ast.get_source_segment(file.tree.text, found) == source:
                return found
    raise NotWritable


def _function_of(region: Region) -> ast.FunctionDef:
    """The function that a region is of."""
    if isinstance(region.function, cst.FunctionDef):
        line, _ = region.file.tree.place(region.function.name)
        for node in all_in(ast.parse(region.file.tree.text)):
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
            for n in all_in(self.function)
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
        if starred:
            raise NotWritable
        found = dict(zip(order, map(self._written, made.args), strict=False))
        for keyword in made.keywords:
            if keyword.arg is None:
                found |= self._unpacked(keyword.value)
            else:
                found[keyword.arg] = self._written(keyword.value)
        return found

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
        calls = [n for n in all_in(self.function) if isinstance(n, ast.Call)]
        unpacked = [k.value for n in calls for k in n.keywords if k.arg is None]
        unpacked += [a.value for n in calls for a in n.args if isinstance(a, ast.Starred)]
        uses = [n for n in all_in(self.function) if isinstance(n, ast.Name) and n.id == name]
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

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """`cfg.get("loss")` of such a dict."""
        of_dict = isinstance(node.func, ast.Attribute) and node.func.attr == "get"
        return (self._setting(node) if of_dict else None) or self.generic_visit(node)

    def _setting(self, node: ast.expr) -> ast.expr | None:
        """What a setting of the project is; by its name, where the caller has it, too."""
        found, source = self._found(node)
        return ast.Name(source, ast.Load()) if source else copy.deepcopy(found)

    def _found(self, node: ast.expr) -> tuple[ast.expr | None, str]:
        """What a setting is, and how the caller reads it, if it does; None where it is none.

        A parameter is what the call gives for it, or its default.
        """
        root = _root_of(node)
        if root is None or root.id in self.stored:
            return None, ""
        file, home = self.caller.file, self.home.file
        given, frame = self.explicit.get(root.id, (self.defaults.get(root.id, root), self))
        whole = ast.unparse(node).replace(root.id, ast.unparse(given), 1)
        if frame is not None and frame is not self:
            return frame._found(ast.parse(whole, mode="eval").body)
        of_caller = frame is None
        found = setting(
            *((file.path, self.caller.text) if of_caller else (home.path, self.text)), whole
        )
        if found is None:
            return None, ""
        if of_caller:
            plain = _root_of(given) is not None and "(" not in whole
            if plain:
                self.caller.note(given)
            return found, whole if plain else ""
        theirs = setting(file.path, self.caller.text, whole)
        same = theirs is not None and ast.dump(theirs) == ast.dump(found) and "(" not in whole
        return found, whole if same else ""

    def _unpacked(self, node: ast.expr) -> dict[str, str]:
        """The entries of a dict that a `compile` unpacks, as its arguments."""
        if isinstance(node, ast.Name) and self._is_rest(node.id):
            return {name: self._given(place) for name, place in self.more.items()}
        held, _ = self._found(node)
        place: _Place | None = (held, self) if held is not None else self._only_dict(node)
        if place is None or not isinstance(place[0], ast.Dict):
            raise NotWritable(f"**{ast.unparse(node)}")
        pairs = [*zip(place[0].keys, place[0].values, strict=True)]
        if not all(_is_text(key) for key, _ in pairs):
            raise NotWritable(f"**{ast.unparse(node)}")
        return {
            str(key.value): self._given((value, place[1])) if held is None else ast.unparse(value)
            for key, value in pairs
            if _is_text(key)
        }

    def _is_rest(self, name: str) -> bool:
        """Whether a name is `**kwargs` of the function, as the call gives these one by one."""
        taken = self.function.args.kwarg
        return taken is not None and taken.arg == name and not self.spread and self.passes_on(name)

    def _given(self, place: _Place) -> str:
        """What the call gives for a parameter, as the caller writes it."""
        given, frame = place
        if frame is not None:
            return frame._written(copy.deepcopy(given))
        self.caller.note(given)
        return ast.unparse(_as_written(given, self.caller.text))

    def _only_dict(self, node: ast.expr) -> _Place | None:
        """The dict that a variable of the function holds, of which nothing else is asked."""
        name = node.id if isinstance(node, ast.Name) else ""
        uses = [n for n in all_in(self.function) if isinstance(n, ast.Name) and n.id == name]
        if name in self.explicit and len(uses) == 1:
            given, frame = self.explicit[name]
            return _as_dict(given), frame
        made = [
            s.value
            for s in self.function.body
            if isinstance(s, ast.Assign) and [ast.unparse(t) for t in s.targets] == [name]
        ]
        return (_as_dict(made[0]), self) if len(uses) == 2 and len(made) == 1 else None

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
        ways = (n for n in all_in(self.function) if isinstance(n, ast.If))
        if any(map(_makes_layers, (n for way in ways for n in all_in(way)))):
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


def _root_of(node: ast.expr) -> ast.Name | None:
    """The name that an expression such as `config.cfg["loss"]` begins with."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node if isinstance(node, ast.Name) else None


def _is_text(key: ast.expr | None) -> TypeGuard[ast.Constant]:
    return isinstance(key, ast.Constant) and isinstance(key.value, str)


def _as_dict(node: ast.expr) -> ast.expr:
    """`dict(epochs=3)` as a dict that is written out."""
    match node:
        case ast.Call(func=ast.Name("dict"), args=[], keywords=keywords):
            if all(k.arg is not None for k in keywords):
                return ast.Dict(
                    [ast.Constant(k.arg) for k in keywords], [k.value for k in keywords]
                )
    return node


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
