"""What elements of a generator look like: their types and shapes, `tf.TensorSpec(...)`."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from transpiler.interpret.region import Region
from transpiler.interpret.values import Framework, Mapping, Sequence, Static, Value
from transpiler.ir.expr import Configured, Expr, Symbol
from transpiler.ir.pipeline import OPEN, Leaf
from transpiler.ir.tensor import Unsupported


def spec_of(value: Value) -> Any:
    """Types and shapes of what a generator yields."""
    if isinstance(value, Sequence):
        return tuple(spec_of(part) for part in value.items)
    if isinstance(value, Mapping):
        return {str(key): spec_of(part) for key, part in value.items.items()}
    if isinstance(value, Framework):
        return Expr(value.name, Leaf(None, value.name.rpartition(".")[2]))
    made = value.expr if isinstance(value, Static) else None
    found = made.value if made is not None else None
    if isinstance(found, Symbol):
        return Expr(found.name, Leaf(None, found.name.rpartition(".")[2]))
    if isinstance(found, Configured) and found.name == "tf.TensorSpec":
        return _tensor_spec(found)
    if made is not None and made.is_const(None):
        return made
    raise Unsupported("what a generator yields is not known")


def _tensor_spec(made: Configured) -> Expr:
    given = dict(zip(("shape", "dtype", "name"), made.args, strict=False)) | dict(made.kwargs)
    dtype = given.get("dtype")
    name = dtype.value.name if dtype is not None and isinstance(dtype.value, Symbol) else ""
    shape = given.get("shape")
    items = shape.items if shape is not None else None
    rank = len(items) if items is not None else None
    kind = name.rpartition(".")[2] if name else "float32" if dtype is None else ""
    is_open = bool(items) and items is not None and items[0].is_const(None)
    return Expr(OPEN if is_open else made.name, Leaf(rank, kind))


def drop_specs(region: Region, given: list[cst.BaseExpression]) -> None:
    """Statements that only name such types go: the classes of torch say them where they stand."""
    for node in given:
        if not isinstance(node, cst.Name):
            continue
        outer = region.function if region.function is not None else region.tree.module
        body = outer.body.body if isinstance(outer, cst.FunctionDef) else region.tree.module.body
        for statement in body:
            small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
            target = small.targets[0].target if isinstance(small, cst.Assign) else None
            if isinstance(target, cst.Name) and target.value == node.value:
                uses = re.findall(rf"(?<![.\w]){node.value}\b", region.tree.blanked)
                if len(uses) == 2:
                    region.idle.add(id(statement))
