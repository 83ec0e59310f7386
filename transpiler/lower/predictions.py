"""What functions and objects of the program's own get to see of a model."""

from __future__ import annotations

import re

from transpiler.interpret.context import FileContext
from transpiler.interpret.summary import Summary
from transpiler.interpret.values import Function
from transpiler.ir.expr import Expr, method
from transpiler.ir.training import Prediction


def activated(seen: Prediction) -> Expr:
    """The output as Keras's metrics see it: after the activation that the model leaves out."""
    if not seen.logits:
        return seen.output
    return method(seen.output, seen.activation, *([seen.dim] * (seen.activation == "softmax")))


def takes_classes(summary: Summary, seen: Prediction) -> bool:
    """Whether its targets are classes, one integer in the place of the output's last axis."""
    assert summary.region is not None
    targets = summary.parameters[bool(summary.function.owner)].name
    return summary.region.given_ranks.get(targets) == (seen.rank or 0) - 1


def is_column(seen: Prediction) -> bool:
    """Whether the output has one number in a row, which its targets may lack the axis for."""
    return seen.units == 1 and seen.rank == 2


def column_note(name: str, seen: Prediction) -> str:
    """What is assumed of targets that may have one axis or two."""
    if seen.classes and seen.rank == 2:
        return f"`{name}`: {_CLASSES}"
    return f"`{name}`: {COLUMN}" if is_column(seen) else ""


COLUMN = (
    "the targets are taken as a column, one number in a row; Keras 3 compares each of them with "
    "all outputs, or sums over the batch, where they have but one axis"
)
_CLASSES = (
    "it gets the classes in one axis, one for each sample; Keras hands them on as a column where "
    "the program has them so, and Keras 2 always"
)


def is_steady(file: FileContext, name: str) -> bool:
    """Whether a variable of the module is given one value, and no function has one of its name."""
    bound = re.findall(rf"(?<![\w.]){name}\s*=(?!=)", file.tree.blanked)
    once = re.findall(rf"^{name}\s*=(?!=)", file.tree.blanked, re.M)
    return len(bound) == len(once) == 1 or isinstance(file.globals.get(name), Function)
