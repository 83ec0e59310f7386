"""The outputs of a model, and what `compile` says of each of them."""

from __future__ import annotations

import keyword
import re

from transpiler.interpret.training import Given
from transpiler.interpret.values import Bound, Mapping, Model, Sequence, Static, Value
from transpiler.ir.expr import Expr
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Loss, Metric, Prediction
from transpiler.record import record

#: What else is called something in the loops.
LOOP_NAMES = frozenset({
    "model", "loader", "criterion", "optimizer", "scheduler", "loss", "targets", "weights",
    "inputs", "outputs", "logits", "loss_sum", "count", "device", "torch", "nn", "F", "tqdm",
    "batch", "batches", "x",
})  # fmt: skip


@record(frozen=True, slots=True)
class Head:
    """One output with its loss and its metrics."""

    name: str  #: "" where it is the only one
    variable: str  #: what it is called in the loops
    loss: Loss
    metrics: tuple[tuple[str, Metric], ...]  #: by their keys, without the name of the output
    prediction: Prediction
    weight: Expr | None = None  #: of its loss in the sum


@record(frozen=True, slots=True)
class Output:
    """An output of a model."""

    name: str  #: the name that Keras gives it; "" where it is the only one
    variable: str
    rank: int | None = None  #: its axes, the batch included
    units: int | None = None  #: the size of its last axis


def outputs_of(model: Model, inputs: list[str]) -> list[Output]:
    """The outputs of a model in their order; the inputs are called so in the loops."""
    value = model.outputs
    if isinstance(value, Sequence) and len(value.items) == 1:
        value = value.items[0]
    if isinstance(value, Bound):
        return [_output("", "", value)]
    if not isinstance(value, Sequence):
        raise Unsupported("the outputs of the model are not known one by one")
    found: list[Output] = []
    for item in value.items:
        name = _name_of(model, item)
        taken = LOOP_NAMES | set(inputs) | {output.variable for output in found}
        found.append(_output(name, _variable(name, taken), item))
    return found


def _variable(name: str, taken: frozenset[str]) -> str:
    """A name for an output in the loops."""
    cleaned = re.sub(r"\W", "_", name)
    if not cleaned.isidentifier() or keyword.iskeyword(cleaned) or cleaned in taken:
        cleaned = f"output_{cleaned}"
    while cleaned in taken:
        cleaned += "_"
    return cleaned


def _output(name: str, variable: str, value: Value) -> Output:
    if not isinstance(value, Bound):
        raise Unsupported("the outputs of the model are not known one by one")
    dims = value.tensor.dims
    size = dims[-1] if dims else None
    units = size.value if size is not None and size.known and isinstance(size.value, int) else None
    return Output(name, variable, None if dims is None else len(dims) + 1, units)


def _name_of(model: Model, value: Value) -> str:
    """The name of the layer that gives an output, where the program gives it one."""
    region = model.region
    for name, layer in region.named_layers.items() if region is not None else ():
        if isinstance(value, Bound) and isinstance(layer.output, Bound):
            if layer.output.tensor.code.text == value.tensor.code.text:
                return name
    raise Unsupported("an output of the model has no name of its own")


def by_output(given: Given | None, outputs: list[Output], what: str) -> list[Value | None]:
    """What an argument says of each output: a dict by their names, or a list in their order."""
    value = given.value if given is not None else None
    if value is None or (isinstance(value, Static) and value.expr.is_const(None)):
        return [None] * len(outputs)
    if len(outputs) == 1:
        return [value]
    if isinstance(value, Mapping):
        unknown = set(map(str, value.items)) - {output.name for output in outputs}
        if unknown:
            raise Unsupported(f"{what} of an output that the model does not have")
        return [value.items.get(output.name) for output in outputs]
    if isinstance(value, Sequence) and len(value.items) == len(outputs):
        return list(value.items)
    raise Unsupported(f"{what} that is not given for each output by itself")
