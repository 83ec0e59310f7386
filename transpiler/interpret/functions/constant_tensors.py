"""Tensors that a function makes for those that it gives: `weights = K.variable(weights)`."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from transpiler.interpret.functions.summaries import symbol_of
from transpiler.interpret.values import Framework, Function

#: What makes a tensor of a number, a list or an array.
_MAKERS = frozenset(
    {
        "keras.backend.variable", "keras.backend.constant", "keras.ops.convert_to_tensor",
        "tf.constant", "tf.convert_to_tensor", "tf.Variable",
    }
)  # fmt: skip


def constant_tensors(outer: Function) -> Iterator[tuple[str, cst.Call, cst.BaseExpression]]:
    """The variables of a function that hold such tensors, the calls, and what they are made of."""
    if isinstance(outer.node, cst.Lambda):
        return
    for statement in outer.node.body.body:
        match statement:
            case cst.SimpleStatementLine(
                body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name(name))], value=value)]
            ) if isinstance(value, cst.Call):
                held = symbol_of(outer, value.func)
                if isinstance(held, Framework) and held.name in _MAKERS and _is_plain(value):
                    yield name, value, value.args[0].value


def _is_plain(node: cst.Call) -> bool:
    """Whether nothing is said besides, but that it holds floats."""
    floats = all(
        a.keyword is not None
        and a.keyword.value == "dtype"
        and "float32" in cst.Module([]).code_for_node(a.value)
        for a in node.args[1:]
    )
    return bool(node.args) and not node.args[0].star and floats
