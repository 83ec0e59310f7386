"""Outputs that carry a mask, which the losses and metrics of Keras respect: the steps that count.

loss = criterion(logits[mask], targets[mask])

A loss is the mean over the steps of a batch that are not masked, so it gets these alone, as rows.
Keras 2 gives all metrics the mask, Keras 3 those that are means of what a function gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from transpiler.interpret.functions.data_sets import data_of
from transpiler.interpret.region import Built
from transpiler.interpret.tensors.outgoing_masks import outgoing_mask
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Bound, Value
from transpiler.ir.expr import POSTFIX, Expr
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Metric, Prediction
from transpiler.lower.binding import Use
from transpiler.lower.data import is_streamed
from transpiler.lower.weighing import is_none
from transpiler.record import record, replace

#: Losses that are means over rows, whatever else is in the batch.
_BY_ROW = frozenset({
    "SparseCategoricalCrossentropy", "CategoricalCrossentropy", "BinaryCrossentropy",
    "MeanSquaredError", "MeanAbsoluteError", "Huber", "LogCosh", "Poisson", "KLDivergence",
    "MeanAbsolutePercentageError", "MeanSquaredLogarithmicError", "CosineSimilarity",
    "BinaryFocalCrossentropy", "CategoricalFocalCrossentropy",
})  # fmt: skip
#: Metrics that have the mask in both generations, and those that have it in Keras 2 alone.
_OF_STEPS = frozenset({
    "accuracy", "CategoricalAccuracy", "SparseCategoricalAccuracy", "BinaryAccuracy",
    "MeanAbsoluteError", "MeanSquaredError", "BinaryCrossentropy", "CategoricalCrossentropy",
    "SparseCategoricalCrossentropy", "MeanAbsolutePercentageError", "CosineSimilarity",
    "MeanSquaredLogarithmicError", "LogCoshError", "KLDivergence", "Poisson",
})  # fmt: skip
_DISPUTED = frozenset({
    "RootMeanSquaredError", "Precision", "Recall", "AUC", "TruePositives", "FalsePositives",
    "TrueNegatives", "FalseNegatives",
})  # fmt: skip

#: How a mask calls the inputs of a model, by their numbers.
INPUT = "input_{}"

EMPTY = (
    "a batch in which every step is masked has a loss of NaN and changes no weights; in Keras 3 "
    "its loss is 0, in Keras 2 the weights become NaN, too"
)


@record(frozen=True, slots=True)
class Steps:
    """Which steps of an output count, and how losses and metrics see them."""

    mask: Expr  #: of the inputs, which are called as `INPUT` says
    name: str = "mask"  #: what it is called in the loops
    keras: str = "3"
    fixed: bool = False  #: whether all batches surely have equally many steps
    apart: bool = False  #: whether something sees all steps, which keep their names then

    def rows(self, seen: Prediction) -> Prediction:
        """An output whose steps that count are rows."""
        if not self.apart:
            return replace(seen, rank=2)
        both = (f"{one}[{self.name}]" for one in (seen.output, seen.targets))
        output, targets = (Expr(text, strength=POSTFIX) for text in both)
        return replace(seen, rank=2, output=output, targets=targets)

    def masks(self, use: Use) -> bool:
        """Whether a metric sees these alone."""
        name = _name(use)
        if name in _OF_STEPS or (name in _DISPUTED and self.keras == "2"):
            return True
        if name not in _DISPUTED:
            raise Unsupported(f"{use.symbol} of an output that carries a mask")
        if self.keras != "3":
            raise Unsupported(
                f"{use.symbol} of an output that carries a mask, which counts in Keras 2 and not "
                "in Keras 3 (--keras)"
            )
        return False

    def counted(self, metric: Metric, rows: Prediction) -> Metric:
        """A metric of rows as the mean over all steps that count."""
        total = Expr(f"len({rows.targets})", strength=POSTFIX)
        if self.apart:
            total = Expr(f"{self.name}.sum().item()", strength=POSTFIX)
        if "{batches}" in metric.result or metric.made is not None:
            raise Unsupported(f"{metric.name} of an output that carries a mask")
        size = f"len({rows.targets})"
        sums = [(k, replace(e, text=e.text.replace("len(inputs)", size))) for k, e in metric.sums]
        if "{count}" not in metric.result:
            return replace(metric, sums=tuple(sums))
        if self.keras != "2" and not self.fixed:
            raise Unsupported(
                "metrics of steps that a mask leaves out, in batches which may have more or fewer "
                "steps: Keras 3 takes a mean over the steps of each batch first"
            )
        result = metric.result.replace("{count}", f"{{{len(sums)}}}")
        return replace(metric, sums=(*sums, ("step_count", total)), result=result)


def _name(use: Use) -> str:
    return use.rule.names[0].rpartition(".")[2]


def steps_that_count(
    built: Built,
    output: Value | None,
    keras: str,
    calls: Iterable[TrainingCall],
    steady: Callable[[str], bool],
) -> Steps | None:
    """The mask that an output carries, of what the loops give the model; None without one.

    `steady` tells which variables of the program they can read.
    """
    mask = output.tensor.mask if isinstance(output, Bound) else None
    if mask is None or not isinstance(output, Bound):
        return None
    given = {name: Expr(INPUT.format(n)) for n, name in enumerate(built.inputs)}
    found = outgoing_mask(mask, built.forward, given, steady)
    if found is None or " != " not in found.text or built.input_kind is not None:
        raise Unsupported(
            "the output carries a mask, which the loss of Keras respects, and which is not known "
            "from the inputs alone, or another one in another generation of Keras (--keras)"
        )
    if output.tensor.dims is None or output.tensor.rank != 3:
        raise Unsupported("an output that carries a mask, and is not one row for each step")
    taken = {*built.inputs, *built.keys}
    name = next(n for n in ("mask", "kept", "counted_steps") if n not in taken)
    dims = output.tensor.dims[0]
    known = dims is not None and dims.known and dims.value is not None
    return Steps(found, name, keras, known or all(map(_of_arrays, calls)))


def _of_arrays(call: TrainingCall) -> bool:
    """Whether a call gets arrays: all batches of these have equally many steps."""
    if call.name not in ("fit", "evaluate"):
        return True
    validation = call.given.get("validation_data")
    batches = is_streamed(validation) or (
        validation is not None and data_of(validation.value) is not None
    )
    return "y" in call.given and not is_none(call.given["y"].value) and not batches


def refuse_whole(uses: Sequence[Use]) -> None:
    """Refuse a loss that compares the rows of a batch with each other, or looks at all of them."""
    if not uses:
        raise Unsupported("a loss of the program's own, or by its name, beside a mask")
    for use in uses:
        if _name(use) not in _BY_ROW:
            raise Unsupported(f"{use.symbol} of an output that carries a mask")
