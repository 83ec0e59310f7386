"""What functions and objects of the program's own get to see of a model."""

from __future__ import annotations

import re

from transpiler.interpret.context import FileContext
from transpiler.interpret.summary import Summary
from transpiler.interpret.values import Function
from transpiler.ir.expr import Expr, method
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Prediction
from transpiler.source.occurrences import Occurrences


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


def column_note(name: str, summary: Summary, seen: Prediction) -> str:
    """What is assumed of targets that may have one axis or two.

    Classes that surely are a column are refused, unless the function gives them an axis itself.
    """
    if not seen.classes or seen.rank != 2:
        return f"`{name}`: {COLUMN}" if is_column(seen) else ""
    if seen.flat or _takes_any_shape(summary):
        return ""
    if seen.column:
        raise Unsupported(f"`{name}`: {_CLASSES_OF_COLUMN}")
    return f"`{name}`: {_CLASSES}"


def _takes_any_shape(summary: Summary) -> bool:
    """Whether a function first makes one axis of its targets, or nothing but Keras reads them."""
    assert summary.region is not None
    targets = summary.parameters[bool(summary.function.owner)].name
    code = summary.region.tree.code(summary.function.node)
    _, *reads = re.finditer(rf"(?<![\w.]){targets}\b(?!\s*=(?!=))", code)  # but its parameter
    leveled = rf"\b(?:{_LEVELS})\(\s*(?:[\w.]+\(\s*)?{targets}\b"
    kept = re.search(rf"(?<![\w.]){targets}\s*=\s*(?:[\w.]+\(\s*)?[\w.]*{leveled}", code)
    if kept is not None and reads and kept.end() == reads[0].end():
        return True  # nothing reads it before it has one axis
    return len(re.findall(leveled, code)) == len(reads)


#: What makes one axis of a column, or takes it as that.
_LEVELS = r"reshape|flatten|ravel|squeeze|sparse_categorical_\w+|SparseCategorical\w+\([^)]*\)"


COLUMN = (
    "the targets are taken as a column, one number in a row; Keras 3 compares each of them with "
    "all outputs, or sums over the batch, where they have but one axis"
)
_CLASSES = (
    "it gets the classes in one axis, one for each sample; Keras hands them on as a column where "
    "the program has them so, and Keras 2 always"
)

_CLASSES_OF_COLUMN = (
    "the program has the classes as a column, in which Keras hands them on; here it would get them "
    "in one axis: let it make that itself first, `y_true = tf.reshape(y_true, [-1])`"
)


def is_steady(file: FileContext, name: str) -> bool:
    """Whether a variable of the module is given one value, and no function has one of its name."""
    bound = re.findall(rf"(?<![\w.]){name}\s*=(?!=)", file.tree.blanked)
    once = re.findall(rf"^{name}\s*=(?!=)", file.tree.blanked, re.M)
    return len(bound) == len(once) == 1 or isinstance(file.globals.get(name), Function)


def is_constant(file: FileContext, name: str) -> bool:
    """Whether a name is one variable of the module everywhere, which is given one value."""
    places = Occurrences(file.tree.text).of(name)
    return is_steady(file, name) and sum(place.binds for place in places) == 1
