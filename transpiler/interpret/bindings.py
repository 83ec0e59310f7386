"""What a variable of a room may hold, by all statements that give it a value."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import libcst as cst

from transpiler.interpret.region import Region
from transpiler.source.tree import Tree

Span = tuple[int, int]


def made_at(region: Region, node: cst.BaseExpression) -> Iterator[Span]:
    """Where the optimizers are made of which an expression may be one."""
    function = region.function
    body = function.body if isinstance(function, cst.FunctionDef) else region.tree.module
    for place in made_in(region.tree, region.optimizers.keys(), body, node):
        _, inner = region.optimizer_makers.get(place, (None, ()))
        yield from inner or (place,)


def made_in(
    tree: Tree, known: Collection[Span], body: cst.CSTNode, node: cst.BaseExpression, depth: int = 3
) -> Iterator[Span]:
    """Which of `known` places an expression in a body may come from, or its own place."""
    span = tree.span(node)
    if span in known:
        yield span
        return
    found = False
    alternatives = tuple(_alternatives(node))
    for one in alternatives:
        found = True
        yield from made_in(tree, known, body, one, depth)
    if isinstance(node, cst.Name) and depth:
        for source in _bound_to(body, node.value):
            found = True
            yield from made_in(tree, known, body, source, depth - 1)
    elif isinstance(node, cst.Subscript) or _is_view(node):
        assert isinstance(node, (cst.Subscript, cst.Call))
        held = node.value if isinstance(node, cst.Subscript) else node.func
        found = True
        inner = held.value if isinstance(held, cst.Attribute) else held
        yield from made_in(tree, known, body, inner, depth)
        if isinstance(node, cst.Call) and len(node.args) > 1:  # of `get`, where there is none
            yield from made_in(tree, known, body, node.args[1].value, depth)
    if not found:
        yield span


def _alternatives(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """What an expression gives, where that is one of several; what is in a list or dict."""
    match node:
        case cst.IfExp(body=then, orelse=otherwise):
            yield from (then, otherwise)
        case cst.BooleanOperation(left=left, right=right):
            yield from (left, right)
        case cst.NamedExpr(value=value):
            yield value
        case cst.List(elements=elements) | cst.Tuple(elements=elements):
            yield from (element.value for element in elements)
        case cst.Dict(elements=entries):
            yield from (entry.value for entry in entries)


def _is_view(node: cst.BaseExpression) -> bool:
    """Whether it is `options.items()`, `options.values()` or `options.get(name)`."""
    return (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and node.func.attr.value in ("items", "values", "get")
    )


class _Bindings(cst.CSTVisitor):
    """What a name of a room is bound to; functions inside have names of their own."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[cst.BaseExpression] = []

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:  # noqa: N802
        return False

    def visit_ClassDef(self, node: cst.ClassDef) -> bool:  # noqa: N802
        return False

    def visit_Assign(self, node: cst.Assign) -> None:  # noqa: N802
        if any(self._holds(target.target) for target in node.targets):
            self.found.append(node.value)

    def visit_For(self, node: cst.For) -> None:  # noqa: N802
        if self._holds(node.target):
            self.found.append(node.iter)

    def _holds(self, target: cst.BaseExpression) -> bool:
        if isinstance(target, (cst.Tuple, cst.List)):
            return any(self._holds(element.value) for element in target.elements)
        return isinstance(target, cst.Name) and target.value == self.name


def _bound_to(body: cst.CSTNode, name: str) -> list[cst.BaseExpression]:
    bindings = _Bindings(name)
    body.visit(bindings)
    return bindings.found
