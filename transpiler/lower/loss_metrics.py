"""Keras's losses among the metrics: what one gives for a batch, and the mean of that.

model.compile(loss="mse", metrics=[keras.losses.Huber(0.5), keras.losses.dice])
"""

from __future__ import annotations

from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.given_parts import SHORT_NAMES
from transpiler.interpret.region import Region
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Framework, Static, Value
from transpiler.ir.expr import Configured, Symbol, joined, method
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Loss, Metric, Prediction, Targets
from transpiler.lower.binding import Use, only, use_of
from transpiler.lower.told import told
from transpiler.record import replace

_PACKAGE = "keras.losses"
#: Functions of losses that no metric equals, and whether they give one number for a batch.
_FUNCTIONS = {"cosine_similarity": False, "dice": True, "tversky": True}
#: Classes whose objects are called otherwise than their function.
_NAMES = {"Huber": "huber_loss"}


def is_loss(item: Value) -> bool:
    """Whether it is a loss that gives other numbers than the metric of its name."""
    made = item.expr.value if isinstance(item, Static) else None
    name = _name_of(item)
    if not name.startswith(f"{_PACKAGE}."):
        return False
    last = name.rpartition(".")[2]
    named_as_class = last[0].isupper() and last not in SHORT_NAMES
    return isinstance(made, Configured) or last in _FUNCTIONS or named_as_class


def _name_of(item: Value) -> str:
    if isinstance(item, Framework):
        return item.name
    made = item.expr.value if isinstance(item, Static) else None
    return made.name if isinstance(made, Configured | Symbol) else ""


def loss_as_metric(
    file: FileContext, call: TrainingCall, region: Region, item: Value, seen: Prediction
) -> tuple[str, Metric, Use]:
    """The key, the metric and the rule."""
    use = use_of(file.rules.losses, _PACKAGE, item, "a metric")
    only(use, "name", "dtype")
    use = told(region, use, use.symbol, call)
    last = _name_of(item).rpartition(".")[2]
    if last[0].isupper() and not (isinstance(item, Static) and item.expr.value is not None):
        raise Unsupported(f"{use.symbol} as a metric: a class, of which Keras makes no object")
    whole = last[0].isupper() or _FUNCTIONS[last]
    loss: Loss = use.build(replace(seen, droppable=seen.logits, elementwise=False))
    fits = (loss.targets is Targets.CLASSES) == seen.classes
    first = loss.classes_first or loss.targets_first
    if first or loss.summed or not loss.averaged or not fits or (loss.drops and not seen.logits):
        raise Unsupported(f"{use.symbol} as a metric of this output")
    output = seen.output
    if seen.logits and not loss.drops:
        dims = (seen.dim,) if seen.activation == "softmax" else ()
        output = method(output, seen.activation, *dims)
    targets = loss.smoothed.format(seen.targets, output) if loss.smoothed else seen.targets.text
    value = joined(
        f"{loss.criterion}({output}, {targets}).item()", 18, loss.criterion, output, seen.targets
    )
    given = use.others.get("name")
    if given is not None and not isinstance(given.value, str):
        raise Unsupported(f"{use.symbol}: its name is only known at run time")
    name = _NAMES.get(last, use.rule.names[1].rpartition(".")[2])
    variable = f"{name.removesuffix('_loss')}_loss"
    if not whole:
        value = joined(f"{value} * len(inputs)", 14, value)
    result = "{0} / {batches}" if whole else "{0} / {count}"
    label = variable.replace("_", " ")
    helpers = loss.criterion.helpers
    made = Metric(name, ((variable, value),), result, label, helpers=helpers, note=loss.note)
    return str(given.value) if given is not None else name, made, use
