"""Optimizers that are compiled with more than once: the same object goes on where it was.

opt = SGD(0.1, momentum=0.9)               optimizer = torch.optim.SGD(...)
model.compile(opt, "mse")                  criterion = nn.MSELoss()
model.fit(x, y)                            ...
model.compile(opt, "mae")                  criterion = nn.L1Loss()
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.emit.training.lines import blocks_around
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.shared import Room, Shared
from transpiler.interpret.training import TrainingCall, root
from transpiler.ir.tensor import Unsupported

_VARIABLE = re.compile(r"(?:self\.)?[A-Za-z_]\w*")


def goes_on(writer: ModelWriter, call: TrainingCall) -> bool:
    """Whether a `compile` gets the optimizer that an earlier one of the model has got."""
    mine = call.given.get("optimizer")
    if mine is None or not isinstance(mine.node, (cst.Name, cst.Attribute)):
        return False
    if not _VARIABLE.fullmatch(mine.text):
        return False
    place = writer.tree.span(call.node)[0]
    earlier = [
        c
        for c in writer.room.region.training.values()
        if c.name == "compile"
        and root(c.model) is root(call.model)
        and writer.tree.span(c.node)[0] < place
    ]
    same = [c for c in earlier if _key(c) == _key(call)]
    if not same:
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
