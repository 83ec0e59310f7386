"""Models that a function compiles on one way only, and trains on all of them.

def train(self, x, y):
    if self.model is None:
        self.model = build()                 self.optimizer = SGD(...)
        self.model.compile("sgd", "mse")
    self.model.fit(x, y)                     train_epoch(self.model, ..., self.optimizer)
"""

from __future__ import annotations

import libcst as cst

from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.objects import keep_on_object, needed_elsewhere
from transpiler.emit.training.shared import Part, Shared
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.training import TRAINING
from transpiler.ir.tensor import Unsupported
from transpiler.lower.training import Training
from transpiler.source.given_settings import arguments_given, is_nothing, places_of
from transpiler.source.suites import blocks_around
from transpiler.source.syntax import program_tree


def keep_parts(writer: ModelWriter, parts: list[Part]) -> None:
    """Criterion and optimizer become attributes of the object, where other calls need them."""
    shared, home = writer.shared, writer.part
    always = _compiles_always(shared, home, writer.training)
    if not home.room.owner and "." not in home.variable:
        if not always:
            _refuse_given(shared, home)
    elif needed_elsewhere(home, parts) or not always:
        keep_on_object(writer)


def _compiles_always(shared: Shared, home: Part, training: Training) -> bool:
    """Whether what trains in a function stands where it has been compiled there before."""
    tree, room = shared.tree, home.room.node
    compiling: list[cst.CSTNode] = [c.node for c in home.calls if c.name == "compile"]
    made = training.model.node
    if training.moved and made is not None:
        compiling.append(made)

    def blocks(node: cst.CSTNode) -> list[int]:
        return [id(suite) for _, suite in blocks_around(tree, room, tree.span(node)[0])]

    places = [blocks(node) for node in compiling if _is_inside(shared, home, node)]
    asking = [blocks(call.node) for call in home.calls if call.name in TRAINING]
    return not places or all(any(one[: len(place)] == place for place in places) for one in asking)


def _is_inside(shared: Shared, home: Part, node: cst.CSTNode) -> bool:
    start, end = shared.extent(home.room)
    return shared.tree.has_span(node) and start <= shared.tree.span(node)[0] < end


def _refuse_given(shared: Shared, home: Part) -> None:
    """Raise where the model may also be one that others have compiled: an argument, or a global."""
    node, file = home.room.node, shared.file
    if not isinstance(node, cst.FunctionDef) or not home.variable.isidentifier():
        return
    if home.variable not in {parameter.name for parameter in parameters_of(node)}:
        if not any(place.binds for place in shared.places(home.room, home.variable)):
            raise Unsupported(f"`{home.variable}` may be compiled before `{node.name.value}` runs")
        return
    line = shared.tree.place(node)[0]
    program = program_tree(file.tree.text)
    places = places_of(program) if program is not None else ()
    place = next((p for p in places if p.function is not None and p.function.lineno == line), None)
    given = place and arguments_given(file.path, file.tree.text, place, home.variable)
    if not given or not all(is_nothing(one.given) for one in given):
        raise Unsupported(f"`{home.variable}` may be one that `{node.name.value}` gets compiled")
