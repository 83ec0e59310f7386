"""What the `__init__` of a class hands to that of the class that it is derived from."""

from __future__ import annotations

import ast

from transpiler.source.far_frames import ANYTHING, Object, Value
from transpiler.source.syntax import all_in


def init_of(made: ast.ClassDef) -> ast.FunctionDef | None:
    """What the objects of a class are made by, where it stands there."""
    methods = (one for one in made.body if isinstance(one, ast.FunctionDef))
    return next((one for one in methods if one.name == "__init__"), None)


def given_to(
    of: Object, method: ast.FunctionDef, lower: ast.FunctionDef | None
) -> dict[str, Value]:
    """What the parameters of a method of an object may get; `lower` is the `__init__` below it.

    What that one surely hands on by the same name is known:

        super().__init__(rate, size=size)
    """
    if method.name != "__init__":
        head = f"{method.name}."
        return {n.removeprefix(head): value for n, value in of.given if n.startswith(head)}
    given = {name: value for name, value in of.given if "." not in name}
    if lower is None:
        return given
    same = _handed_on(lower, [a.arg for a in (*method.args.posonlyargs, *method.args.args)][1:])
    names = (one.arg for one in all_in(method.args) if isinstance(one, ast.arg))
    return {name: given.get(name, ANYTHING) if name in same else ANYTHING for name in names}


def _handed_on(lower: ast.FunctionDef, places: list[str]) -> set[str]:
    """The parameters that all calls of the upper `__init__` get by their own names."""
    own = {a.arg for a in all_in(lower.args) if isinstance(a, ast.arg)}
    own -= {n.id for n in all_in(lower) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    passed: list[set[str]] = []
    for node in all_in(lower):
        match node:
            case ast.Call(func=ast.Attribute(value=of, attr="__init__"), args=args):
                by_place = args if isinstance(of, ast.Call) else args[1:]  # `Base.__init__(self)`
                given = [*zip(places, by_place, strict=False)]
                given += [(k.arg, k.value) for k in node.keywords if k.arg is not None]
                passed.append({n for n, v in given if isinstance(v, ast.Name) and v.id == n})
    return set.intersection(*passed) & own if passed else set()
