"""Functions that make samples of the windows of a series.

series.window(9, shift=1).flat_map(lambda window: window.batch(9))
"""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.dispatch import evaluate
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.region import Region
from transpiler.interpret.statics import to_expr
from transpiler.interpret.values import Framework, Function
from transpiler.ir.expr import Expr
from transpiler.ir.pipeline import Windows
from transpiler.ir.tensor import Unsupported


def whole_windows(region: Region, function: Function) -> Expr:
    """`lambda window: window.batch(20)`: each window as one element.

    Those of several parts are zipped again: `lambda x, y: Dataset.zip((x.batch(20), y.batch(20)))`.
    """
    node = function.node
    body: cst.CSTNode | None = node.body if isinstance(node, cst.Lambda) else _returned(node)
    names = [p.name for p in parameters_of(node)]
    bodies = _zipped(region, body) if len(names) > 1 else [body]
    if len(bodies) != len(names):
        raise Unsupported("a function of windows other than one that zips their batches")
    found = [_batched(region, one, name) for one, name in zip(bodies, names, strict=True)]
    if len({(one.size.text, one.whole) for one in found}) != 1:
        raise Unsupported("windows of which each part is cut otherwise")
    return Expr(region.tree.source(node), found[0])


def _zipped(region: Region, node: cst.CSTNode | None) -> list[cst.BaseExpression]:
    """The data sets that a call zips."""
    symbol = evaluate(region, node.func) if isinstance(node, cst.Call) else None
    if not isinstance(symbol, Framework) or symbol.name != "tf.data.Dataset.zip":
        return []
    assert isinstance(node, cst.Call)
    values = [argument.value for argument in node.args]
    if len(values) == 1 and isinstance(values[0], cst.Tuple):
        return [element.value for element in values[0].elements]
    return values


def _batched(region: Region, node: cst.CSTNode | None, name: str) -> Windows:
    """What `window.batch(20)` takes at a time."""
    match node:
        case cst.Call(func=cst.Attribute(value=cst.Name(one), attr=cst.Name("batch"))) if (
            one == name
        ):
            args = node.args
        case _:
            raise Unsupported("a function of a window other than `lambda w: w.batch(size)`")
    given = {a.keyword.value if a.keyword is not None else i: a for i, a in enumerate(args)}
    size = given.pop(0, None) or given.pop("batch_size", None)
    whole = given.pop(1, None) or given.pop("drop_remainder", None)
    if size is None or given:
        raise Unsupported("the arguments of `window.batch` are not known")
    taken = to_expr(region, evaluate(region, size.value))
    kept = None if whole is None else to_expr(region, evaluate(region, whole.value))
    return Windows(taken, taken, kept is not None and kept.is_const(True))


def _returned(node: cst.FunctionDef) -> cst.BaseExpression | None:
    """What a function gives that does nothing else."""
    body = node.body.body
    statement = body[0] if len(body) == 1 else None
    small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    return small.value if isinstance(small, cst.Return) else None
