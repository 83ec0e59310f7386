"""What `compile` is given, where that stands elsewhere: settings of the project, own methods."""

from __future__ import annotations

import ast
from typing import Any

import libcst as cst

from transpiler.interpret.region import Region
from transpiler.interpret.values import Mapping, Sequence, Static, Unknown, Value
from transpiler.ir.expr import Configured, expr
from transpiler.record import replace


def compiled_value(region: Region, node: cst.BaseExpression, value: Value) -> tuple[Value, str]:
    """What an argument is, and how that is written, where it is not as the program has it."""
    if isinstance(node, (cst.Name, cst.Attribute, cst.Subscript)):
        root, known = _root(node), _is_known(value)
        if known and isinstance(value, Static) and isinstance(root, cst.Name):
            region.file.settings.add(root.value)
        found = None if known else _setting(region, node)
        if found is not None and isinstance(root, cst.Name):
            region.file.settings.add(root.value)
            return _of_literal(ast.literal_eval(found)), ast.unparse(found)
    return _with_methods(region, value), ""


def _setting(region: Region, node: cst.BaseExpression) -> ast.expr | None:
    from transpiler.source.held_settings import setting  # few files have such

    return setting(region.file.path, region.tree.text, region.tree.source(node))


def _root(node: cst.BaseExpression) -> cst.BaseExpression:
    """The name that an expression such as `config.cfg["loss"]` begins with."""
    while isinstance(node, (cst.Attribute, cst.Subscript)):
        node = node.value
    return node


def _is_known(value: Value) -> bool:
    """Whether it says more than where it stands."""
    if isinstance(value, Static):
        return value.expr.known or isinstance(value.expr.value, Configured)
    return not isinstance(value, Unknown)


def _of_literal(held: Any) -> Value:
    """The value of a number, a string or None, or of a list, tuple or dict of such."""
    if isinstance(held, (list, tuple)):
        return Sequence(tuple(map(_of_literal, held)), type(held))
    if isinstance(held, dict):
        return Mapping({key: _of_literal(value) for key, value in held.items()})
    return Static(expr(held))


def _with_methods(region: Region, value: Value) -> Value:
    """A loss that is a method of the object which compiles: `loss=self.wasserstein_loss`."""
    if isinstance(value, Sequence):
        items = tuple(_with_methods(region, item) for item in value.items)
        changed = any(a is not b for a, b in zip(items, value.items, strict=True))
        return replace(value, items=items) if changed else value
    if not isinstance(value, Static) or not value.expr.text.startswith("self."):
        return value
    method = region.methods.get(value.expr.text.removeprefix("self."))
    return value if method is None else replace(method, static=value.expr)
