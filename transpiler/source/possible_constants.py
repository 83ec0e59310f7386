"""The constants that an expression may be when the program runs, as far as its files tell.

SPLITS = {"small": 0.0, "large": 0.2}
for name, share in SPLITS.items():
    train(share)                # `validation_split` of its `fit` may be 0.0, or 0.2
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache
from itertools import product
from operator import add, floordiv, mul, sub, truediv

from transpiler.source.held_values import (
    Binding,
    Function,
    HeldValues,
    called_name,
    ordered,
)
from transpiler.source.imported import imported_texts, read_text
from transpiler.source.importers import importing_files
from transpiler.source.remembered import remembered
from transpiler.source.syntax import all_in, program_tree

#: What is made of an expression: the source of a constant, with "0" for each zero, "" for
#: another value, None for what isn't seen.
Constants = frozenset[str | None]


def constants_it_may_be(text: str, path: str, expression: str) -> Constants:
    """All values that an expression of a file may have; names count whatever holds them."""
    return frozenset(map(_constant, _ends(text, path, expression)))


def constants_in(texts: tuple[str, ...], expression: str) -> Constants:
    """The same, as far as some texts tell."""
    return frozenset(map(_constant, _ends_in(texts, expression)))


def lengths_it_may_have(text: str, path: str, expression: str) -> frozenset[int]:
    """How many elements the tuples have that an expression of a file may be."""
    return frozenset(
        len(end.elts) for end in _ends(text, path, expression) if isinstance(end, ast.Tuple)
    )


def may_be_collection(texts: tuple[str, ...], expression: str, several: bool) -> bool:
    """Whether an expression may be a list or dict that some texts write out, or fill in a loop.

    Unless `several` are wanted, a longer list is one to choose from: `random.choice(losses)`.
    """
    return any(
        isinstance(end, _DICTS)
        or (isinstance(end, _LISTS) and (several or len(getattr(end, "elts", "1")) == 1))
        for end in _ends_in(texts, expression)
    )


_DICTS = (ast.Dict, ast.DictComp)
_LISTS = (ast.List, ast.Tuple, ast.Set, ast.ListComp, ast.SetComp, ast.GeneratorExp)


def _ends(text: str, path: str, expression: str) -> Iterator[ast.expr | None]:
    return _ends_in(texts_around(text, path), expression)


def _ends_in(texts: tuple[str, ...], expression: str) -> Iterator[ast.expr | None]:
    try:
        wanted = ast.parse(expression, mode="eval").body
    except SyntaxError:  # it has tokens for what is named later
        return iter([None])
    return iter(_program(texts).all_ends(wanted))


def texts_around(text: str, path: str) -> tuple[str, ...]:
    """A file, those which import it, and all that any of them imports."""
    return (text, *_texts_beside(path)) if path else (text,)


@remembered
def _texts_beside(path: str) -> tuple[str, ...]:
    found = {path: read_text(path)}
    found |= {other: read_text(other) for other in importing_files(path, r"\w\(")}
    pending = list(found)
    while pending:
        place = pending.pop(0)
        for other, imported in imported_texts(found[place], place):
            if str(other) not in found:
                found[str(other)] = imported
                pending.append(str(other))
    del found[path]
    return tuple(found.values())


@lru_cache(maxsize=8)
def _program(texts: tuple[str, ...]) -> _Program:
    return _Program([tree for text in texts if (tree := program_tree(text)) is not None])


def _constant(end: ast.expr | None) -> str | None:
    match end:
        case None:
            return None
        case ast.Constant(value=None):
            return "None"
        case ast.Constant(value=int() | float() as value):
            return "0" if value == 0 else repr(value)
        case ast.Constant(value=value):
            return repr(value)
        case ast.UnaryOp(operand=ast.Constant()):
            return ast.unparse(end)
    return ""


_ARRANGING = frozenset({"list", "tuple", "set", "sorted", "reversed", "tqdm", "trange", "iter"})
_COUNTING = frozenset({"len", "int", "float", "max", "min", "round", "abs", "sum", "range"})


#: How many expressions are looked at for one answer; of what would take more, nothing is known.
_MOST = 4_000


class _TooMany(Exception):
    """An expression may be too much."""


class _Program:
    """What the expressions of some files may be."""

    def __init__(self, modules: list[ast.Module]) -> None:
        self._held = HeldValues(modules)
        nodes = (node for module in modules for node in module.body)
        imports = (n for n in nodes if isinstance(n, (ast.Import, ast.ImportFrom)))
        self._imported = {a.asname or a.name for node in imports for a in node.names}
        self._pending: set[str] = set()
        self._found: dict[str, list[ast.expr | None]] = {}
        self._left = _MOST

    def all_ends(self, node: ast.expr) -> list[ast.expr | None]:
        """The expressions that say what it is; None where they are too many, too."""
        self._left = _MOST
        try:
            return [*self.ends(node)]
        except _TooMany:
            self._found |= {key: [None] for key in self._pending}
            self._pending.clear()
            return [None]

    def ends(self, node: ast.expr | None) -> Iterator[ast.expr | None]:
        """The expressions that say what it is; None for what isn't seen."""
        self._left -= 1
        if self._left < 0:
            raise _TooMany
        match node:
            case ast.IfExp(body=one, orelse=other):
                yield from self.ends(one)
                yield from self.ends(other)
            case ast.BoolOp(op=ast.Or(), values=[*first, last]):
                found = [end for value in first for end in self.ends(value)]
                yield from (end for end in found if _constant(end) not in ("None", "0"))
                yield from self.ends(last)
            case ast.BoolOp(op=ast.And(), values=[*first, last]):
                found = [end for value in first for end in self.ends(value)]
                yield from (end for end in found if _constant(end) in ("None", "0"))
                yield from self.ends(last)
            case ast.NamedExpr(value=value):
                yield from self.ends(value)
            case ast.BinOp(left=left, op=operator, right=right):
                yield from _results([*self.ends(left)], operator, [*self.ends(right)], node)
            case ast.Name(id=name):
                yield from self._named(name)
            case ast.Attribute(attr=name):
                yield from self._field(name)
            case ast.Subscript(slice=ast.Constant(value=str(name))):
                yield from self._field(name)
            case ast.Subscript(value=value, slice=ast.Constant(value=int(place))):
                yield from self._places(value, place)
            case ast.Subscript(value=value):
                yield from self._entries(value)
            case ast.Call():
                yield from self._made(node)
            case _:
                yield node

    def _made(self, call: ast.Call) -> Iterator[ast.expr | None]:
        """What a call gives."""
        match call:
            case ast.Call(
                func=ast.Attribute(value=held, attr="get" | "pop" | "setdefault" as how),
                args=[key, *default],
            ):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield from self._field(key.value)
                else:
                    yield from self._entries(held)
                if default:
                    yield from self.ends(default[0])
                elif how == "get":
                    yield ast.Constant(None)
            case ast.Call(
                func=ast.Name("getattr"), args=[_, ast.Constant(value=str(name)), *default]
            ):
                yield from self._field(name)
                for value in default:
                    yield from self.ends(value)
            case ast.Call(func=func) if (called := called_name(func)) in self._held.functions:
                yield from self._once(f"{called}()", lambda: self._returned(called))
            case ast.Call(func=func) if called_name(func) in _COUNTING:
                yield call
            case ast.Call(func=ast.Attribute(attr="items" | "values")):
                yield call
            case ast.Call(func=ast.Attribute(value=ast.Name()) | ast.Name()):
                yield call if called_name(call.func) not in self._held.parameters else None
            case _:
                yield None

    def _returned(self, called: str) -> Iterator[ast.expr | None]:
        for function in self._held.functions[called]:
            for node in all_in(function):
                if isinstance(node, ast.Return):
                    yield from self.ends(node.value or ast.Constant(None))

    def _once(
        self, key: str, what: Callable[[], Iterator[ast.expr | None]]
    ) -> list[ast.expr | None]:
        """The same again where it was asked for before; nothing where it asks for itself."""
        if key in self._pending:
            return []
        if key not in self._found:
            self._pending.add(key)
            self._found[key] = [*{_constant(end) or end: end for end in what()}.values()]
            self._pending.discard(key)
        return self._found[key]

    def _named(self, name: str) -> list[ast.expr | None]:
        known = (
            self._held.bindings[name] or self._held.parameters[name] or name in self._held.aliases
        )
        return self._once(name, lambda: self._of_name(name)) if known else [None]

    def _of_name(self, name: str) -> Iterator[ast.expr | None]:
        for binding in self._held.bindings[name]:
            yield from self._bound(binding, name)
        for called, function in self._held.parameters[name]:
            yield from self._given(called, function, name)
        if name in self._held.aliases:
            yield from self._named(self._held.aliases[name])

    def _field(self, name: str) -> list[ast.expr | None]:
        return self._once(f".{name}", lambda: self._of_field(name)) or [None]

    def _of_field(self, name: str) -> Iterator[ast.expr | None]:
        known = False
        for value in self._held.fields[name]:
            known = True
            yield from self.ends(value)
        for binding in self._held.bindings[f".{name}"]:
            known |= not self._is_of_module(binding.target, name)  # that has it from the start
            yield from self._bound(binding, f".{name}")
        if not known and name in self._held.functions:
            yield from self._returned(name)
        elif not known:  # a variable of another module
            yield from self._of_name(name)

    def _is_of_module(self, target: ast.expr, name: str) -> bool:
        """Whether a variable of another module is set: `config.LOSS = "mae"`."""
        match target:
            case ast.Attribute(value=ast.Name(id=held), attr=attr):
                return attr == name and held in self._imported
        return False

    def _bound(self, binding: Binding, name: str) -> Iterator[ast.expr | None]:
        if binding.value is None:
            yield None
            return
        values = self._entries(binding.value) if binding.each else [binding.value]
        for value in values:
            yield from self._part(binding.target, value, name)

    def _part(
        self, target: ast.expr, value: ast.expr | None, name: str
    ) -> Iterator[ast.expr | None]:
        """What an assignment to some target gives a name."""
        if isinstance(target, (ast.Tuple, ast.List)):
            for place, inner in enumerate(target.elts):
                if any(_is_named(n, name) for n in all_in(inner)):
                    starred = any(isinstance(t, ast.Starred) for t in target.elts)
                    for part in [None] if starred else self._places(value, place):
                        yield from self._part(inner, part, name)
        elif _is_named(target, name):
            yield from self.ends(value) if value is not None else [None]

    def _places(self, node: ast.expr | None, place: int) -> Iterator[ast.expr | None]:
        """What stands at some place of what an expression may be."""
        for end in self.ends(node) if node is not None else [None]:
            if isinstance(end, (ast.Tuple, ast.List)) and -len(end.elts) <= place < len(end.elts):
                yield from self.ends(end.elts[place])
            else:
                yield None

    def _entries(self, node: ast.expr) -> Iterator[ast.expr | None]:
        """The elements of what is gone through, or the values of a table."""
        for end in self.ends(node):
            match end:
                case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
                    for part in parts:
                        yield part.value if isinstance(part, ast.Starred) else part
                case ast.Dict(values=values):
                    yield from values
                case ast.ListComp(elt=element) | ast.GeneratorExp(elt=element):
                    yield element
                case ast.DictComp(value=value):
                    yield value
                case ast.Call(func=ast.Attribute(value=held, attr="items")):
                    for table in self.ends(held):
                        pairs = _pairs(table)
                        yield from pairs
                        if not pairs:
                            yield None
                case ast.Call(func=ast.Attribute(value=held, attr="values")):
                    yield from self._entries(held)
                case ast.Call(func=func, args=[first, *rest]):
                    yield from self._gone_through(called_name(func), first, rest)
                case _:
                    yield None

    def _gone_through(
        self, called: str, first: ast.expr, rest: list[ast.expr]
    ) -> Iterator[ast.expr | None]:
        """The elements of what a function makes of something."""
        if called in _ARRANGING:
            yield from self._entries(first)
        elif called == "enumerate":
            for entry in self._entries(first):
                yield _tuple([ast.Name("index"), entry])
        elif called in ("zip", "product"):
            columns = [[*self._entries(part)] for part in (first, *rest)]
            longest = max(map(len, columns))
            for row in range(longest):
                yield _tuple([c[row % len(c)] if c else None for c in columns])
        else:
            yield None

    def _given(self, called: str, function: Function, name: str) -> Iterator[ast.expr | None]:
        """What calls of a function give one of its parameters, or its default."""
        arguments = function.args
        order = ordered(function)
        defaults = dict(zip(reversed(order), reversed(arguments.defaults), strict=False))
        for parameter, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            if default is not None:
                defaults[parameter.arg] = default
        if name in defaults:
            yield from self.ends(defaults[name])
        order = order[1:] if order[:1] in (["self"], ["cls"]) else order
        calls = self._held.calls[called]
        if called != function.name:  # it makes objects
            calls = [*calls, *self._held.calls["__init__"], *self._calls_of_heirs(called)]
        if not calls and name not in defaults:
            yield None
        for call in calls:
            starred = any(isinstance(a, ast.Starred) for a in call.args)
            passed = {} if starred else dict(zip(order, call.args, strict=False))
            passed |= {k.arg: k.value for k in call.keywords if k.arg}
            if name in passed:
                yield from self.ends(passed[name])
            elif any(k.arg is None for k in call.keywords):
                yield from self._field(name)
            elif starred:
                yield None

    def _calls_of_heirs(self, called: str) -> Iterator[ast.Call]:
        for name, node in self._held.classes.items():
            if called in map(called_name, node.bases):
                yield from self._held.calls[name]


