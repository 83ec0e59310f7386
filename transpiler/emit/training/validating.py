"""In which epochs a `fit` validates: in all of them, or in some."""

from __future__ import annotations

import re

from transpiler.emit.training.model import ModelWriter
from transpiler.interpret.statics import constant
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Static
from transpiler.ir.tensor import Unsupported
from transpiler.regex import regex


def validated_after(model: ModelWriter, call: TrainingCall) -> str:
    """What must hold for the number of an epoch, `{}`, that it validates; "" where it always does.

    The number counts from 1: that of every second epoch, or one in a list.
    """
    given = call.given.get("validation_freq")
    if given is None or (isinstance(given.value, Static) and given.value.expr.is_const(1)):
        return ""
    value = constant(given.value)
    if isinstance(value, int) and not isinstance(value, bool):
        return f"({{}}) % {model.source_of(given)} == 0"
    if isinstance(value, list) and all(isinstance(number, int) for number in value):
        return f"{{}} in {model.source_of(given)}"
    raise Unsupported("validation_freq that is not a known number, or list of numbers")


_OF_NUMBERS = regex(r"\(\{\}\) % ([1-9]\d*) == 0|\{\} in \[([\d, ]*)\]")


def never_validates(after: str, first: str, epochs: str) -> bool:
    """Whether training surely ends before it would validate for the first time."""
    found = _OF_NUMBERS.fullmatch(after)
    if found is None or not (epochs.isdigit() and first.isdigit()):
        return False
    numbers = range(int(first) + 1, int(epochs) + 1)
    if found.group(1):
        return not any(number % int(found.group(1)) == 0 for number in numbers)
    return not any(int(number) in numbers for number in re.findall(r"\d+", found.group(2)))


def validates_first(after: str, first: str) -> bool:
    """Whether the first epoch surely validates."""
    found = _OF_NUMBERS.fullmatch(after)
    if found is None or found.group(2) is None or not first.isdigit():
        return found is not None and found.group(1) == "1"
    return int(first) + 1 in map(int, re.findall(r"\d+", found.group(2)))
