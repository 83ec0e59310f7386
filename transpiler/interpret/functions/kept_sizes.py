"""Sizes that functions of elements leave as they are: `tf.cast(image, tf.float32) / 255.0`."""

from __future__ import annotations

import ast
from dataclasses import field

from transpiler.interpret.summary import Summary
from transpiler.ir.code import Line, Return
from transpiler.ir.pipeline import Element, Leaf
from transpiler.record import record, replace

#: Methods of tensors that give as many numbers as they get.
_ALIKE = frozenset(
    {
        "float", "double", "half", "int", "long", "to", "abs", "sqrt", "square", "exp", "clamp",
        "flip",
    }
)  # fmt: skip
#: Emitted functions of images that do so.
_CHANGES = ("adjust_", "random_flip", "standardize_image")


def with_kept_sizes(found: Element, summary: Summary, held: dict[str, Element]) -> Element:
    """What a function gives, its parts as large as what they are made of, where that is so."""
    sizes = _Sizes({name: part.sizes for name, part in held.items() if isinstance(part, Leaf)})
    for node in summary.forward:
        if isinstance(node, Return):
            return _with_sizes(found, sizes.of_result(node.value.text))
        if not isinstance(node, Line):
            return found  # it depends on a condition
        sizes.follow(node.text)
    return found


def _with_sizes(found: Element, sizes: list[tuple[int | None, ...] | None]) -> Element:
    parts = found if isinstance(found, tuple) else (found,)
    if len(parts) != len(sizes):
        return found
    made = [
        replace(part, sizes=size) if isinstance(part, Leaf) and size is not None else part
        for part, size in zip(parts, sizes, strict=True)
    ]
    return tuple(made) if isinstance(found, tuple) else made[0]


@record(slots=True)
class _Sizes:
    """The sizes of what variables hold."""

    known: dict[str, tuple[int | None, ...] | None] = field(default_factory=dict)

    def follow(self, text: str) -> None:
        """Note what a statement assigns."""
        try:
            (statement,) = ast.parse(text).body
        except (SyntaxError, ValueError):
            self.known.clear()
            return
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if len(targets) == 1 and isinstance(targets[0], ast.Name):
            assert isinstance(statement, ast.Assign)
            self.known[targets[0].id] = self._of(statement.value)
        else:
            self.known.clear()

    def of_result(self, text: str) -> list[tuple[int | None, ...] | None]:
        """Those of each part of a result."""
        try:
            node = ast.parse(text, mode="eval").body
        except SyntaxError:
            return []
        parts = node.elts if isinstance(node, ast.Tuple) else [node]
        return [self._of(part) for part in parts]

    def _of(self, node: ast.expr) -> tuple[int | None, ...] | None:
        if isinstance(node, ast.Name):
            return self.known.get(node.id)
        if isinstance(node, ast.BinOp):
            if _is_number(node.left) or _is_number(node.right):
                return self._of(node.right if _is_number(node.left) else node.left)
            return None
        if isinstance(node, ast.IfExp):
            one, other = self._of(node.body), self._of(node.orelse)
            return one if one == other else None
        if isinstance(node, ast.UnaryOp):
            return self._of(node.operand)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            return self._of(node.func.value) if node.func.attr in _ALIKE else None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            return self._of(node.args[0]) if node.func.id.startswith(_CHANGES) else None
        return None


def _is_number(node: ast.expr) -> bool:
    """Whether it is one number, which may be drawn: `torch.rand(()) * 2 - 1`."""
    if isinstance(node, ast.BinOp):
        return _is_number(node.left) and _is_number(node.right)
    if isinstance(node, ast.UnaryOp):
        return _is_number(node.operand)
    drawn = isinstance(node, ast.Call) and ast.unparse(node) == "torch.rand(())"
    return drawn or isinstance(node, ast.Constant)
