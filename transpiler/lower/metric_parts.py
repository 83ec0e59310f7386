"""Metrics of Keras inside of a metric of the program's own, as small classes.

class Precision:
    def __init__(self):
        self.true_positives = self.predicted_positives = 0.0

    def update(self, targets, outputs):
        self.true_positives += ((outputs > 0.5) & targets.bool()).sum()
        self.predicted_positives += (outputs > 0.5).sum()

    def compute(self):
        return self.true_positives / max(self.predicted_positives, 1)
"""

from __future__ import annotations

import re

from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.metric_parts import BASE, OF_VALUES
from transpiler.interpret.functions.own_metrics import methods_of, parts_of
from transpiler.interpret.region import Region
from transpiler.interpret.values import Bound, Part, Static, UserClass
from transpiler.ir.expr import ATOM, Configured, Expr
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Metric, Prediction
from transpiler.lower.binding import only, use_of
from transpiler.record import record, replace


@record(frozen=True, slots=True)
class Written:
    """The class that stands for a part, and how an object of it is made."""

    part: Part
    name: str  #: of the class, where no other has it
    source: str  #: with `NAME` in the place of its name
    arguments: tuple[str, ...]
    helpers: frozenset[str] = frozenset()
    note: str = ""  #: what is assumed


def written_parts(
    file: FileContext, made: UserClass, update: Region, given: tuple[tuple[str, Expr], ...]
) -> list[Written]:
    """The classes for what a metric of the program's own holds, or is derived from.

    Where it has no constructor of its own, `given` are the arguments for that of Keras.
    """
    parts = list(parts_of(made).values())
    if "__init__" not in methods_of(made):
        parts = [replace(part, arguments=given) for part in parts]
    found = [_written(file, part, update) for part in parts]
    _check_names(file, made, found)
    known = file.metric_parts.setdefault(made.name, found)
    if [(w.source, w.arguments) for w in known] != [(w.source, w.arguments) for w in found]:
        raise Unsupported(f"objects of `{made.name}` count outputs of several kinds")
    return found


def _written(file: FileContext, part: Part, update: Region) -> Written:
    name = part.symbol.rpartition(".")[2]
    given = update.parts.get(part.place)
    if given is None:
        raise Unsupported(f"`{part.place}` is not told of each batch")
    if part.symbol in OF_VALUES:
        if part.arguments:
            raise Unsupported(f"{part.symbol} with arguments")
        return Written(part, name, _OF_VALUES[name], ())
    kept = {key: expr.text for key, expr in part.arguments if not expr.known}
    if any(not key.isidentifier() for key in kept):
        raise Unsupported(f"{part.symbol} with arguments that are not known one by one")
    metric = _built(file, part, *given)
    helpers = metric.helpers.union(*(value.helpers for _, value in metric.sums))
    source = _source(metric, list(kept))
    cuts = "cut to whole numbers" in metric.note and "int" in given[1].tensor.dtype
    return Written(part, name, source, tuple(kept.values()), helpers, "" if cuts else metric.note)


#: Those that count single numbers; others look along the last axis, which may not be the batch.
_COUNTING = frozenset({
    "AUC", "BinaryIoU", "FalseNegatives", "FalsePositives", "IoU", "MeanIoU", "Precision",
    "PrecisionAtRecall", "Recall", "RecallAtPrecision", "SensitivityAtSpecificity",
    "SpecificityAtSensitivity", "TrueNegatives", "TruePositives",
})  # fmt: skip


def _built(file: FileContext, part: Part, targets: Bound, outputs: Bound) -> Metric:
    """What its rule makes of what it is given; what only the object knows, it keeps."""
    dims = [t.tensor.dims for t in (targets, outputs)]
    if dims[0] is None or dims[1] is None:
        raise Unsupported(f"{part.symbol} of tensors whose axes are not known")
    last = dims[1][-1] if dims[1] else None
    size = last.value if last is not None and last.known else None
    classes = len(dims[0]) == len(dims[1]) - 1
    counts = part.symbol.rpartition(".")[2] in _COUNTING
    known = (classes and size != 1) or len(dims[0]) == len(dims[1])
    if not known or not (dims[1] or counts):
        raise Unsupported(f"{part.symbol} of tensors of these shapes")
    arguments = [
        (key, expr if expr.known else Expr(f"self.{key}", strength=ATOM))
        for key, expr in part.arguments
    ]
    places = tuple(expr for key, expr in arguments if not key)
    named = tuple((key, expr) for key, expr in arguments if key)
    value = Static(Expr(part.place, Configured(part.symbol, places, named)))
    use = use_of(file.rules.metrics, "keras.metrics", value, "a metric")
    only(use)
    seen = Prediction(
        Expr("outputs"),
        Expr("targets"),
        rank=len(dims[1]) + 1,
        units=size,
        classes=classes,
    )
    built: Metric = use.build(seen)
    if built.array:
        raise Unsupported(f"{use.symbol} of several numbers in a metric of the program's own")
    return built


def _source(metric: Metric, kept: list[str]) -> str:
    """The class that adds up what a rule says of each batch."""
    names = [f"self.{variable}" for variable, _ in metric.sums]
    lines = []
    for name, (_, value) in zip(names, metric.sums, strict=True):
        added = value.text.replace(".item()", "").replace("len(inputs)", "len(outputs)")
        lines.append(f"{name} += {added}")
    for what, more in (("count", "len(outputs)"), ("batches", "1")):
        if f"{{{what}}}" in metric.result:
            names.append(f"self.{what}")
            lines.append(f"self.{what} += {more}")
    result = metric.result.format(*names, count="self.count", batches="self.batches")
    if metric.helpers:
        result = f"torch.as_tensor({result})"
    head = ", ".join(["self", *kept])
    return "\n".join([
        "class NAME:",
        f'    """The {metric.label or metric.name} of all batches."""',
        "",
        f"    def __init__({head}):",
        *(f"        self.{name} = {name}" for name in kept),
        f"        {' = '.join(names)} = 0.0",
        "",
        "    @torch.no_grad()",
        "    def update(self, targets, outputs):",
        *(f"        {line}" for line in lines),
        "",
        "    def compute(self):",
        f"        return {result}",
        "",
    ])  # fmt: skip


_OF_VALUES = {
    "Mean": '''class NAME:
    """The mean of all values."""

    def __init__(self):
        self.total = self.count = 0.0

    @torch.no_grad()
    def update(self, values):
        self.total += values.sum()
        self.count += values.numel()

    def compute(self):
        return self.total / self.count
''',
    "Sum": '''class NAME:
    """The sum of all values."""

    def __init__(self):
        self.total = 0.0

    @torch.no_grad()
    def update(self, values):
        self.total += values.sum()

    def compute(self):
        return self.total
''',
}


def _check_names(file: FileContext, made: UserClass, parts: list[Written]) -> None:
    """Refuse a class whose attributes are also those of what it is derived from."""
    base = next((w for w in parts if w.part.place == BASE), None)
    if base is None:
        return
    text = " ".join(file.tree.source(m.node) for m in methods_of(made).values())
    theirs = set(re.findall(r"self\.(\w+)(?= (?:=|\+=))", base.source)) - {*base.arguments}
    if clash := sorted(theirs & set(re.findall(r"self\.(\w+)", text))):
        raise Unsupported(f"`{made.name}` has an attribute {clash[0]} as {base.part.symbol} does")
