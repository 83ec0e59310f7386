"""Which arrays are changed in place: those that a generator fills again and again, and gives.

batch = np.zeros((size, 4))
while True:
    for i in range(size):
        batch[i] = next(rows)
    yield batch

Or those that functions change, as callbacks may while others train with them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from textwrap import dedent
from typing import Literal

from transpiler.source.effects import Function
from transpiler.source.syntax import all_in, parts_of, program_tree

#: Methods and functions that give another view of the same memory, and those that change it.
_VIEWS = frozenset(
    {
        "reshape",
        "ravel",
        "squeeze",
        "transpose",
        "view",
        "swapaxes",
        "asarray",
        "expand_dims",
        "einsum",
    }
)
_CHANGING = frozenset({"fill", "sort", "partition", "put", "itemset"})
_CHANGING_FIRST = frozenset(
    {"copyto", "shuffle", "place", "putmask", "put", "put_along_axis", "fill_diagonal"}
)
#: Functions of NumPy that write into their last argument, if they get so many.
_INTO = dict.fromkeys(
    ("add", "subtract", "multiply", "divide", "true_divide", "floor_divide", "power", "mod",
     "remainder", "maximum", "minimum", "fmax", "fmin", "logical_and", "logical_or",
     "logical_xor", "bitwise_and", "bitwise_or", "bitwise_xor"), 3,
) | dict.fromkeys(
    ("abs", "absolute", "negative", "exp", "log", "log1p", "expm1", "sqrt", "square", "sign",
     "tanh", "floor", "ceil", "rint", "logical_not", "invert", "reciprocal"), 2,
) | {"clip": 4}  # fmt: skip
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_SCOPES = (*_FUNCTIONS, ast.ClassDef)


def reused_array(text: str, by: Literal["yield", "return"]) -> str:
    """An array that a function gives several times with other contents, "" where none is seen."""
    module = program_tree(dedent(text))
    function = module.body[0] if module is not None and module.body else None
    if not isinstance(function, ast.FunctionDef):
        return ""
    held = dict(_assigned(function))
    for scope, given in _given(function, function, ast.Yield if by == "yield" else ast.Return):
        own = [*own_nodes_of(scope)]
        bound = _bound(own)
        changed = {name for node in own for name in (*changed_in(node), *_handed(node))}
        names = [*views_of(given)]
        for name in names:  # grows
            names += [one for one in held.get(name, ()) if one not in names]
        again = (name for name in names if name in changed and name not in bound)
        if (found := next(again, "")) != "":
            return found
    return ""


def own_nodes_of(node: ast.AST) -> Iterator[ast.AST]:
    """What stands in a function or loop; functions in it are left out."""
    for child in parts_of(node):
        yield child
        if not isinstance(child, _SCOPES):
            yield from own_nodes_of(child)


def _given(
    node: ast.AST, scope: ast.AST, by: type[ast.Yield] | type[ast.Return]
) -> Iterator[tuple[ast.AST, ast.expr]]:
    """What is given, and in which innermost loop, or function, that is."""
    for child in parts_of(node):
        if isinstance(child, by) and child.value is not None:
            yield scope, child.value
        if not isinstance(child, _SCOPES):
            yield from _given(child, child if isinstance(child, _LOOPS) else scope, by)


def _assigned(function: ast.FunctionDef) -> Iterator[tuple[str, list[str]]]:
    """Variables, and the arrays that they hold or share the memory of."""
    for node in own_nodes_of(function):
        if isinstance(node, ast.Assign) and (names := [*views_of(node.value)]):
            yield from ((ast.unparse(target), names) for target in node.targets)


def _bound(own: list[ast.AST]) -> set[str]:
    """The names and attributes that get another value, rather than a change of theirs."""
    places = [n for n in own if isinstance(n, (ast.Name, ast.Attribute))]
    bound = {ast.unparse(n) for n in places if isinstance(n.ctx, ast.Store)}
    return bound - {ast.unparse(n.target) for n in own if isinstance(n, ast.AugAssign)}


def views_of(value: ast.expr) -> Iterator[str]:
    """The arrays whose memory an expression gives."""
    match value:
        case ast.Attribute(value=of, attr="T") | ast.Starred(value=of):
            yield from views_of(of)
        case ast.Name() | ast.Attribute():
            yield ast.unparse(value)
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Dict(values=parts):
            for part in parts:
                yield from views_of(part)
        case ast.Subscript(value=of, slice=part):  # anything else than slices copies
            if any(isinstance(node, ast.Slice) for node in all_in(part)):
                yield from views_of(of)
        case ast.Call(func=ast.Attribute(value=of, attr=name), args=args) if name in _VIEWS:
            for part in (of, *args[:2]):  # einsum names axes first
                yield from views_of(part)


def changed_in(node: ast.AST) -> Iterator[str]:
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
            if not (args and isinstance(args[0], ast.Constant) and isinstance(args[0].value, str)):
                yield from views_of(of)
            if name in _CHANGING_FIRST and len(args) > 2:
                yield from views_of(args[0])
        case ast.Call(func=ast.Attribute(attr=name), args=[first, *_]) if name in _CHANGING_FIRST:
            yield from views_of(first)
        case ast.Call(func=ast.Attribute(value=ast.Attribute(), attr="at"), args=[first, _, *_]):
            yield from views_of(first)  # `np.add.at(array, places, 1)`
        case ast.Call(func=ast.Attribute(attr=name), args=args) if len(args) == _INTO.get(name):
            yield from views_of(args[-1])
        case ast.keyword(arg="out", value=of):
            yield from views_of(of)


def _handed(node: ast.AST) -> Iterator[str]:
    """The arrays that a function of the program's own may fill, which gives nothing."""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Name(name), args=args)) if name != "print":
            for part in args:
                yield from views_of(part)


def is_changed_by_functions(array: str, text: str) -> bool:
    """Whether a function changes an array of others in place, or one that its object has got."""
    names, classes = _changed_by_functions(text)
    name = re.escape(array)
    return array in names or any(
        re.search(rf"\b{one}\((?:[^()]*[\s,=])?{name}\s*[,)]", text) for one in classes
    )


@lru_cache(maxsize=8)
def _changed_by_functions(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The arrays, and the classes that change what their objects have."""
    names, classes = set(), set()
    module = program_tree(text)
    for scope in all_in(module) if module is not None else ():
        if isinstance(scope, ast.ClassDef):
            held = [name for node in all_in(scope) for name in changed_in(node)]
            classes |= {scope.name for name in held if name.startswith("self.")}
        elif isinstance(scope, _FUNCTIONS):
            own = [*own_nodes_of(scope)]
            names |= {name for node in own for name in changed_in(node)} - local_names(scope, own)
    return frozenset(names), frozenset(classes)


def local_names(scope: Function, own: list[ast.AST]) -> set[str]:
    """The names of a function's own."""
    others = {n for node in own if isinstance(node, ast.Global) for n in node.names}
    taken = {a.arg for a in all_in(scope.args) if isinstance(a, ast.arg)}
    return (_bound(own) - others) | taken
