"""Layers whose last result nobody reads: Keras leaves them out of a model, torch has them in it."""

from __future__ import annotations

from transpiler.diagnostics import ASSUMED
from transpiler.emit.units import FilePlan, Unit
from transpiler.interpret.values import Layer
from transpiler.ir.code import For, While
from transpiler.ir.expr import Module
from transpiler.lower.compositions import NOTHING_TO_LEARN
from transpiler.passes.last_rounds import unread_at_last
from transpiler.passes.liveness import prune
from transpiler.regex import regex

_WATCHES = regex("regularizer|constraint")
_SAID = (
    "nobody reads what it gives at last: Keras leaves that layer out of the model, here it is in "
    "it, as `parameters()` and a file of weights tell"
)
_COUNTS = "nobody reads what it gives at last, and Keras does not count its {} then"


def report_left_over(planned: FilePlan) -> None:
    """Say which layers of loops and blocks are in a model of torch alone."""
    blocks = {
        serial: prune(unit.plan.forward, frozenset(), effects=False)[0]
        for serial, unit in planned.blocks.items()
    }
    for unit in planned.models:
        if unit.problem:
            continue
        forward, _ = prune(unit.plan.forward, frozenset(), effects=False)
        if not blocks and not any(isinstance(node, (For, While)) for node in forward):
            continue
        for token in unread_at_last(forward, blocks):
            _report(planned, unit, token)


def _report(planned: FilePlan, unit: Unit, token: str) -> None:
    homes = [unit.region, *(one.region for one in planned.blocks.values())]
    made = (x for home in homes for x in home.called_layers if _has(x, token))
    layer = next(made, None)
    if layer is None or not any(map(_has_weights, layer.modules)):
        return
    watched = [name for name in layer.arguments if _WATCHES.search(name)]
    if watched:
        unit.problem = f"{layer.symbol}: {_COUNTS.format(watched[0])}"
    else:
        unit.region.say(ASSUMED, layer.node, f"{layer.symbol}: {_SAID}")


def _has_weights(module: Module) -> bool:
    return not module.constructor.text.startswith(NOTHING_TO_LEARN)


def _has(layer: Layer, token: str) -> bool:
    return any(module.token == token for module in layer.modules)
