"""The outputs of a model, and what `compile` says of each of them."""

from __future__ import annotations

import builtins
import keyword
import re

from transpiler.interpret.context import FileContext
from transpiler.interpret.training import Given
from transpiler.interpret.values import Bound, Mapping, Model, Sequence, Static, Value
from transpiler.ir.expr import Expr, expr, literal
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import ACTIVITY, Loss, Metric, Prediction
from transpiler.lower.masked import Steps
from transpiler.lower.output_names import output_names
from transpiler.lower.predictions import is_steady
from transpiler.record import record, replace
from transpiler.source.changing import changed
from transpiler.source.lexical import names_read

#: What else is called something in the loops.
LOOP_NAMES = frozenset({
    "model", "loader", "criterion", "optimizer", "scheduler", "loss", "targets", "weights",
    "inputs", "outputs", "logits", "loss_sum", "count", "device", "torch", "nn", "F", "tqdm",
    "batch", "batches", "x", ACTIVITY,
})  # fmt: skip
#: What the loops call a share by which they smooth labels, where they can't read it.
SMOOTHING = "label_smoothing"


@record(frozen=True, slots=True)
class Head:
    """One output with its loss and its metrics."""

    name: str  #: "" where it is the only one
    variable: str  #: what it is called in the loops
    loss: Loss
    metrics: tuple[tuple[str, Metric], ...]  #: by their keys, without the name of the output
    prediction: Prediction
    weight: Expr | None = None  #: of its loss in the sum
    key: str = ""  #: where the model gives a dict
    given_weight: Expr | None = None  #: what `weight` is a parameter of the loops for
    given_smoothing: Expr | None = None  #: the same of what smooths the labels
    steps: Steps | None = None  #: those that count, where it carries a mask

    @property
    def compared(self) -> Prediction:
        """What the criterion gets: all that the model gives, or the steps that count."""
        return self.prediction if self.steps is None else self.steps.rows(self.prediction)

    @property
    def given(self) -> dict[str, Expr]:
        """What the loops get besides the criterion, by the names of their parameters."""
        of_head = f"{self.variable}_" if self.name else ""
        found = {}
        if self.given_smoothing is not None:
            found[f"{of_head}{SMOOTHING}"] = self.given_smoothing
        if self.weight is not None and self.given_weight is not None:
            found[self.weight.text] = self.given_weight
        return found

    def weighed(self, file: FileContext, weight: Value | None, begin: int, end: int | None) -> Head:
        """With a weight; the functions that train get it where they can't read what it reads.

        It is evaluated by `compile`, and read until the end of the last training.
        """
        if weight is None:
            return self
        if not isinstance(weight, Static):
            raise Unsupported(f"the weight of {self.name} is not known")
        read = names_read(weight.expr.text)
        lasts = not changed(file.path, file.tree.text, weight.expr.text, begin, end)
        if lasts and all(is_steady(file, name) for name in read):
            return replace(self, weight=weight.expr)
        if weight.expr.known:  # the variable may hold another number by the time it trains
            return replace(self, weight=expr(weight.expr.value))
        name = f"{self.variable}_weight" if self.name else "loss_weight"
        return replace(self, weight=Expr(name), given_weight=weight.expr)


@record(frozen=True, slots=True)
class Output:
    """An output of a model."""

    name: str  #: the name that Keras gives it; "" where it is the only one
    variable: str
    rank: int | None = None  #: its axes, the batch included
    units: int | None = None  #: the size of its last axis
    ends_in: str = ""  #: the activation that makes it: "softmax" or "sigmoid"
    hidden: bool = False  #: whether one that is not seen here may do so
    may_end_in: frozenset[str] = frozenset()  #: those, where only the run tells
    plain: bool = False  #: whether it surely comes from a layer without an activation
    single: bool = False  #: whether one layer gives it, whichever way the program goes
    note: str = ""  #: what is assumed of the names
    key: str = ""  #: where the model gives a dict
    is_single: bool = False  #: whether the axes between the batch and the last have one place each
    steps: Steps | None = None  #: those that count, where it carries a mask

    @property
    def code(self) -> str:
        """How the loops write it; "" where it is all that the model gives."""
        return output_code(self.key) if self.key else self.variable


def output_code(key: str) -> str:
    """How the loops write an output in a dict."""
    return f"outputs[{literal(key)}]"


def outputs_of(model: Model, inputs: list[str]) -> list[Output]:
    """The outputs of a model in their order; the inputs are called so in the loops."""
    value = model.outputs
    if isinstance(value, Mapping):
        return _by_key(value, inputs)
    if isinstance(value, Sequence) and len(value.items) == 1:
        value = value.items[0]
    if isinstance(value, Bound):
        return [_output("", "", value)]
    if not isinstance(value, Sequence):
        raise Unsupported("the outputs of the model are not known one by one")
    found: list[Output] = []
    names, counted = output_names(model, list(value.items))
    for name, item in zip(names, value.items, strict=True):
        taken = LOOP_NAMES | set(inputs) | {output.variable for output in found}
        found.append(_output(name, _variable(name, taken), item))
    if counted:
        found[0] = replace(found[0], note=_COUNTED.format(", ".join(names)))
    return found


