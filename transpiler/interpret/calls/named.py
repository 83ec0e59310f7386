"""Parts of the framework by the names that they have in the file: `eval(activation)`.

activation_func = eval(activation)
x = activation_func(name="act")(x)
"""

from __future__ import annotations

import libcst as cst

from transpiler.diagnostics import UNSUPPORTED
from transpiler.interpret.arguments import arguments_of
from transpiler.interpret.expressions.names import read
from transpiler.interpret.expressions.subscripts import chosen_by
from transpiler.interpret.layers.making import make_layer
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import constant
from transpiler.interpret.values import (
    Choice,
    Framework,
    Function,
    Named,
    Static,
    UserClass,
    Value,
    holds_tensor,
)
from transpiler.ir.expr import call, with_helper

#: Activations that the emitted function does not know: their weights need the size of the image.
_OTHER = frozenset({"PReLU", "ThresholdedReLU"})


def evaluated(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    """What `eval` gives of the name of a layer, a function or a class."""
    if len(values) != 1 or not isinstance(values[0], Static):
        return None
    known = constant(values[0])
    if isinstance(known, str):
        found = read(region, known) if known.isidentifier() else None
        return found if isinstance(found, (Framework, Function, UserClass)) else None
    return None if region.is_module else Named(values[0])


def call_named(region: Region, node: cst.Call, callee: Named) -> Value | Choice:
    """A call of something whose name only the run tells; a choice, where tensors are merged."""
    arguments = arguments_of(region, node)
    if any(holds_tensor(value) for _, value in arguments):
        merging = region.file.rules.functional
        options: dict[object, Value] = {
            name: value for name, value in _in_file(region) if value.name in merging
        }
        if not options:
            raise GiveUp(f"`{callee.key.expr.text}` names what is called on a tensor", node)
        return chosen_by(region, node, callee.key, options)
    if any(keyword != "name" for keyword, _ in arguments):
        raise GiveUp(f"`{callee.key.expr.text}` names a layer that gets arguments", node)
    _say_what_is_missing(region, node)
    made = with_helper(call("activation_layer", callee.key.expr), "activation_layer")
    hint = region.target_hint if region.whole is node else ""
    given = [("activation", Static(made)), *arguments]
    return make_layer(region, "keras.layers.Activation", given, node, hint)


def _in_file(region: Region) -> list[tuple[str, Framework]]:
    """The parts of the framework that have a name in the file."""
    found = region.file.globals.items()
    return [(name, value) for name, value in found if isinstance(value, Framework)]


def _say_what_is_missing(region: Region, node: cst.Call) -> None:
    """A diagnostic, once for each function, for the names that the emitted function lacks."""
    layers = [n for n, v in _in_file(region) if v.name.rpartition(".")[2] in _OTHER]
    own = [
        name
        for name, value in region.file.globals.items()
        if isinstance(value, UserClass) and any(b.endswith("Layer") for b in value.bases)
    ]
    missing = ", ".join(sorted([*layers, *own]))
    message = f"an activation by its name in the file: not by {missing}, for which it raises"
    if missing and not any(text == message for _, _, text in region.diagnostics):
        region.say(UNSUPPORTED, node, message)
