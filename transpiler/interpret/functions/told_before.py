"""What `compile` is told in a function, and what the function changes once it has told it.

def build():
    model = Sequential([Dense(1)])
    model.compile(SGD(config.rate), "mse")
    config.rate *= 0.1                      # the optimizer has the rate of before
    return model
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from transpiler.interpret.context import FileContext
from transpiler.interpret.stale import made_in, told_to
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Function
from transpiler.ir.tensor import Unsupported
from transpiler.source.changing import changed


def changed_behind(file: FileContext, call: TrainingCall, function: cst.CSTNode) -> str:
    """What a function changes behind a `compile` in it that has read it; "" of nothing."""
    tree = file.tree
    if not tree.has_span(function) or not tree.has_span(call.node):
        return ""
    (start, stop), begin = tree.span(function), tree.span(call.node)[1]
    if not start < begin < stop - 1:
        return ""
    found = (changed(file.path, tree.text, text, begin, stop - 1) for text in _told(call))
    return next(filter(None, found), "")


def refuse_changed_behind(file: FileContext, call: TrainingCall, function: Function) -> None:
    """Refuse to make the optimizer and the criterion behind a call of the function."""
    if found := changed_behind(function.file or file, call, function.node):
        raise Unsupported(f"`{found}` changes behind it, in the same function")


def _told(call: TrainingCall) -> Iterator[str]:
    """What the arguments of a `compile` read."""
    for given in call.given.values():
        if given.text:
            yield given.text
        yield from (one.text for made in made_in(given.value) for one in told_to(made))
