"""Where a program changes something: gives variables, attributes and entries other values.

args.rate = 0.1                        # `args.rate`
config["rate"] = 0.1                   # `config["rate"]`
metrics.append("mae")                  # something in `metrics`
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from transpiler.record import record
from transpiler.source.array_changes import changed_array
from transpiler.source.changed_inside import METHODS, libraries_in, own_nodes
from transpiler.source.remembered import remembered
from transpiler.source.syntax import all_in, parts_of, program_tree

#: The part of a path that may be any attribute or entry.
ANY = "*"
#: Stands for the variable where something is reached through what a call gives.
GIVEN = "()"
Function: TypeAlias = "ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda"
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IMPORTS = (ast.Import, ast.ImportFrom)
_METHODS = METHODS | {
    "add", "appendleft", "discard", "extendleft", "fill", "popleft", "put", "rotate", "__setitem__",
}  # fmt: skip


@record(frozen=True, slots=True)
class Scope:
    """A function, or the module, and whose variables its names are."""

    function: Function | None
    outer: Scope | None
    parameters: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()

    def owner(self, name: str) -> Function | None:
        """The function of which a name is a variable; None is the module."""
        if name in self.own or self.outer is None:
            return self.function
        return self.outer.owner(name)


@record(frozen=True, slots=True)
class Effect:
    """One place that changes something."""

    line: int  #: from 1, of where it ends, when it has happened
    column: int  #: in bytes
    path: tuple[str, ...]  #: a variable, and what is reached through it: `args`, `.rate`
    scope: Scope
    node: ast.AST

    @property
    def adds(self) -> bool:
        """Whether it is `x += ...`, which leaves numbers as they are."""
        return isinstance(self.node, ast.AugAssign)

    @property
    def on_parameter(self) -> bool:
        """Whether the function has got from elsewhere what it changes something of."""
        return self.path[0] in self.scope.parameters


def path_of(node: ast.AST) -> tuple[str, ...]:
    """A variable, and what is reached through it: `config["a"][i].b`; nothing of other things."""
    parts: list[str] = []
    while True:
        match node:
            case ast.Name(id=name):
                return (name, *reversed(parts))
            case ast.Attribute(value=node, attr=name):
                parts.append(ANY if name == "__dict__" else f".{name}")
            case ast.Subscript(
                value=ast.Call(func=ast.Name(id="vars" | "locals" | "globals"), args=[]),
                slice=ast.Constant(value=str(name)),
            ):
                return (name, *reversed(parts))
            case ast.Subscript(value=node, slice=key):
                parts.append(f"[{key.value!r}]" if isinstance(key, ast.Constant) else ANY)
            case ast.Call(func=ast.Name(id="vars"), args=[node]):
                parts.append(ANY)
            case _:
                return ()


#: What an array has that stays as it is when one of its entries gets another value.
_STEADY = frozenset({".shape", ".ndim", ".dtype", ".size"})


def may_be_one(part: str, other: str) -> bool:
    """Whether two parts behind the same object may lead to the same.

    `.get` reads of a dict what stands under some key, and `.rate` may be its `["rate"]`.
    """
    if part == other or ANY in (part, other):
        return True
    return part.startswith("[") != other.startswith("[") and _STEADY.isdisjoint((part, other))


#: What reads the entries of a list or dict, whatever their keys are.
_LOOKS = frozenset({".get", ".items", ".values", ".keys", ".copy", ".index", ".count"})


def looks_up(parts: Iterable[str]) -> bool:
    """Whether a path leads through an entry of which the key is not known."""
    return any(part == ANY or part in _LOOKS for part in parts)


def spelled(path: tuple[str, ...]) -> str:
    """A path as it is said: `config["a"].b`, `config[...]`; `table` of what `table.get` reads."""
    parts = path[:-1] if path[-1] in _LOOKS else path
    return "".join("[...]" if part == ANY else part for part in parts)


def effects_in(module: ast.Module) -> tuple[list[Effect], list[Scope]]:
    """All of a program, and its scopes."""
    found: list[Effect] = []
    nodes = list(own_nodes(module))
    scopes = [(Scope(None, None), nodes, _changes(nodes))]
    for scope, nodes, changes in scopes:  # grows
        for node, path in changes:
            found.append(Effect(*_end(node), path, scope, node))
        again = _defined_again(scope.function or module)
        found += (Effect(*_end(one), (one.name,), scope, one) for one in again)
        scopes += (_scope_of(n, scope) for n in nodes if isinstance(n, _FUNCTIONS))
    every = [node for _, nodes, _ in scopes for node in nodes]
    found += (Effect(*_end(n), path, scopes[0][0], n) for n, path in _by_other_names(every))
    imported = {one.path[0] for one in found if isinstance(one.node, _IMPORTS)}
    if any(one.path[0] in imported and isinstance(one.node, ast.Call) for one in found):
        libraries = libraries_in(all_in(module))
        found = [e for e in found if e.path[0] not in libraries or not isinstance(e.node, ast.Call)]
    return found, [scope for scope, *_ in scopes]


@remembered
def effects_of(program: str) -> tuple[list[Effect], list[Scope]]:
    """All of a file, of which many ask; none of one that Python can't parse."""
    return effects_in(program_tree(program) or ast.Module([], []))


