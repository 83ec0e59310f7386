"""What a variable of a room may hold, by all statements that give it a value."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from transpiler.interpret.region import Region

Span = tuple[int, int]


def made_at(region: Region, node: cst.BaseExpression, depth: int = 3) -> Iterator[Span]:
    """Where the optimizers are made of which an expression may be one."""
    span = region.tree.span(node)
    inside = [p for p in region.optimizers if span[0] <= p[0] and p[1] <= span[1]]
    if inside:
        yield from inside
        return
    found = False
    if isinstance(node, cst.Name) and depth:
        for source in _bound_to(region, node.value):
            found = True
            yield from made_at(region, source, depth - 1)
    elif isinstance(node, cst.Subscript) or _is_view(node):
        assert isinstance(node, (cst.Subscript, cst.Call))
        held = node.value if isinstance(node, cst.Subscript) else node.func
        found = True
        inner = held.value if isinstance(held, cst.Attribute) else held
        yield from made_at(region, inner, depth)
    if not found:
        yield span


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


def _bound_to(region: Region, name: str) -> list[cst.BaseExpression]:
    bindings = _Bindings(name)
    function = region.function
    body = function.body if isinstance(function, cst.FunctionDef) else region.tree.module
    body.visit(bindings)
    return bindings.found
