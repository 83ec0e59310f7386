"""Numbers of batches that are fractions: Keras 2 goes on to the next whole one, and so on.

steps_per_epoch=len(x) / 32                      islice(loader, math.ceil(len(x) / 32))
"""

from __future__ import annotations

import ast
import re

#: Arguments for numbers of batches.
STEPS = frozenset({"steps_per_epoch", "validation_steps", "steps"})
_WHOLE_FLOATS = frozenset({"ceil", "floor", "round", "rint"})  #: of NumPy: they give floats


def whole_steps(text: str, program: str) -> str:
    """A number of batches as a whole number, where its source shows that it may be a fraction."""
    node = _parsed(text)
    if isinstance(node, ast.Name):
        found = re.findall(rf"^{node.id}\s*(?::\s*\w+\s*)?=(?!=)(.*)", program, re.M)
        node = _parsed(found[0].strip()) if len(found) == 1 else None
    if node is None:
        return text
    if _is_of_numpy(node):
        return f"int({text})"
    return f"math.ceil({text})" if _is_fraction(node) else text


def _parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:  # goes on in the next line
        return None


def _is_of_numpy(node: ast.expr) -> bool:
    func = node.func if isinstance(node, ast.Call) else None
    if not isinstance(func, ast.Attribute) or func.attr not in _WHOLE_FLOATS:
        return False
    return isinstance(func.value, ast.Name) and func.value.id in ("np", "numpy")


def _is_fraction(node: ast.expr) -> bool:
    """Whether a division, or a number with a fraction, is part of arithmetic."""
    if isinstance(node, ast.BinOp):
        if isinstance(node.op, ast.Div):
            return True
        return _is_fraction(node.left) or _is_fraction(node.right)
    if isinstance(node, ast.UnaryOp):
        return _is_fraction(node.operand)
    return isinstance(node, ast.Constant) and isinstance(node.value, float)
