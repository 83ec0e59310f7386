"""Calls of builders that take a Keras tensor: converted, they take its shape."""

from __future__ import annotations

import ast

from transpiler.record import replace
from transpiler.verify.neutral import callee
from transpiler.verify.records import Target


def with_shapes(target: Target) -> Target:
    """`build(keras.Input((8, 8, 3)))` is `build((8, 8, 3))` in the converted program."""
    if not target.call:
        return target
    tree = ast.parse(target.call, mode="eval")
    return replace(target, call=ast.unparse(_Shapes().visit(tree)))


class _Shapes(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Put the shape in the place of the input."""
        self.generic_visit(node)
        named = next((k.value for k in node.keywords if k.arg == "shape"), None)
        shape = named if named is not None else next(iter(node.args), None)
        return shape if callee(node) == "Input" and shape is not None else node
