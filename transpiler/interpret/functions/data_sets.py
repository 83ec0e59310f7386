"""Data sets that functions of the program take, and what else gives batches."""

from __future__ import annotations

from transpiler.interpret.calls.pipelines import is_text, pipeline_of
from transpiler.interpret.statics import UNDONE
from transpiler.interpret.values import (
    Sequence,
    Static,
    Unknown,
    UserClass,
    Value,
)
from transpiler.ir.expr import Expr
from transpiler.ir.pipeline import Changes, Generated, Pipeline
from transpiler.record import replace
from transpiler.regex import regex

#: The steps of data sets of tf.data.
STEPS = (
    "apply|batch|cache|cardinality|concatenate|element_spec|enumerate|filter|flat_map|interleave|"
    "map|padded_batch|prefetch|reduce|repeat|shard|shuffle|skip|take|unbatch|window|with_options|zip"
)
TAKES_STEPS = regex(rf"\.(?:{STEPS})\b")
LENT_DATA = "`{}` is left as it is: it gets a data set, and stands in another file"


def given_data(value: Value | None, reading: Expr) -> Value | None:
    """A data set that is an argument, as the function sees it; None of anything else."""
    if value is not None and is_text(value):
        return Static(replace(reading, value=value.expr.value))
    data = data_of(value) or changes_of(value)
    if data is None:
        return None
    if isinstance(data, Pipeline) and not data.is_done:  # whoever passes it says so
        return Unknown(UNDONE)
    return Static(replace(reading, value=data))


#: The bases of classes of the program's own that give batches by their numbers.
SEQUENCES = frozenset({"keras.utils.Sequence", "keras.utils.PyDataset"})


def data_of(value: Value | None) -> Pipeline | Generated | UserClass | None:
    """A data set, a generator, or the class of a sequence of batches; None of anything else."""
    made = value.expr.value if isinstance(value, Static) else None
    if isinstance(made, UserClass):
        return made if made.bases and set(made.bases) <= SEQUENCES else None
    return made if isinstance(made, (Pipeline, Generated)) else None


def changes_of(value: Value | None) -> Changes | None:
    """What changes images, and makes data sets of them; None of anything else."""
    made = value.expr.value if isinstance(value, Static) else None
    return made if isinstance(made, Changes) else None


def holds_data(value: Value | None) -> bool:
    """Whether it is a data set, or a tuple with one in it."""
    if isinstance(value, Sequence):
        return any(map(holds_data, value.items))
    return pipeline_of(value) is not None