def sized_by(outputs: list[Output], model: Model) -> list[Output]:
    """The outputs of what a function builds, with the sizes that its caller sees in the model."""
    value = model.outputs
    items: list[Value | None] = [value]
    if isinstance(value, Mapping):
        items = [value.items[key] for key in sorted(value.items, key=str)]
    elif isinstance(value, Sequence):
        items = list(value.items)
    if len(items) != len(outputs):
        return outputs
    sizes = [_size(item) if isinstance(item, Bound) else None for item in items]
    return [
        replace(output, units=size) if output.units is None else output
        for output, size in zip(outputs, sizes, strict=True)
    ]


def _size(value: Bound) -> int | None:
    """The size of the last axis, where it is a known number."""
    size = value.tensor.last_dim
    return size.value if size is not None and size.known and isinstance(size.value, int) else None


def _by_key(value: Mapping, inputs: list[str]) -> list[Output]:
    """The outputs of a model that gives a dict: Keras goes by the order of the keys."""
    found: list[Output] = []
    for key in sorted(value.items, key=str):
        if not isinstance(key, str) or not key:
            raise Unsupported("a dict of outputs whose keys are no strings")
        taken = LOOP_NAMES | set(inputs) | {output.variable for output in found}
        alone = len(value.items) == 1
        name, variable = ("", "") if alone else (key, _variable(key, taken))
        found.append(replace(_output(name, variable, value.items[key]), key=key))
    return found


def check_keys(model: Model) -> None:
    """Keras 2 calls outputs in a dict by the names of their layers: those must be the keys."""
    if not isinstance(model.outputs, Mapping) or len(model.outputs.items) == 1:
        return
    names, _ = output_names(model, list(model.outputs.items.values()))
    if names != list(model.outputs.items):
        raise Unsupported("Keras 2 calls the outputs by their layers, not by the keys of the dict")


def in_order_of_losses(model: Model, given: Given, heads: list[Head]) -> list[Head]:
    """The outputs in a dict as Keras 3 gives their losses: as the program writes these down."""
    said = given.value if isinstance(given.value, Mapping) else model.outputs
    assert isinstance(said, Mapping)
    order = {str(key): number for number, key in enumerate(said.items)}
    return sorted(heads, key=lambda head: order.get(head.key, 0))


_COUNTED = (
    "outputs have no names of their own: the history calls them {}, Keras goes by the number of "
    "layers that were made before"
)


def _variable(name: str, taken: frozenset[str]) -> str:
    """A name for an output in the loops."""
    cleaned = re.sub(r"\W", "_", name)
    own = keyword.iskeyword(cleaned) or hasattr(builtins, cleaned)  # which the loops may need
    if not cleaned.isidentifier() or own or cleaned in taken:
        cleaned = f"output_{cleaned}"
    while cleaned in taken:
        cleaned += "_"
    return cleaned


def _output(name: str, variable: str, value: Value) -> Output:
    if not isinstance(value, Bound):
        raise Unsupported("the outputs of the model are not known one by one")
    dims = value.tensor.dims
    single = dims is not None and all(d is not None and d.is_const(1) for d in dims[:-1])
    rank = None if dims is None else len(dims) + 1
    return Output(name, variable, rank, _size(value), is_single=single)


def by_output(given: Given | None, outputs: list[Output], what: str) -> list[Value | None]:
    """What an argument says of each output: a dict by their names, or a list in their order."""
    value = given.value if given is not None else None
    if value is None or (isinstance(value, Static) and value.expr.is_const(None)):
        return [None] * len(outputs)
    if len(outputs) == 1:
        return [_only(value)]
    if isinstance(value, Mapping):
        unknown = set(map(str, value.items)) - {output.name for output in outputs}
        if unknown:
            raise Unsupported(f"{what} of an output that the model does not have")
        return [value.items.get(output.name) for output in outputs]
    if isinstance(value, Sequence) and len(value.items) == len(outputs):
        return list(value.items)
    listed = value.expr.value if isinstance(value, Static) and value.expr.known else None
    if isinstance(listed, list | tuple) and len(listed) == len(outputs):  # `[1.0] * 2`
        return [Static(expr(item)) for item in listed]
    raise Unsupported(f"{what} that is not given for each output by itself")


def _only(value: Value | None) -> Value | None:
    """What a list or dict of one thing holds."""
    if isinstance(value, Mapping) and len(value.items) == 1:
        return next(iter(value.items.values()))
    if isinstance(value, Sequence) and len(value.items) == 1:
        return value.items[0]
    return value


def generation_of(metrics: Given | None, outputs: int, keras: str) -> str:
    """The generation that a `compile` is written for, where its metrics tell.

    Keras 3 refuses a plain list for several outputs, unless it has one entry for each of them.
    """
    value = metrics.value if metrics is not None else None
    items = value.items if isinstance(value, Sequence) else ()
    plain = not any(isinstance(item, (Sequence, Mapping)) for item in items)
    refused = outputs > 1 and isinstance(value, Sequence) and plain and len(items) != outputs
    return "2" if keras == "auto" and refused else keras


def metrics_by_output(given: Given | None, outputs: list[Output], keras: str) -> list[Value | None]:
    """The same of metrics: in Keras 2, those of a plain list are for each of the outputs."""
    value = given.value if given is not None else None
    items = value.items if isinstance(value, Sequence) else (value,)
    plain = not any(isinstance(item, (Sequence, Mapping)) for item in items)
    if len(outputs) > 1 and keras == "2" and plain and isinstance(value, Sequence):
        return [value] * len(outputs)
    return by_output(given, outputs, "metrics")
