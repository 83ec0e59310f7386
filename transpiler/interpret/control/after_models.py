"""What a builder does with its models once they are complete: what is not understood stays.

model = keras.Model(inputs, outputs)
for layer in model.layers[:10]:
    layer.trainable = False
return model
"""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.scope import Scope
from transpiler.interpret.statics import one_line
from transpiler.interpret.values import Framework, Layer, Model, Unknown, holds_tensor
from transpiler.source.lexical import names_read


def may_stay(region: Region, statement: cst.CSTNode) -> bool:
    """Whether a statement comes after all models of a builder, and builds nothing itself."""
    if region.is_module or region.functional or region.ways or not region.built:
        return False
    source = region.tree.source(statement)
    names = names_read(source)
    if "return" in names:
        return False
    values = [region.scope.get(name) for name in names]
    return not any(
        isinstance(v, (Layer, Framework)) or (v is not None and holds_tensor(v)) for v in values
    )


def run_or_leave(region: Region, statement: cst.CSTNode, run: Callable[[], None]) -> None:
    """Run a statement; one that is not understood stays as it is, with a message."""
    scope, events = region.scope.copy(), region.graph_events
    programs = list(region.init), list(region.forward)
    marks = len(region.built), len(region.open_sequentials), len(region.left_calls)
    try:
        run()
    except GiveUp:
        now = len(region.built), len(region.open_sequentials)
        if region.graph_events != events or now != marks[:2]:
            raise
        _spoil(region, scope)
        region.init[:], region.forward[:] = programs
        del region.left_calls[marks[2] :]
        header = one_line(region.tree.source(statement).split("\n", 1)[0]).rstrip(":")
        model: Model = region.built[-1].model
        region.left_calls.append((statement, header, model))


def _spoil(region: Region, before: Scope) -> None:
    """What the statement may have assigned is not known from now on."""
    versions = region.scope.versions
    region.scope = before
    for name in [n for n, v in versions.items() if before.version(n) != v and n.isidentifier()]:
        before.bump(name)
        before.values[name] = Unknown(f"`{name}`, of a statement that stays")
