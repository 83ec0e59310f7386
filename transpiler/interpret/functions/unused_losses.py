"""Losses and metrics that nothing uses, in a file that trains a model with others.

def rmse(y_true, y_pred): ...

model.compile("sgd", "mse")        # `rmse` is taken to get what `mse` gets
"""

from __future__ import annotations

from transpiler.diagnostics import ASSUMED
from transpiler.interpret.context import FileContext
from transpiler.interpret.dispatch import provides
from transpiler.interpret.functions.own_losses import tensors_of
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.functions.wishes import alike, interpret_on_tensors, is_known
from transpiler.interpret.values import Function
from transpiler.regex import regex
from transpiler.source.importers import is_imported
from transpiler.source.occurrences import Occurrences

_TARGETS = regex(r"(?:y|y_?t(?:rue)?|true|labels?|targets?|gt|actual|y_?actual)$")
_OUTPUTS = regex(r"(?:y_?p(?:red)?|pred(?:s|ict\w*)?|y_?hat|outputs?|logits|p)$")


@provides("unused_losses")
def convert_unused(file: FileContext) -> None:
    """Interpret such functions on the targets and outputs of the models of their file."""
    ranks = {len(output.tensor.dims or ()) for output, _ in file.compared}
    if len(ranks) != 1 or 0 in ranks:
        return
    held = [f for f in file.globals.values() if isinstance(f, Function) and f.file is file]
    found = [(outer, made) for outer in held for made in alike(file, outer) if _compares(made)]
    spans = [file.tree.span(outer.node) for outer, _ in found]
    places = Occurrences(file.tree.text)
    for outer, function in found:
        uses = [place.start for place in places.of(outer.name) if not place.binds]
        by_hand = any(not any(start <= use < end for start, end in spans) for use in uses)
        if by_hand or is_known(file, function) or is_imported(file.path, rf"\b{outer.name}\b"):
            continue
        given = tensors_of(file, function, *file.compared[0])
        if interpret_on_tensors(function, given) is not None:
            message = (
                f"`{outer.name}`, which nothing uses, is taken to get such tensors as the loss"
            )
            file.say(ASSUMED, function.node, message)


def _compares(function: Function) -> bool:
    """Whether the parameters of a function are called as those of a loss."""
    names = [parameter.name.lower() for parameter in parameters_of(function.node)[:2]]
    return len(names) == 2 and bool(_TARGETS.match(names[0]) and _OUTPUTS.match(names[1]))
