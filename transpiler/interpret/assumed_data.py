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
    """Take what `fit` or `evaluate` get without targets for a data set, where it is a parameter.

    What `predict` gets is one where these get the same.
    """
    if name == "predict" and "x" in given:
        _assume_asked(region, given)
    if name not in ("fit", "evaluate") or _OF_ARRAYS & given.keys() or "x" not in given:
        return
    if _is_parameter(region, given["x"].value):
        for what in {"x", "validation_data"} & given.keys():
            value = given[what].value
            if _is_parameter(region, value):
                data = Static(replace(value.expr, value=_BATCHES))
                given[what] = replace(given[what], value=data)


def _assume_asked(region: Region, given: dict[str, Any]) -> None:
    """The same for what `predict` gets, where another call says it."""
    calls = [c.given for c in region.training.values() if c.name in ("fit", "evaluate")]
    held = (one[what].value for one in calls for what in ("x", "validation_data") if what in one)
    known = {v.expr.text for v in held if isinstance(v, Static) and v.expr.value is _BATCHES}
    value = given["x"].value
    if isinstance(value, Static) and value.expr.text in known:
        given["x"] = replace(given["x"], value=Static(replace(value.expr, value=_BATCHES)))


def _is_parameter(region: Region, value: Value) -> bool:
    """Whether it is what a function gets, of which nothing is known."""
    return (
        isinstance(value, Static)
        and region.function is not None
        and value.expr.value is UNKNOWN
        and value.expr.text in region.parameters
        and region.scope.version(value.expr.text) == 0
    )
