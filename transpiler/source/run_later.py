"""The code that runs whenever data give a batch, not where the program makes the data.

def batches():                          # runs later, up to each `yield`
    while True:
        yield augment(x, y)             # and so does what that calls
data = batches()
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import lru_cache

from transpiler.source.syntax import all_in, parts_of, program_tree, python_tree

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_INNER = (*_FUNCTIONS, ast.ClassDef, ast.Lambda)
_MADE = (*_FUNCTIONS, ast.ClassDef)
#: Methods that run where nobody names them.
_ASKED_FOR = frozenset(
    {"__iter__", "__next__", "__getitem__", "__len__", "__call__", "on_epoch_begin", "on_epoch_end"}
)


@lru_cache(maxsize=4)
def _names_of(text: str) -> _Names:
    return _Names(program_tree(text) or ast.Module([], []))


class _Names:
    """What a program makes and binds by each name, whichever scope or object has it."""

    def __init__(self, module: ast.Module) -> None:
        self.made: dict[str, list[ast.AST]] = {}
        self.bound: dict[str, list[ast.AST]] = {}
        called: dict[str, list[ast.AST]] = {}
        nodes = list(all_in(module))
        for node in nodes:
            if isinstance(node, _MADE):
                self.made.setdefault(node.name, []).append(node)
            elif isinstance(node, ast.Call):
                given = [*node.args, *(keyword.value for keyword in node.keywords)]
                called.setdefault(_last(node.func), []).extend(given)
            for target, value in bindings(node):
                for part in all_in(target):
                    if name := _last(part):
                        self.bound.setdefault(name, []).append(value)
        for name, made in [*self.made.items()]:
            for node in made:
                self._take_parameters(node, called.get(name, ()))
                for one in node.body if isinstance(node, ast.ClassDef) else ():
                    if isinstance(one, _FUNCTIONS) and one.name == "__init__":
                        self._take_parameters(one, called.get(name, ()))

    def _take_parameters(self, node: ast.AST, given: Iterable[ast.AST]) -> None:
        """A parameter may be anything that calls by its function's name hand on."""
        if isinstance(node, _FUNCTIONS):
            for argument in all_in(node.args):
                if isinstance(argument, ast.arg) and argument.arg not in ("self", "cls"):
                    self.bound.setdefault(argument.arg, []).extend(given)


def bindings(node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """What a node gives a value, and from what."""
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from ((target, value) for target in targets)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield target, value
        case ast.AugAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value):
            yield target, value
        case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
            yield target, value
        case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
            yield target, value


def _last(node: ast.AST) -> str:
    """`gen` of `gen`, and of `self.data.gen`."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def run_later(text: str, expressions: Iterable[str]) -> list[ast.AST]:
    """The parts of a program that run while somebody takes what some expressions give."""
    walk = _Walk(_names_of(text))
    for expression in expressions:
        walk.now(python_tree(f"({expression})") or ast.Module([], []))
    return walk.later


class _Walk:
    """Follows names, to what runs now and what runs later."""

    def __init__(self, names: _Names) -> None:
        self.names = names
        self.later: list[ast.AST] = []
        self._seen: set[tuple[int, bool]] = set()

    def now(self, node: ast.AST) -> None:
        """What is evaluated where the data are made."""
        if self._is_new(node, later=False):
            called = {id(n.func) for n in _own_nodes(node) if isinstance(n, ast.Call)}
            for inner in _own_nodes(node):
                if isinstance(inner, ast.Lambda):
                    self.afterwards(inner.body)
                elif isinstance(inner, ast.GeneratorExp):
                    self.afterwards(inner)
                elif name := _last(inner):
                    self._named(name, called=id(inner) in called)

    def _named(self, name: str, called: bool) -> None:
        """What a name stands for that is called there, or handed on."""
        for made in self.names.made.get(name, ()):
            if isinstance(made, ast.ClassDef):
                for one in made.body:
                    if called and isinstance(one, _FUNCTIONS) and one.name == "__init__":
                        self._body(one)
                    elif isinstance(one, _FUNCTIONS) and one.name in _ASKED_FOR:
                        self.afterwards(one)
            elif called and not _is_generator(made):
                self._body(made)
            else:
                self.afterwards(made)
        for value in self.names.bound.get(name, ()):
            self.now(value)

    def _body(self, function: ast.AST) -> None:
        for statement in getattr(function, "body", ()):
            self.now(statement)

    def afterwards(self, node: ast.AST) -> None:
        """What runs later, with all that it calls."""
        if self._is_new(node, later=True):
            self.later.append(node)
            for inner in all_in(node):
                if name := _last(inner):
                    for made in self.names.made.get(name, ()):
                        self.afterwards(made)
                    for value in self.names.bound.get(name, ()):
                        self.now(value)

    def _is_new(self, node: ast.AST, later: bool) -> bool:
        key = id(node), later
        new = key not in self._seen
        self._seen.add(key)
        return new


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of what is evaluated with it: functions that it makes run when they are called."""
    if isinstance(node, _MADE):
        return
    yield node
    if not isinstance(node, (*_INNER, ast.GeneratorExp)):
        for inner in parts_of(node):
            yield from _own_nodes(inner)


def _is_generator(function: ast.AST) -> bool:
    """Whether calling a function only makes what runs later."""
    body = getattr(function, "body", [])
    return any(
        isinstance(node, (ast.Yield, ast.YieldFrom))
        for statement in body
        for node in _own_nodes(statement)
    )


def is_in(text: str, start: int, nodes: Iterable[ast.AST]) -> bool:
    """Whether an offset is in one of some nodes of a program."""
    begin = text.rfind("\n", 0, start) + 1
    place = text.count("\n", 0, start) + 1, len(text[begin:start].encode())
    return any(
        (node.lineno, node.col_offset) <= place < (node.end_lineno or 0, node.end_col_offset or 0)
        for node in nodes
        if isinstance(node, (ast.expr, ast.stmt))
    )
