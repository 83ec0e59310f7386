"""Which attributes of a class hold plain values: numbers and texts that objects get or count.

class Loader:
    def __init__(self, path, classes=3):
        self.classes = classes                              loader.classes
        self.size = len(self.words) + 1                     loader.size
"""

from __future__ import annotations

import ast
from functools import lru_cache

from transpiler.source.syntax import all_in, program_tree

#: What gives a number or a text, whatever it gets.
_COUNTING = frozenset({"len", "int", "float", "str", "bool", "round"})


@lru_cache(maxsize=64)
def plain_attributes(text: str, name: str) -> dict[str, bool]:
    """Those of a class at the top of a program; whether they are what its objects are made with."""
    program = program_tree(text)
    found: dict[str, bool] = {}
    for made in program.body if program is not None else ():
        if isinstance(made, ast.ClassDef) and made.name == name:
            stores = [*_stores(made)]
            for attribute in {attribute for attribute, _, _ in stores}:
                kinds = [_kind(value, names) for a, value, names in stores if a == attribute]
                if None not in kinds:
                    found[attribute] = "given" in kinds
    return found


def _stores(made: ast.ClassDef) -> list[tuple[str, ast.expr | None, set[str]]]:
    """What each attribute gets, and the parameters there that mean what objects are made with."""
    found: list[tuple[str, ast.expr | None, set[str]]] = []
    for method in made.body:
        if not isinstance(method, ast.FunctionDef):
            continue
        inside = [*all_in(method)]
        bound = {n.id for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        taken = {one.arg for one in method.args.args[1:] + method.args.kwonlyargs} - bound
        names = taken if method.name == "__init__" else set()
        plain: dict[int, ast.expr] = {}
        for node in inside:
            match node:
                case ast.Assign(targets=[ast.Attribute() as target], value=value):
                    plain[id(target)] = value
                case ast.AnnAssign(target=ast.Attribute() as target, value=ast.expr() as value):
                    plain[id(target)] = value
        found += (
            (node.attr, plain.get(id(node)), names)
            for node in inside
            if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load)
        )
    return found


def _kind(value: ast.expr | None, names: set[str]) -> str | None:
    """ "given" where a value is made of parameters, "counted" otherwise; None where unclear."""
    match value:
        case ast.Constant():
            return "counted"
        case ast.Call(func=ast.Name(id=name)) if name in _COUNTING:
            return "counted"
        case ast.Name(id=name) if name in names:
            return "given"
        case ast.BinOp(left=one, right=other):
            kinds = _kind(one, names), _kind(other, names)
            return None if None in kinds else "given" if "given" in kinds else "counted"
        case ast.Subscript(value=ast.Attribute(attr="shape")):
            return "counted"
    return None
