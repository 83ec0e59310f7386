"""Loops that give a variable one model after another, each with an optimizer of its own."""

from __future__ import annotations

import libcst as cst

from transpiler.emit.training.given_back import is_given_back
from transpiler.emit.training.handed_compile import Handing, given_model
from transpiler.emit.training.late_optimizers import late_fit
from transpiler.emit.training.lines import holds, within
from transpiler.emit.training.one_of_several import is_one_of_several
from transpiler.emit.training.receivers import element_of
from transpiler.emit.training.rounds import loops_around
from transpiler.emit.training.shared import Part, Room, Shared
from transpiler.interpret.training import TrainingCall
from transpiler.lower.training import Training
from transpiler.source.lexical import names_in
from transpiler.source.suites import blocks_around

#: Calls that make an optimizer, or step it.
_STEPPED = ("compile", "fit", "train_on_batch")


def trained_apart(
    shared: Shared, training: Training, parts: list[Part], handing: Handing | None
) -> tuple[TrainingCall, str] | None:
    """A call that steps a model whose optimizer is not the last that was made there, and why."""
    call = _stepped_apart(shared, training, parts, handing)
    return None if call is None else (call, "each of several models has an optimizer of its own")


def _stepped_apart(
    shared: Shared, training: Training, parts: list[Part], handing: Handing | None
) -> TrainingCall | None:
    """A call that steps a model in a loop whose rounds do not make the optimizer."""
    if (apart := _elements_apart(parts)) is not None:
        return apart
    made: list[cst.CSTNode]
    made = [c.node for c in training.calls if c.name == "compile" and c not in training.moved]
    if training.moved:
        made = [*made, handing.node if handing is not None else training.model.node or made[0]]
    for part in parts:
        for call in part.calls:
            if call.name not in ("fit", "train_on_batch"):
                continue
            if is_given_back(shared, part, call, made=made):
                return call
            if not _made_in_round(shared, part.room, call.node, part.variable, made):
                if not is_one_of_several(part) or late_fit(shared, parts) is not None:
                    return call
                part.apart = True  # each of the models may have one that is looked up
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
    if element_of(name) is not None:
        return _made_in_place(shared, room, node, name, made)
    for statement, _ in reversed(blocks_around(shared.tree, room.node, span(node)[0])):
        start, end = span(statement)
        if not isinstance(statement, (cst.For, cst.While)):
            continue
        if any(p.binds and start <= p.start < end for p in shared.places(room, name)):
            return all(holds((start, end), span(one)) for one in made)
    return True


def _made_in_place(
    shared: Shared, room: Room, node: cst.CSTNode, element: str, made: list[cst.CSTNode]
) -> bool:
    """Whether what a node refers to as an element of a list is the one that all is made for."""
    here = shared.tree.span(node)[0]
    around = loops_around(shared, room, here)
    starts = [shared.tree.span(one)[0] for one in made]
    bound = [p.start for name in names_in(element) for p in shared.places(room, name) if p.binds]
    for start in starts:
        loops = loops_around(shared, room, start)
        if loops != around[: len(loops)] or any(start < place < here for place in bound):
            return False
        inner = [shared.tree.span(loop) for loop in around[len(loops) :]]
        if any(within(place, inner) for place in bound):
            return False
    return True


def _elements_apart(parts: list[Part]) -> TrainingCall | None:
    """A call that steps an element of a list which is not the one that another is about."""
    for part in parts:
        calls = [c for c in part.calls if c.name in _STEPPED]
        others = [
            other
            for other in parts
            if other.room is part.room and other.variable != part.variable
            if any(c.name in _STEPPED for c in other.calls) and not is_one_of_several(other)
        ]
        if calls and others and element_of(part.variable) is not None:
            return calls[-1]
    return None
