"""Numbers that models have given, where calls get them: the program computes these as before.

score = min(model.fit(x, y).history["loss"])
results.append((score, units))
final = build(max(results)[1])            is no such call, as it is computed there
best = max(results)
final = build(best[1])
"""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from transpiler.interpret.arguments import Argument
from transpiler.interpret.predicted import PREDICTED
from transpiler.interpret.region import Region
from transpiler.interpret.statics import verbatim
from transpiler.interpret.values import Unknown, Value
from transpiler.regex import regex

_OF_FIT, _OF_EVALUATE = "what `fit` gives", "what `evaluate` gives"
#: What `fit` gives is read for: numbers, or lists of them.
_OF_EPOCHS = f"{_OF_FIT} of its epochs"
#: What says of a value that it was computed of what models have given.
_OF_RESULTS = (_OF_FIT, _OF_EVALUATE, PREDICTED)
#: The same of one that is no array, and no history.
_OF_NUMBERS = (_OF_EPOCHS, _OF_EVALUATE)
_VARIABLE = regex(r"[A-Za-z_]\w*(?:\[[\w\"']+\])*")


def read_of(value: Unknown, attribute: str) -> Unknown:
    """What an attribute has of what a model has given: `history.history`."""
    of_epochs = value.reason == _OF_FIT and attribute in ("history", "epoch")
    return Unknown(_OF_EPOCHS if of_epochs else value.reason)


def numbers_of_models(
    region: Region,
    node: cst.Call,
    arguments: list[Argument],
    reasons: Sequence[str] = _OF_RESULTS,
) -> list[Argument]:
    """`SGD(best)`, the rate of the model that did best, is read where it is."""
    if len(arguments) != len(node.args):
        return arguments
    return [
        (
            (keyword, verbatim(region, given.value))
            if type(value) is Unknown
            and any(reason in value.reason for reason in reasons)
            and _VARIABLE.fullmatch(region.tree.source(given.value))
            else (keyword, value)
        )
        for given, (keyword, value) in zip(node.args, arguments, strict=True)
    ]


def with_numbers(
    region: Region, node: cst.CSTNode, bound: dict[str, Value], arguments: list[Argument]
) -> dict[str, Value]:
    """What a function of the program gets, with such numbers as any others."""
    if not isinstance(node, cst.Call):
        return bound
    made = numbers_of_models(region, node, arguments, _OF_NUMBERS)
    new = {id(old): value for (_, old), (_, value) in zip(arguments, made, strict=True)}
    return {name: new.get(id(value), value) for name, value in bound.items()}