_OPERATIONS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: add, ast.Sub: sub, ast.Mult: mul, ast.Div: truediv, ast.FloorDiv: floordiv,
}  # fmt: skip


def _results(
    left: list[ast.expr | None], how: ast.operator, right: list[ast.expr | None], node: ast.BinOp
) -> Iterator[ast.expr]:
    """What an operation gives, where all that it is about are numbers; else the operation."""
    operation, first, second = _OPERATIONS.get(type(how)), _numbers(left), _numbers(right)
    if operation is None or (len(first), len(second)) != (len(left), len(right)):
        yield node
        return
    for one, other in product(first, second):
        with suppress(ArithmeticError):
            yield ast.Constant(operation(one, other))


def _numbers(ends: list[ast.expr | None]) -> list[float]:
    values = [end.value for end in ends if isinstance(end, ast.Constant)]
    return [v for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)]


def _is_named(node: ast.AST, name: str) -> bool:
    """Whether a target is the variable, or the attribute or entry, of that name."""
    match node:
        case ast.Name(id=found):
            return found == name
        case ast.Attribute(attr=found) | ast.Subscript(slice=ast.Constant(value=str(found))):
            return f".{found}" == name
    return False


def _pairs(table: ast.expr | None) -> list[ast.expr]:
    if not isinstance(table, ast.Dict):
        return []
    return [
        _tuple([key, value]) for key, value in zip(table.keys, table.values, strict=True) if key
    ]


def _tuple(parts: list[ast.expr | None]) -> ast.Tuple:
    """A tuple of expressions, in which nothing known stands for what isn't seen."""
    return ast.Tuple([part if part is not None else _UNSEEN for part in parts])


#: A name that nothing binds.
_UNSEEN = ast.Name("<unseen>")
