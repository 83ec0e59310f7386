"""Statements that fail, or are run anew: what they had changed until then."""

from __future__ import annotations

from typing import Any

from transpiler.interpret.region import Region
from transpiler.interpret.scope import Scope
from transpiler.interpret.values import Bound
from transpiler.ir.code import Node
from transpiler.record import record


@record(frozen=True, slots=True)
class Snapshot:
    """What a region looked like before a statement."""

    init: list[Node]
    forward: list[Node]
    scope: Scope
    constructed: set[str]
    moved: dict[str, tuple[Bound, Bound]]
    border_lines: dict[str, Node]
    calls: int  #: how many layers had been called


def snapshot(region: Region) -> Snapshot:
    """What a statement changes that may fail."""
    return Snapshot(
        list(region.init),
        list(region.forward),
        region.scope.copy(),
        set(region.constructed),
        dict(region.moved),
        dict(region.border_lines),
        len(region.called_layers),
    )


def undo(region: Region, before: Snapshot) -> None:
    """Nothing that was run since then has happened; layers are as if they were never called."""
    region.init[:], region.forward[:] = before.init, before.forward
    scope = region.scope  # others hold its values, too
    scope.values.clear()
    scope.values.update(before.scope.values)
    scope.versions, scope.sizes = before.scope.versions, before.scope.sizes
    region.moved, region.border_lines = before.moved, before.border_lines
    for layer in region.called_layers[before.calls :]:
        if any(m.token not in before.constructed for m in layer.modules):
            layer.modules, layer.calls = (), []
    region.constructed = before.constructed
    del region.called_layers[before.calls :]


#: What an interpretation decides about places in the text; what data sets become stays.
_DECISIONS = ("resolved", "rewrites", "running", "written", "idle")


def decisions(region: Region) -> dict[str, Any]:
    """What was decided about the text so far, to go back to."""
    return {name: getattr(region, name).copy() for name in _DECISIONS}


def undo_decisions(region: Region, before: dict[str, Any]) -> None:
    """Decide anew: a loop's first round may know more than all of its rounds have in common."""
    for name, held in before.items():
        setattr(region, name, held.copy())
