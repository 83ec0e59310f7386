"""In `forward`, ask whether a layer is there rather than why it was made."""

from __future__ import annotations

from transpiler.ir.code import Construct, For, If, Node, While
from transpiler.ir.expr import Expr
from transpiler.passes.liveness import modules_used, walk
from transpiler.record import replace


def ask_modules(init: list[Node], forward: list[Node]) -> list[Node]:
    """In `forward`, ask whether a layer is there rather than why it was made."""
    branches = {n.id: n for n in walk(init) if isinstance(n, If)}
    return [_asking(node, branches) for node in forward]


def _asking(node: Node, branches: dict[int, If]) -> Node:
    if isinstance(node, (For, While)):
        return replace(node, body=[_asking(n, branches) for n in node.body])
    if not isinstance(node, If):
        return node
    body = [_asking(n, branches) for n in node.body]
    orelse = [_asking(n, branches) for n in node.orelse]
    node = replace(node, body=body, orelse=orelse)
    made = branches.get(node.id)
    if made is None:
        return node
    direct = [
        [n.module for n in side if isinstance(n, Construct)] for side in (made.body, made.orelse)
    ]
    both = {m.token for m in direct[0]} & {m.token for m in direct[1]}
    for there, here, operator in zip(
        direct, (body, orelse), ("is not None", "is None"), strict=True
    ):
        called = modules_used(here)
        for module in there:
            if module.token in called and module.token not in both:
                test = Expr(f"{module.token} {operator}", strength=6, modules=(module,))
                return replace(node, test=test)
    return node
