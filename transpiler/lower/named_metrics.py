"""Metrics that a program has in a config: the strings of its one list of that name.

CONFIG = {"lr": 0.1, "metrics": ["mae"]}

def build(config):
    model.compile(SGD(config["lr"]), "mse", metrics=config["metrics"])
"""

from __future__ import annotations

import ast
import re

from transpiler.interpret.training import Given
from transpiler.interpret.values import Sequence, Static
from transpiler.ir.expr import expr
from transpiler.record import replace
from transpiler.source.tree import Tree

#: What is read of a config, or a variable; the name is that of an entry, an attribute or itself.
_READ = re.compile(
    r"[\w.]+(?:\[([\"'])(?P<key>\w+)\1\]|\.get\(([\"'])(?P<asked>\w+)\3\))|(?:[\w.]+\.)?(?P<name>\w+)"
)
NAMED = "`{}` is taken for {}: the program has no other list of that name"


def metrics_of_config(tree: Tree, given: Given | None) -> tuple[Given, str] | None:
    """What `metrics` is given instead, and what that assumes; None where it is another matter."""
    value = given.value if given is not None else None
    if given is None or not isinstance(value, Static) or value.expr.known:
        return None
    read = _READ.fullmatch(given.text)
    if read is None or value.expr.value.__class__.__name__ in ("Configured", "UserClass"):
        return None
    name = read["key"] or read["asked"] or read["name"]
    names = _only_list(ast.parse(tree.text), name)
    if names is None:
        return None
    found = Sequence(tuple(Static(expr(one)) for one in names), list)
    said = NAMED.format(given.text, list(names))
    return replace(given, value=found, node=None), said


def _only_list(program: ast.Module, name: str) -> tuple[str, ...] | None:
    """The strings of all lists that a program gives a name, where these are the same."""
    found: set[tuple[str, ...]] = set()
    for node in ast.walk(program):
        for value in _given(node, name):
            if _is_passed_on(value, name):
                continue
            strings = _strings(value)
            if strings is None:
                return None
            found.add(strings)
    return found.pop() if len(found) == 1 else None


def _given(node: ast.AST, name: str) -> list[ast.expr | None]:
    """What a node gives a variable, an attribute, an entry or an argument of that name."""
    match node:
        case ast.Dict(keys=keys, values=values):
            return [
                v
                for k, v in zip(keys, values, strict=True)
                if isinstance(k, ast.Constant) and k.value == name
            ]
        case ast.keyword(arg=arg, value=value) if arg == name:
            return [value]
        case ast.Assign(targets=targets, value=value) if any(_is_of(t, name) for t in targets):
            return [value]
        case ast.AnnAssign(target=target, value=value) if _is_of(target, name):
            return [value]
        case ast.AugAssign(target=target) if _is_of(target, name):
            return [None]
        case ast.arguments(args=args, defaults=defaults, kwonlyargs=more, kw_defaults=given):
            pairs = [*zip(args[::-1], defaults[::-1], strict=False), *zip(more, given, strict=True)]
            return [d for a, d in pairs if a.arg == name and d is not None]
        case ast.Call(func=ast.Attribute(value=held, attr="append" | "extend" | "insert")):
            return [None] if _is_of(held, name) else []
    return []


def _is_of(target: ast.expr, name: str) -> bool:
    match target:
        case ast.Name(id=found) | ast.Attribute(attr=found):
            return found == name
        case ast.Subscript(slice=ast.Constant(value=found)):
            return bool(found == name)
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            return any(_is_of(element, name) for element in elements)
    return False


def _is_passed_on(value: ast.expr | None, name: str) -> bool:
    """Whether it is None, or what had the name before."""
    match value:
        case ast.Constant(value=None):
            return True
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=found)]):
            return bool(found == name)
    return value is not None and _is_of(value, name)


def _strings(value: ast.expr | None) -> tuple[str, ...] | None:
    if not isinstance(value, (ast.List, ast.Tuple)):
        return None
    found = [e.value for e in value.elts if isinstance(e, ast.Constant)]
    strings = tuple(one for one in found if isinstance(one, str))
    return strings if len(strings) == len(value.elts) else None
