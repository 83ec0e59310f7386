"""Metrics of Keras that a metric of the program's own holds, or that it is derived from.

class F1(keras.metrics.Metric):
    def __init__(self, name="f1", **kwargs):
        super().__init__(name=name, **kwargs)
        self.precision = keras.metrics.Precision()

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.precision.update_state(y_true, y_pred, sample_weight)
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

import libcst as cst

from transpiler.interpret.arguments import Argument, arguments_of
from transpiler.interpret.dispatch import provides
from transpiler.interpret.functions.summaries import symbol_of
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import const
from transpiler.interpret.tensors.names import emit_before, ensure_current
from transpiler.interpret.values import Bound, Framework, Function, Part, Static, Value
from transpiler.ir.code import Line
from transpiler.ir.expr import POSTFIX, UNKNOWN, Expr, reads
from transpiler.ir.tensor import Tensor

#: The place of what a class is derived from.
BASE = "super()"
#: Those that are told numbers instead of targets and outputs.
OF_VALUES = ("keras.metrics.Mean", "keras.metrics.Sum")


def part_in(initializer: Function, statement: cst.CSTNode) -> Part | None:
    """What a statement of a constructor makes: `self.precision = keras.metrics.Precision()`."""
    match statement:
        case cst.Assign(
            targets=[
                cst.AssignTarget(target=cst.Attribute(value=cst.Name("self"), attr=cst.Name(name)))
            ],
            value=cst.Call(func=func, args=args) as call,
        ) | cst.AnnAssign(
            target=cst.Attribute(value=cst.Name("self"), attr=cst.Name(name)),
            value=cst.Call(func=func, args=args) as call,
        ):
            pass
        case _:
            return None
    symbol = symbol_of(initializer, func)
    if not isinstance(symbol, Framework) or not is_metric(initializer, symbol.name):
        return None
    return Part(f"self.{name}", symbol.name, arguments_in(initializer, args), call)


def is_metric(method: Function, symbol: str) -> bool:
    """Whether it is a class of Keras's whose objects count batches."""
    known = symbol in OF_VALUES or symbol in method.file.rules.metrics
    return known and symbol.rpartition(".")[2][0].isupper()


def arguments_in(method: Function, args: Iterable[cst.Arg]) -> tuple[tuple[str, Expr], ...]:
    """The arguments of a call by their keywords, "" for those without; `name` is of no use."""
    found = []
    for given in args:
        keyword = given.star or (given.keyword.value if given.keyword is not None else "")
        if keyword not in ("name", "dtype", "**"):
            found.append((keyword, argument(str(method.file.tree.source(given.value)))))
    return tuple(found)


def argument(text: str) -> Expr:
    """An argument as the program writes it; what is no literal is only known at run time."""
    try:
        return Expr(text, ast.literal_eval(text))
    except (ValueError, SyntaxError):
        return Expr(text, UNKNOWN)


@provides("part_method")
def part_method(region: Region, node: cst.Call, part: Part, name: str) -> Value:
    """`self.precision.update_state(y_true, y_pred)` and `self.precision.result()`.

    Also `self.precision(y_true, y_pred)`, which does both.
    """
    code = Expr(f"{part.place}.compute()", strength=POSTFIX, names=frozenset({(part.place, 0)}))
    result = Bound(Tensor(code, None, number=True))
    if name == "result" and not node.args:
        return result
    if name not in ("update_state", "__call__") or part.place in region.parts:
        raise GiveUp(f"`{part.place}.{name}` has no translation, or not twice", node)
    given = _given(part, arguments_of(region, node), node)
    region.parts[part.place] = tuple(given)
    codes = []
    for value in (ensure_current(region, value, node) for value in given):
        emit_before(region, value.tensor.code, "")
        codes.append(value.tensor.code)
    text = f"{part.place}.update({', '.join(code.text for code in codes)})"
    uses = frozenset[str]().union({part.place}, *map(reads, codes))
    modules = tuple(module for code in codes for module in code.modules)
    region.emit_forward(Line(text, frozenset({part.place}), uses, modules, kills=False))
    region.helpers_used |= {helper for code in codes for helper in code.helpers}
    region.graph_events += 1
    region.done.add(id(node))
    return const(None) if name == "update_state" else result


def _given(part: Part, arguments: list[Argument], node: cst.Call) -> list[Bound]:
    """The tensors that a part is given; weights of samples would be the last of its arguments."""
    names = ["values"] if part.symbol in OF_VALUES else ["y_true", "y_pred"]
    order = iter([*names, "sample_weight"])
    found = {keyword or next(order, ""): value for keyword, value in arguments}
    weights = found.pop("sample_weight", const(None))
    tensors = [found.pop(name, None) for name in names]
    plain = isinstance(weights, Static) and weights.expr.is_const(None)
    if found or not plain or not all(isinstance(t, Bound) for t in tensors):
        raise GiveUp(f"what `{part.place}` gets is not understood", node)
    return [tensor for tensor in tensors if isinstance(tensor, Bound)]
