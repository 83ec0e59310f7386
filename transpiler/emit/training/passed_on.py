"""Functions that get a model and hand it on to others, which train it.

def run(model, epochs):                 def run(model, criterion, optimizer, epochs):
    model.fit(x, y, epochs=epochs)          ...

def main(model):                        def main(model, criterion, optimizer):
    run(model, 10)                          run(model, criterion, optimizer, 10)
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from transpiler.emit.training.shared import Part, Room, Shared
from transpiler.interpret.summary import Handed
from transpiler.interpret.training import root
from transpiler.interpret.values import Model

_TRAINING = ("fit", "train_on_batch")


def with_passing(shared: Shared, model: Model, parts: list[Part]) -> list[Part]:
    """The parts of a model, those that hand it on before those that get it from them."""
    found: list[Part] = []
    known = list(parts)
    for part in parts:
        trains = part.passes or any(call.name in _TRAINING for call in part.calls)
        found += _before(shared, model, part, known) if part.is_lent and trains else ()
    ahead = list({id(part): part for part in found}.values())
    return [*ahead, *(part for part in parts if all(part is not other for other in ahead))]


def _before(shared: Shared, model: Model, part: Part, known: list[Part]) -> list[Part]:
    """The parts through which one gets the model, from the first on; new ones get known."""
    found: list[Part] = []
    for room, handed in _handings(shared, part):
        held = _held_there(room, handed, root(model))
        name = held.expr.text if held is not None and held.expr is not None else ""
        before = next((p for p in known if p.room is room and p.variable == name), None)
        before = before or Part(room, name, [], keeper=held.keeper if held is not None else "")
        if not name or before is part or any(c.name == "compile" for c in before.calls):
            continue
        before.passes = True
        known += [] if any(before is p for p in known) else [before]
        found += [*_before(shared, model, before, known), before]
    return found


def _handings(shared: Shared, part: Part) -> Iterator[tuple[Room, Handed]]:
    for room in shared.rooms:
        for handed in room.region.handings.values():
            if handed.summary.region is part.room.region:
                yield room, handed


def _held_there(room: Room, handed: Handed, model: Model) -> Model | None:
    """The model as a function has it that got it; or as an object keeps it, wherever that is."""
    gets = isinstance(room.node, cst.FunctionDef) and not room.owner
    for value in handed.given.values():
        if isinstance(value, Model) and value.source is not None and root(value) is model:
            return value if gets or value.keeper else None
    return None
