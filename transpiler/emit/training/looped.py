"""Loops that give a variable one model after another, each with an optimizer of its own."""

from __future__ import annotations

import libcst as cst

from transpiler.emit.training.handed_compile import Handing, given_model
from transpiler.emit.training.lines import blocks_around, holds
from transpiler.emit.training.shared import Part, Room, Shared
from transpiler.interpret.training import TrainingCall
from transpiler.lower.training import Training


def trained_apart(
    shared: Shared, training: Training, parts: list[Part], handing: Handing | None
) -> TrainingCall | None:
    """A call that steps a model in a loop whose rounds do not make the optimizer."""
    made: list[cst.CSTNode]
    made = [c.node for c in training.calls if c.name == "compile" and c not in training.moved]
    if training.moved:
        made = [*made, handing.node if handing is not None else training.model.node or made[0]]
    for part in parts:
        for call in part.calls:
            if call.name not in ("fit", "train_on_batch"):
                continue
            if not _made_in_round(shared, part.room, call.node, part.variable, made):
                return call
            inside = shared.extent(part.room)
            outside = [node for node in made if not holds(inside, shared.tree.span(node))]
            for room, node, name in _lending(shared, part) if part.is_lent else ():
                if not _made_in_round(shared, room, node, name, outside):
                    return call
    return None


def _lending(shared: Shared, part: Part) -> list[tuple[Room, cst.CSTNode, str]]:
    """The calls that give a model to a function, and what it is called there."""
    return [
        (room, handed.node, given_model(shared, handed.node, handed.summary, part))
        for room in shared.rooms
        for handed in room.region.handings.values()
        if handed.summary.region is part.room.region and isinstance(handed.node, cst.Call)
    ]


def _made_in_round(
    shared: Shared, room: Room, node: cst.CSTNode, name: str, made: list[cst.CSTNode]
) -> bool:
    """Whether the innermost loop around a node that binds a variable also makes all."""
    span = shared.tree.span
    for statement, _ in reversed(blocks_around(shared.tree, room.node, span(node)[0])):
        start, end = span(statement)
        if not isinstance(statement, (cst.For, cst.While)):
            continue
        if any(p.binds and start <= p.start < end for p in shared.places(room, name)):
            return all(holds((start, end), span(one)) for one in made)
    return True
