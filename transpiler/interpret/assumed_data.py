"""Parameters that must be data sets, as a model is trained with them alone.

def fit(self, train_ds, val_ds):
    self.model.fit(train_ds, validation_data=val_ds)
"""

from __future__ import annotations

from typing import Any

from transpiler.interpret.region import Region
from transpiler.interpret.values import Static, Value
from transpiler.ir.expr import UNKNOWN
from transpiler.ir.pipeline import Gives, Leaf, Pipeline
from transpiler.record import replace

#: What says of arrays how they are used, and means nothing for a data set.
_OF_ARRAYS = frozenset({"y", "batch_size", "validation_split", "sample_weight"})
#: Batches of inputs and targets, of which nothing else is known.
_BATCHES = Pipeline(Gives.BATCHES, (Leaf(), Leaf()), remade=True, loads=True, assumed=True)


def assume_data(region: Region, name: str, given: dict[str, Any]) -> None:
    """Take what `fit` or `evaluate` get without targets for a data set, where it is a parameter."""
    if name not in ("fit", "evaluate") or _OF_ARRAYS & given.keys() or "x" not in given:
        return
    if _is_parameter(region, given["x"].value):
        for what in {"x", "validation_data"} & given.keys():
            value = given[what].value
            if _is_parameter(region, value):
                data = Static(replace(value.expr, value=_BATCHES))
                given[what] = replace(given[what], value=data)


def _is_parameter(region: Region, value: Value) -> bool:
    """Whether it is what a function gets, of which nothing is known."""
    return (
        isinstance(value, Static)
        and region.function is not None
        and value.expr.value is UNKNOWN
        and value.expr.text in region.parameters
        and region.scope.version(value.expr.text) == 0
    )
