"""Which attributes of a class hold plain values: numbers and texts that objects get or count.

Also lists and dicts of such, which nothing but the class fills.

class Loader:
    def __init__(self, path, classes=3):
        self.classes = classes                              loader.classes
        self.size = len(self.words) + 1                     loader.size
        self.words = {w: i for i, w in enumerate(sorted({*path}))}
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from transpiler.source.changed_inside import METHODS
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
                kinds += [*_kinds_inside(program, made, attribute)]
                if None not in kinds:
                    found[attribute] = "given" in kinds
            read = {a: set().union(*(_read(v) for b, v, _ in stores if a == b)) for a in found}
            while unclear := [a for a in found if not read[a] <= found.keys()]:
                for attribute in unclear:
                    del found[attribute]
    return found


def _read(value: ast.expr | None) -> set[str]:
    """The attributes of which a value gathers parts; of a number, it doesn't matter."""
    gathers = value is not None and not isinstance(value, (ast.BinOp, ast.Subscript))
    if isinstance(value, ast.Call) and getattr(value.func, "id", "") in _COUNTING:
        gathers = False
    nodes = all_in(value) if value is not None and gathers else ()
    return {n.attr for n in nodes if isinstance(n, ast.Attribute) and n.attr not in _OF_TEXTS}


def _kinds_inside(
    program: ast.Module | None, made: ast.ClassDef, attribute: str
) -> Iterator[str | None]:
    """What is put into the list or dict that an attribute holds; None for what another one puts."""
    own = {id(node) for node in all_in(made)}
    for node in all_in(program) if program is not None else ():
        given: list[ast.expr] = []
        match node:
            case ast.Assign(targets=targets, value=value):
                places = [t for t in targets if isinstance(t, ast.Subscript)]
                if any(_is_inside(place, attribute) for place in places):
                    given = [value]
            case ast.AugAssign(target=target, value=value) if _is_inside(target, attribute):
                given = [value]
            case ast.Call(func=ast.Attribute(of, method), args=args) if method in METHODS:
                given = args if _is_inside(of, attribute) else []
        for one in given:
            yield _kind(one, set()) if id(node) in own else None


def _is_inside(node: ast.expr, attribute: str) -> bool:
    """Whether it is such an attribute of some object, or a place in it."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return isinstance(node, ast.Attribute) and node.attr == attribute


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
        case ast.List() | ast.Set() | ast.Dict() | ast.ListComp() | ast.SetComp() | ast.DictComp():
            return _kind_of_parts(value, names)
        case ast.Call(func=ast.Name(id=name)) if name in _GATHERING:
            return _kind_of_parts(value, names)
    return None


def _kind_of_parts(value: ast.expr, names: set[str]) -> str | None:
    """The same of what gathers words and numbers, and calls nothing but what does that."""
    nodes = [*all_in(value)]
    bound = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    known = {"self", *names, *bound, *_GATHERING, *_COUNTING}
    for node in nodes:
        match node:
            case ast.Lambda():
                return None
            case ast.Name(id=name) if name not in known:
                return None
            case ast.Call(func=ast.Name(id=name)) if name in _GATHERING | _COUNTING:
                continue
            case ast.Call(func=ast.Attribute(attr=name)) if name in _OF_TEXTS:
                continue
            case ast.Call():
                return None
    return "given" if any(isinstance(n, ast.Name) and n.id in names for n in nodes) else "counted"


#: What makes a list or dict of what it gets, and what is asked of texts and tables.
_GATHERING = frozenset({
    "dict", "enumerate", "list", "range", "reversed", "set", "sorted", "sum", "tuple", "zip",
})  # fmt: skip
_OF_TEXTS = frozenset({"items", "keys", "lower", "replace", "split", "strip", "upper", "values"})
