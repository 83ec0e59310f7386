"""What of a model is trained, and when a program says so.

model.trainable = False
for layer in base.layers[:-2]:
    layer.trainable = False
"""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from transpiler.interpret.context import FileContext, Frozen
from transpiler.interpret.dispatch import provides
from transpiler.interpret.region import Region
from transpiler.interpret.statics import const, one_line, rewritten
from transpiler.interpret.training import Given, TrainingCall, root, versions_of
from transpiler.interpret.values import Layer, Model, Static, Value


@provides("note_freezing")
def note_freezing(
    region: Region,
    node: cst.Assign | cst.For | cst.Call,
    model: Model,
    value: Value,
    of: cst.BaseExpression | None = None,
    but_norms: bool = False,
    itself: bool = True,
) -> None:
    """Note `model.trainable = False`: what is compiled from now on does not train it.

    A loop over all layers of a model, which `of` is, does the same, or the call of a function.
    Neither makes a model trainable that was said not to be `itself`.
    """
    text = value.expr.text if isinstance(value, Static) else ""
    if isinstance(node, cst.Assign):
        text = one_line(rewritten(region.tree, node.value, region.rewrites))
    given = {"value": Given(value, text, versions_of(region, text))}
    statement = node if isinstance(node, cst.For) else region.statement
    call = TrainingCall(node, "trainable", model, given, statement, model.compiled, region=region)
    call.of, call.but_norms, call.frozen = of, but_norms, tuple(region.file.frozen.values())
    call.conditional, call.in_loop = bool(region.branches), bool(region.loops)
    region.training[id(node)] = call
    before = region.file.frozen.get(id(root(model)))
    whole = itself or (before is not None and before.itself)
    made_by = _frozen_by_its_function(region, model)
    if made_by is not None and isinstance(value, Static) and value.expr.is_const(True):
        home = made_by.region or made_by.caller  # which may have it from another function
        runs = [run for run in region.runs.values() if run.summary.region is home]
        if len(runs) != 1 or not runs[0].once:
            call.problem = "a function has frozen it, which is called again"
        region.file.frozen.pop(id(made_by), None)
    if _is_told_by_run(node, model, value):
        call.conditional = True  # it may be frozen
        set_frozen(region.file, model, const(False))
    elif not set_frozen(region.file, model, value, but_norms, whole):
        call.problem = "whether it is trainable is only known at run time"
    elif whole and not itself and isinstance(value, Static) and value.expr.is_const(True):
        call.problem = "its layers are trainable again, of a model that is not"


def _is_told_by_run(node: cst.CSTNode, model: Model, value: Value) -> bool:
    """Whether what is said of a model is not known yet.

    base.trainable = not freeze_base
    """
    plain = isinstance(node, cst.Assign) and not root(model).options
    return plain and isinstance(value, Static) and not value.expr.known


def _frozen_by_its_function(region: Region, model: Model) -> Model | None:
    """A model as the function has frozen it that gives it."""
    made = root(model)
    origin = root(made.origin) if made.origin is not None else None
    return origin if origin is not None and id(origin) in region.file.frozen else None


@provides("note_layer")
def note_layer(
    region: Region,
    node: cst.Assign | cst.For | cst.Call,
    model: Model,
    value: Static,
    layer: Layer,
) -> None:
    """Note that a layer is trainable or not, in a program that has trained something before.

    One statement may say so of some layers, and the contrary of others.
    """
    call = region.training.get(id(node))
    if call is None:
        given = {"value": Given(value, value.expr.text)}
        statement = node if isinstance(node, cst.For) else region.statement
        call = TrainingCall(node, "freeze", model, given, statement, model.compiled, region=region)
        call.conditional, call.in_loop = bool(region.branches), bool(region.loops)
        region.training[id(node)] = call
    call.layers.append(layer)
    if call.given["value"].text != value.expr.text:
        call.contrary.append(layer)


def is_told_by_run(call: TrainingCall) -> bool:
    """Whether only the run tells whether a model is trainable from then on."""
    value = call.given["value"].value if call.name == "trainable" else None
    return isinstance(value, Static) and not value.expr.known


def said_of(call: TrainingCall, layer: Layer) -> str:
    """What a statement makes `trainable` of a layer that it says something of, as text."""
    said = call.given["value"].text
    if any(layer is one for one in call.contrary):
        return "True" if said == "False" else "False"
    return said


def left_frozen(calls: Iterable[TrainingCall]) -> frozenset[str]:
    """The modules of the layers that are surely frozen after some calls, by their tokens."""
    held: dict[str, bool] = {}
    for one in (c for c in calls if c.name == "freeze"):
        for layer in one.layers:
            said = said_of(one, layer) == "False" and not one.conditional
            held |= {module.token: said for module in layer.modules}
    return frozenset(token for token, is_still in held.items() if is_still)


def set_frozen(
    file: FileContext, model: Model, value: Value, but_norms: bool = False, itself: bool = True
) -> bool:
    """Remember whether a model is trainable from now on; whether that is known."""
    made = root(model)
    if made.options or (made.origin is not None and made.origin.options):
        return False
    if isinstance(value, Static) and value.expr.is_const(False):
        file.frozen[id(made)] = Frozen(made, but_norms, itself)
    elif isinstance(value, Static) and value.expr.is_const(True):
        file.frozen.pop(id(made), None)
    else:
        return False
    return True
