"""Which arrays a generator fills again and again, and gives each time.

batch = np.zeros((size, 4))
while True:
    for i in range(size):
        batch[i] = next(rows)
    yield batch
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from textwrap import dedent
from typing import Literal

from transpiler.source.syntax import program_tree

#: Methods and functions that give another view of the same memory, and those that change it.
_VIEWS = frozenset(
    {"reshape", "ravel", "squeeze", "transpose", "view", "swapaxes", "asarray", "expand_dims"}
)
_CHANGING = frozenset({"fill", "sort", "partition", "copyto", "shuffle", "place", "putmask"})
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def reused_array(text: str, by: Literal["yield", "return"]) -> str:
    """An array that a function gives several times with other contents, "" where none is seen."""
    module = program_tree(dedent(text))
    function = module.body[0] if module is not None and module.body else None
    if not isinstance(function, ast.FunctionDef):
        return ""
    held = dict(_assigned(function))
    for scope, given in _given(function, function, ast.Yield if by == "yield" else ast.Return):
        own = [*_own(scope)]
        bound = {ast.unparse(node) for node in own if _is_bound(node)}
        bound -= {ast.unparse(node.target) for node in own if isinstance(node, ast.AugAssign)}
        changed = {name for node in own for name in _changed(node)}
        names = [*_views(given)]
        for name in names:  # grows
            names += [one for one in held.get(name, ()) if one not in names]
        again = (name for name in names if name in changed and name not in bound)
        if (found := next(again, "")) != "":
            return found
    return ""


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """What stands in a function or loop; functions in it are left out."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, _SCOPES):
            yield from _own(child)


def _given(
    node: ast.AST, scope: ast.AST, by: type[ast.Yield] | type[ast.Return]
) -> Iterator[tuple[ast.AST, ast.expr]]:
    """What is given, and in which innermost loop, or function, that is."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, by) and child.value is not None:
            yield scope, child.value
        if not isinstance(child, _SCOPES):
            yield from _given(child, child if isinstance(child, _LOOPS) else scope, by)


def _assigned(function: ast.FunctionDef) -> Iterator[tuple[str, list[str]]]:
    """Variables, and the arrays that they hold or share the memory of."""
    for node in _own(function):
        if isinstance(node, ast.Assign) and (names := [*_views(node.value)]):
            yield from ((ast.unparse(target), names) for target in node.targets)


def _is_bound(node: ast.AST) -> bool:
    return isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Store)


def _views(value: ast.expr) -> Iterator[str]:
    """The arrays whose memory an expression gives."""
    match value:
        case ast.Attribute(value=of, attr="T") | ast.Starred(value=of):
            yield from _views(of)
        case ast.Name() | ast.Attribute():
            yield ast.unparse(value)
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Dict(values=parts):
            for part in parts:
                yield from _views(part)
        case ast.Subscript(value=of, slice=part):  # anything else than slices copies
            if any(isinstance(node, ast.Slice) for node in ast.walk(part)):
                yield from _views(of)
        case ast.Call(func=ast.Attribute(value=of, attr=name), args=args) if name in _VIEWS:
            for part in (of, *args[:1]):
                yield from _views(part)


def _changed(node: ast.AST) -> Iterator[str]:
    """The arrays that a statement or call changes in place."""
    match node:
        case ast.Subscript(ctx=ast.Store()):
            of: ast.expr = node
            while isinstance(of, ast.Subscript):
                of = of.value
            yield ast.unparse(of)
        case ast.AugAssign(target=target):
            yield ast.unparse(target)
        case ast.Call(func=ast.Attribute(value=of, attr=name), args=args) if name in _CHANGING:
            for part in (of, *args[:1]):
                yield from _views(part)
        case ast.Expr(value=ast.Call(func=ast.Name(name), args=args)) if name != "print":
            for part in args:  # a function of the program's own fills it
                yield from _views(part)
        case ast.keyword(arg="out", value=of):
            yield from _views(of)
