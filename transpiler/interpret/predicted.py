"""Arrays that models have predicted."""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.dispatch import evaluate
from transpiler.interpret.region import Region
from transpiler.interpret.values import Sequence, Unknown, Value

#: The reason of values that `predict` gives: arrays, whichever framework computes them.
PREDICTED = "what `predict` gives"


def is_array(value: Value | None) -> bool:
    """Whether it is an array that a model has predicted, or that was made of one."""
    return isinstance(value, Unknown) and value.reason == PREDICTED


def predicted_pair(region: Region, argument: cst.Arg) -> Sequence | None:
    """The parts of `validation_data=(encoder.predict(x), y)`, each by itself."""
    named = argument.keyword is not None and argument.keyword.value == "validation_data"
    match argument.value:
        case cst.Tuple(elements) | cst.List(elements) if named:
            named = all(isinstance(e.value, (cst.Name, cst.Subscript)) for e in elements)
            if not named and ".predict(" not in region.tree.source(argument.value):
                return None
            items = tuple(evaluate(region, element.value) for element in elements)
            starred = any(isinstance(element, cst.StarredElement) for element in elements)
            return Sequence(items, tuple) if any(map(is_array, items)) and not starred else None
    return None