def _defined_again(
    scope: ast.AST,
) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """The functions and classes that take the name of one before; not the methods of classes."""
    pending, names = [*parts_of(scope)], set[str]()
    while pending:
        node = pending.pop(0)
        if isinstance(node, _NAMED):
            if node.name in names:
                yield node
            names.add(node.name)
        elif isinstance(node, (ast.stmt, ast.ExceptHandler)):
            pending = [*parts_of(node), *pending]


#: What gets another value, and the node that gives it.
_Changes: TypeAlias = "list[tuple[ast.AST, tuple[str, ...]]]"


def _changes(nodes: list[ast.AST]) -> _Changes:
    return [(node, path) for node in nodes for path in changed_by(node) if path]


def _end(node: ast.AST) -> tuple[int, int]:
    """The line and column where a node ends."""
    return getattr(node, "end_lineno", 0), getattr(node, "end_col_offset", 0)


def _by_other_names(nodes: list[ast.AST]) -> Iterator[tuple[ast.AST, tuple[str, ...]]]:
    """What calls of methods change that have got names: `update = CFG.update`."""
    bound = {
        target.id: node.value.value
        for node in nodes
        if isinstance(node, ast.Assign)
        if isinstance(node.value, ast.Attribute) and node.value.attr in _METHODS
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for call in nodes if bound else ():
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            if call.func.id in bound and (path := _within(bound[call.func.id])):
                yield call, path


def _scope_of(function: Function, outer: Scope) -> tuple[Scope, list[ast.AST], _Changes]:
    """With the nodes of the function, those of functions in it left out, and what they change."""
    nodes = list(own_nodes(function))
    changes = _changes(nodes)
    declared = (n for n in nodes if isinstance(n, (ast.Global, ast.Nonlocal)))
    shared = {name for node in declared for name in node.names}
    bound = {path[0] for _, path in changes if len(path) == 1}
    bound |= {node.name for node in nodes if isinstance(node, _NAMED)}
    taken = {a.arg for a in all_in(function.args) if isinstance(a, ast.arg)}
    scope = Scope(function, outer, frozenset(taken), frozenset((bound - shared) | taken))
    return scope, nodes, changes


_MAY_CHANGE = frozenset({
    ast.Name, ast.Attribute, ast.Subscript, ast.Assign, ast.AugAssign, ast.Call,
    ast.ExceptHandler, ast.Import, ast.ImportFrom,
})  # fmt: skip


def changed_by(node: ast.AST) -> Iterator[tuple[str, ...]]:
    """What a node by itself gives another value."""
    if type(node) not in _MAY_CHANGE or type(getattr(node, "ctx", None)) is ast.Load:
        return  # as most: to match them with each of these takes its time
    if isinstance(node, ast.Call) and (array := changed_array(node)) is not None:
        yield _within(array)
        return
    match node:
        case ast.Name(ctx=ast.Store() | ast.Del()):
            yield path_of(node)
        case ast.Attribute(ctx=ast.Store() | ast.Del()):
            yield path_of(node) or _in_given(node)
        case ast.Subscript(ctx=ast.Store() | ast.Del()):
            yield path_of(node) or _in_given(node)
        case ast.Assign(targets=targets, value=value):  # once its value is there
            yield from (path for t in targets for part in all_in(t) for path in changed_by(part))
            if isinstance(value, ast.Attribute) and value.attr in ("update", "__setitem__"):
                yield _within(value.value)  # by the name that it gets
        case ast.AugAssign(target=target):  # a list grows in place
            yield _within(target)
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="dict" | "list" | "set"), attr=method),
            args=[held, *_],
        ) if (
            method in _METHODS
        ):
            yield _within(held)
        case ast.Call(func=ast.Attribute(value=held, attr=method)) if method in _METHODS:
            yield _within(held)
        case ast.Call(
            func=ast.Name(id="setattr" | "delattr"), args=[held, ast.Constant(str(name)), *_]
        ):
            yield (*path, f".{name}") if (path := path_of(held)) else ()
        case ast.Call(
            func=ast.Name(id="setattr" | "delattr" | "shuffle" | "setitem")
            | ast.Attribute(attr="shuffle" | "copyto" | "setitem"),
            args=[held, *_],
        ):
            yield _within(held)
        case ast.ExceptHandler(name=str(name)):
            yield (name,)
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from (((alias.asname or alias.name).split(".")[0],) for alias in names)


def _in_given(node: ast.Subscript | ast.Attribute) -> tuple[str, ...]:
    """The path in what a call gives, or one of two: `labels()[mask] = 0`, `(a or b)["x"] = 0`.

    Anything else may have that, too.
    """
    held: ast.expr = node
    while isinstance(held, (ast.Subscript, ast.Attribute)):
        held = held.value
    key = f".{node.attr}" if isinstance(node, ast.Attribute) else ANY
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        key = f"[{node.slice.value!r}]"
    return () if isinstance(held, ast.Name) else (GIVEN, key)


def _within(held: ast.AST) -> tuple[str, ...]:
    path = path_of(held)
    return (*path, ANY) if path else ()
