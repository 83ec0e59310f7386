"""How losses reduce single numbers: of objects of the program's own, what the constructor hands on.

class Pinball(keras.losses.Loss):
    def __init__(self, q, reduction="sum_over_batch_size", name="pinball"):
        super().__init__(reduction=reduction, name=name)
"""

from __future__ import annotations

import ast

from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.own_losses import class_of_loss
from transpiler.interpret.functions.own_metrics import given_to_keras
from transpiler.interpret.values import Static, Value
from transpiler.ir.expr import Symbol, expr
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Loss, Prediction
from transpiler.lower.binding import Use
from transpiler.lower.own_metrics import arguments_of, construction
from transpiler.record import replace


def sums_up(file: FileContext, value: Value) -> bool:
    """Whether an object adds single numbers up; refused where it leaves them as they are."""
    made = class_of_loss(value)
    if made is None or not isinstance(value, Static):
        return False
    text = given_to_keras(made, arguments_of(made, construction(file, made, value)), "reduction")
    name = "auto" if text is None else text.strip("\"'").rpartition(".")[2].lower()
    if name not in ("auto", "sum_over_batch_size", "sum"):
        raise Unsupported(f"`{made.name}` with reduction={text}")
    return name == "sum"


def without_reduction(file: FileContext, value: Value, text: str) -> str:
    """How an object is made, without what says how it reduces."""
    made = class_of_loss(value)
    if made is None or not isinstance(value, Static):
        return text
    call = construction(file, made, value)
    if "reduction" not in arguments_of(made, call):
        return text
    if text.isidentifier() or any(isinstance(a, ast.Starred) for a in call.args):
        raise Unsupported(f"the reduction of `{made.name}`, which a variable holds")
    call.keywords = [k for k in call.keywords if k.arg != "reduction"]
    if "reduction" in arguments_of(made, call):
        raise Unsupported(f"the reduction of `{made.name}` is given by position")
    written = ast.unparse(call)
    return written.replace("'", '"') if '"' not in written else written


def reduced_loss(use: Use, seen: Prediction) -> Loss:
    """The loss; Keras adds up the means of rows where it adds up, torch single numbers."""
    reduction = use.arguments.get("reduction", expr(None))
    value = reduction.value if reduction.known else None
    name = value.name.rpartition(".")[2].lower() if isinstance(value, Symbol) else value
    sums = name == "sum"
    try:
        return use.build(seen)  # type: ignore[no-any-return]
    except Unsupported:
        # a row of a column is its number, or, where the targets have no such axis, the whole
        column = seen.rank is None or (seen.rank > 2 and seen.units in (1, None))
        if not sums or column:
            raise
    others = {key: given for key, given in use.arguments.items() if key != "reduction"}
    found: Loss = replace(use, arguments=others).build(replace(seen, elementwise=True))
    return replace(found, summed=True)
