"""Optimizers that are compiled with more than once: the same object goes on where it was.

opt = SGD(0.1, momentum=0.9)               optimizer = torch.optim.SGD(...)
model.compile(opt, "mse")                  criterion = nn.MSELoss()
model.fit(x, y)                            ...
model.compile(opt, "mae")                  criterion = nn.L1Loss()
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.emit.training.lines import holds, repeating
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.shared import Room, Shared
from transpiler.interpret.training import TrainingCall, root
from transpiler.ir.tensor import Unsupported
from transpiler.regex import regex
from transpiler.source.suites import blocks_around

_VARIABLE = regex(r"(?:self\.)?[A-Za-z_]\w*")


def goes_on(writer: ModelWriter, call: TrainingCall) -> bool:
    """Whether a `compile` gets the optimizer that an earlier one of the model has got."""
    mine = call.given.get("optimizer")
    kept = call.keeps_optimizer
    if mine is None or not (kept or isinstance(mine.node, (cst.Name, cst.Attribute))):
        return False
    if not kept and not _VARIABLE.fullmatch(mine.text):
        return False
    place = writer.tree.span(call.node)[0]
    earlier = [
        c
        for c in writer.room.calls
        if c.name == "compile"
        and root(c.model) is root(call.model)
        and writer.tree.span(c.node)[0] < place
    ]
    same = [c for c in earlier if _key(c) == _key(call) or (kept and c is call.compiled)]
    if not same:
        if kept:
            raise Unsupported("the optimizer of a model that is compiled elsewhere before")
        return False
    compiled = writer.training.compiled
    texts = {
        compiled[id(c)].optimizing.optimizer.constructor.text
        for c in (*same, call)
        if id(c) in compiled
    }
    if same[-1] is not earlier[-1] or same[-1].conditional or same[-1].in_loop or len(texts) > 1:
        raise Unsupported(f"`{mine.text}` is compiled with before, and may go on from there")
    return True


def refuse_going_on(writer: ModelWriter, call: TrainingCall, node: cst.CSTNode) -> None:
    """Refuse an object that is compiled with more than once, where that can't be told apart.

    `node` is where torch's optimizer would be made: the call of `compile`, or of its function.
    """
    _refuse_set_rate(writer, call)
    compiled, shared, span = writer.training.compiled[id(call)], writer.shared, writer.tree.span
    optimizing, place = compiled.optimizing, compiled.optimizing.use.place
    steps_alike = not optimizing.remembers and not writer.training.sets_rate
    if place is None or compiled.choices is not None or steps_alike:
        return
    if holds(span(call.node), place):
        return
    before = (c for c in writer.training.compiled.values() if _is_before(writer, c.call, call))
    if any(c.optimizing.use.place == place for c in before) and not goes_on(writer, call):
        raise Unsupported(f"`{call.given['optimizer'].text}` is compiled with before, and goes on")
    others = [c for c in writer.training.compiled.values() if c.call.region is not call.region]
    named = call.given["optimizer"].text.isidentifier()
    again = named and _key(call) in [_key(c.call) for c in others]
    again |= any(c.optimizing.use.place == place for c in others)
    anew = shared.makes_anew(writer.room, place)
    if again or not (anew or _is_made_with(shared, writer.room, node, place)):
        raise Unsupported("an optimizer that goes on with what it knows from an earlier `compile`")


def _is_before(writer: ModelWriter, one: TrainingCall, call: TrainingCall) -> bool:
    """Whether one `compile` of a model stands above another one of it, in the same room."""
    span = writer.tree.span
    alike = root(one.model) is root(call.model) and one.region is call.region
    return alike and span(one.node)[0] < span(call.node)[0]


def _is_made_with(shared: Shared, room: Room, node: cst.CSTNode, place: tuple[int, int]) -> bool:
    """Whether what is made in a place is made as often as a node of a room is run."""
    rounds = [shared.tree.span(n) for n in repeating(shared.tree, shared.tree.span(node)[0])]
    if not all(holds(each, place) for each in rounds):
        return False
    if isinstance(room.node, cst.Module) or holds(shared.tree.span(room.node), place):
        return True
    if room.owner and room.region.name != "__init__":
        return _is_run_once(shared, room)
    lending = [
        (other, handed.node)
        for other in shared.rooms
        for handed in other.region.handings.values()
        if handed.summary.region is room.region
    ]
    if any(holds(shared.tree.span(handed), place) for _, handed in lending):
        return True
    if not lending:
        return _is_run_once(shared, room)
    alone = len(lending) < 2
    return alone and all(_is_made_with(shared, other, handed, place) for other, handed in lending)


def _is_run_once(shared: Shared, room: Room) -> bool:
    """Whether a method is called in one place of the program, which runs once for each object."""
    return isinstance(room.node, cst.Module) or shared.runs_once(
        shared.tree.span(room.node.name)[0]
    )


def _refuse_set_rate(writer: ModelWriter, call: TrainingCall) -> None:
    """Refuse an optimizer whose rate is set by its own name: `adam.learning_rate = 1e-4`."""
    given = call.given.get("optimizer")
    name = given.text if given is not None else ""
    rate = rf"(?<![\w.]){name}\.(?:learning_rate|lr)\b"
    sets = rf"{rate}(?:\s*[-+*/]?=(?!=)|\.assign\()|set_value\(\s*{rate}"
    if name == writer.part.optimizer:
        return
    if name.isidentifier() and re.search(sets, writer.tree.blanked) is not None:
        raise Unsupported(f"its rate is set as that of `{name}`: say `.optimizer` of the model")


def _key(call: TrainingCall) -> tuple[object, ...]:
    given = call.given.get("optimizer")
    return () if given is None else (given.text, given.versions)


def made_outside(shared: Shared, room: Room, node: cst.CSTNode, name: str) -> bool:
    """Whether a variable gets no value in the loop that a node stands in."""
    loops = _loops(shared, room, node)
    places = [p.start for p in shared.places(room, name) if p.binds]
    return bool(loops) and not any(loops[-1][0] <= place < loops[-1][1] for place in places)


def _loops(shared: Shared, room: Room, node: cst.CSTNode) -> list[tuple[int, int]]:
    """The loops of a room around a node, from the outermost to the innermost one."""
    around = blocks_around(shared.tree, room.node, shared.tree.span(node)[0])
    return [shared.tree.span(s) for s, _ in around if isinstance(s, (cst.For, cst.While))]
