"""Which names an expression may stand for when the program runs, as far as its text tells.

def head(units, last="softmax"):            head(3)      head(1, "sigmoid")
    return Dense(units, activation=last)    # "softmax" or "sigmoid"
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from transpiler.source.syntax import all_in, program_tree


def names_it_may_be(text: str, expression: str) -> frozenset[str] | None:
    """The last words of all names and functions that it may be; None where one isn't seen.

    `None` is the word "None".
    """
    module = program_tree(text)
    try:
        wanted = ast.parse(expression, mode="eval").body
    except SyntaxError:  # it has tokens for what is named later
        return None
    return None if module is None else _together(_Values(module).of(wanted))


class _Values:
    """What the names of a text may hold, whichever function they belong to."""

    def __init__(self, module: ast.Module) -> None:
        self._nodes = list(all_in(module))
        self._seen: set[str] = set()

    def of(self, node: ast.expr | None) -> Iterator[str | None]:
        """The names that an expression may be; None for what isn't seen."""
        match node:
            case ast.Constant(value=str() | None as value):
                yield str(value)
            case ast.IfExp(body=one, orelse=other):
                yield from self.of(one)
                yield from self.of(other)
            case ast.Attribute(value=ast.Attribute(attr="activations" | "nn"), attr=name):
                yield name
            case ast.Attribute(value=ast.Name("activations"), attr=name):
                yield name
            case ast.Name(id=name) | ast.Attribute(value=ast.Name(), attr=name):
                if name not in self._seen:  # else its other values are found where it was met first
                    self._seen.add(name)
                    found = list(self._bound(name))
                    if isinstance(node, ast.Attribute):
                        found += self._kept(name)
                    yield from found or [None]
            case _:
                yield None

    def _bound(self, name: str) -> Iterator[str | None]:
        """What all places give that bind a name, or an attribute of that name."""
        for node in self._nodes:
            match node:
                case ast.Assign(targets=targets, value=value):
                    for target in targets:
                        yield from self._assigned(target, value, name)
                case ast.AnnAssign(target=target, value=value):
                    yield from self._assigned(target, value, name)
                case ast.For(target=target) | ast.comprehension(target=target):
                    yield from self._assigned(target, None, name)
                case ast.NamedExpr(target=target) | ast.AugAssign(target=target):
                    yield from self._assigned(target, None, name)
                case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                    yield from self._given(node, name)
                case ast.ClassDef():
                    for inner in node.body:
                        if isinstance(inner, ast.FunctionDef) and inner.name == "__init__":
                            yield from self._calls(node.name, inner, name)
                case ast.alias(asname=alias, name=imported):
                    if name == (alias or imported):
                        yield imported if imported in ("softmax", "sigmoid") else None

    def _kept(self, name: str) -> Iterator[str | None]:
        """What else may be in an attribute of that name."""
        for node in self._nodes:
            match node:
                case ast.keyword(arg=parameter, value=value) if parameter == name:
                    yield from self.of(value)  # `SimpleNamespace(act="relu")`
                case ast.ClassDef(decorator_list=[_, *_]) | ast.ClassDef(bases=[_, *_]):
                    if any(isinstance(n, ast.AnnAssign) for n in node.body):
                        yield None  # what makes an object of it may set it by its place
                case ast.Name(id="setattr") | ast.Attribute(attr="__dict__"):
                    yield None

    def _assigned(
        self, target: ast.expr, value: ast.expr | None, name: str
    ) -> Iterator[str | None]:
        match target:
            case ast.Name(id=bound) | ast.Attribute(attr=bound):
                if bound == name:
                    yield from self.of(value)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                paired = isinstance(value, ast.Tuple) and len(value.elts) == len(parts)
                values = (
                    value.elts if paired and isinstance(value, ast.Tuple) else [None] * len(parts)
                )
                for part, given in zip(parts, values, strict=True):
                    yield from self._assigned(part, given, name)
            case ast.Starred(value=inner):
                yield from self._assigned(inner, None, name)

    def _given(
        self, function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, name: str
    ) -> Iterator[str | None]:
        """What calls of a function give for a parameter of that name."""
        if isinstance(function, ast.FunctionDef):
            if function.name != "__init__":
                yield from self._calls(function.name, function, name)
            return
        given = function.args
        if any(a.arg == name for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)):
            yield None

    def _calls(self, called: str, function: ast.FunctionDef, name: str) -> Iterator[str | None]:
        given = function.args
        order = [a.arg for a in (*given.posonlyargs, *given.args)]
        keys = [*order, *(a.arg for a in given.kwonlyargs)]
        if name not in keys:
            if name in {a.arg for a in (given.vararg, given.kwarg) if a is not None}:
                yield None
            return
        defaults = dict(zip(reversed(order), reversed(given.defaults), strict=False))
        pairs = zip(given.kwonlyargs, given.kw_defaults, strict=True)
        defaults |= {a.arg: value for a, value in pairs if value is not None}
        order = order[1:] if order[:1] in (["self"], ["cls"]) else order
        calls = [n for n in self._nodes if isinstance(n, ast.Call) and _called(n.func) == called]
        mentions = [n for n in self._nodes if isinstance(n, ast.expr) and _called(n) == called]
        if len(mentions) != len(calls):
            yield None  # it is handed on, and called elsewhere
        for call in calls:
            starred = any(isinstance(a, ast.Starred) for a in call.args)
            if starred or not all(k.arg for k in call.keywords):
                yield None
            passed = dict(zip(order, call.args, strict=False))
            passed |= {k.arg: k.value for k in call.keywords if k.arg}
            value = passed.get(name, defaults.get(name))
            yield from self.of(value)


def _called(node: ast.expr) -> str:
    """The function that an expression names, also of an object or module."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _together(found: Iterator[str | None]) -> frozenset[str] | None:
    names = list(found)
    known = [name for name in names if name is not None]
    return frozenset(known) if len(known) == len(names) else None
