"""Models that are said to be trainable when they are so already: Keras 3 takes no notice of that.

base.trainable = False
model = Sequential([base, Dense(1)])
model.trainable = True

The base stays frozen in Keras 3; Keras 2 trains it again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from transpiler.interpret.training import TrainingCall, root
from transpiler.interpret.values import Model

_UNHEARD = (
    "Keras 3 takes no notice where the model itself is trainable already, and leaves frozen what "
    "is so of it; Keras 2 makes all of it trainable"
)
#: Where what is trainable changes between `compile` and the training.
AS_COMPILED = (
    "it trains what is trainable where it is compiled, as in Keras 2; Keras 3 goes by what is "
    "trainable when it first trains, and would train nothing"
)
AS_TRAINED = (
    "it trains what is trainable when it first trains, as in Keras 3; Keras 2 goes by what is "
    "trainable where it is compiled"
)


def refuse_unheard(
    parts_of: Callable[[Model], frozenset[int]], calls: Sequence[TrainingCall], keras: str
) -> None:
    """Refuse `model.trainable = True` of a model of which but parts are frozen."""
    for call in calls if keras != "2" else ():
        if call.name != "trainable" or call.of is not None or call.given["value"].text != "True":
            continue
        made, parts = root(call.model), parts_of(call.model)
        itself = any(one.model is made and one.itself for one in call.frozen)
        if not itself and any(id(one.model) in parts for one in call.frozen):
            call.problem = call.problem or _UNHEARD


def is_made_still(model: Model) -> bool:
    """Whether a model is made with `trainable=False`, here or by a function."""
    made = root(model)
    return made.still or (made.origin is not None and made.origin.still)
