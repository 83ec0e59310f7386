"""Functions of Keras that programs have a copy of, with the modules of Keras as a parameter."""

from __future__ import annotations

import re

from transpiler.interpret.values import Bound, Function, Value
from transpiler.source.lexical import blanked

#: Their names.
COPIED = frozenset({"correct_pad"})

#: What the copy computes, without blanks.
_PADDING = (
    "adjust=(1-input_size[0]%2,1-input_size[1]%2)",
    "correct=(kernel_size[0]//2,kernel_size[1]//2)",
    "return((correct[0]-adjust[0],correct[0]),(correct[1]-adjust[1],correct[1]))",
)


def is_correct_pad(function: Function, bound: dict[str, Value]) -> bool:
    """Whether it is `correct_pad(backend, inputs, kernel_size)`, called on a tensor."""
    if not isinstance(bound.get("inputs"), Bound) or "kernel_size" not in bound:
        return False
    text = re.sub(r"\s|,\s*(?=\))", "", blanked(function.file.tree.source(function.node)))
    return all(formula in text for formula in _PADDING)
