"""The calls of a file by the models that they are of, wherever these are handed to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field

import libcst as cst

from transpiler.emit.training.asking import loaded_name
from transpiler.emit.training.lines import holds, within
from transpiler.emit.training.receivers import is_receiver
from transpiler.emit.training.shared import Part, Room, Shared
from transpiler.interpret.region import Region
from transpiler.interpret.training import TRAINING, TrainingCall, options_of, root
from transpiler.interpret.values import Model
from transpiler.ir.tensor import Unsupported
from transpiler.lower.training import Training
from transpiler.record import record, replace
from transpiler.source.suites import blocks_around
from transpiler.source.tree import Tree


@record(slots=True)
class Group:
    """The calls of one model, wherever it is handed to."""

    made: Model
    parts: list[Part] = field(default_factory=list)

    @property
    def calls(self) -> list[TrainingCall]:
        """All that is asked of it."""
        return [call for part in self.parts for call in part.calls]

    def may_compile_again(self, shared: Shared) -> bool:
        """Whether it is compiled in some rounds of a loop in which it is not made."""
        made = self.made.node
        looped = [call for call in self.calls if call.name == "compile" and call.in_loop]
        if not looped or made is None:
            return bool(looped)
        around = _loop_around(shared, made)
        return any(_loop_around(shared, call.node) is not around for call in looped)

    def compiled_first(self, compiled: TrainingCall) -> None:
        """Note what has compiled it before it is compiled here, where it is."""
        if any(call.name == "compile" for call in self.calls):
            for call in self.calls:
                call.compiled = call.compiled or compiled

    def asks_before(self, tree: Tree, away: bool) -> bool:
        """Whether something is asked of it before its own `compile`, by what another one said.

        That of a file `away` is in force where the model is given: functions ask later.
        """
        needing = [c for c in self.calls if c.name == "compile" or c.name in TRAINING]
        homes = [c.region for c in needing if c.name == "compile" or not away]
        needing = [c for c in needing if c.region in homes]
        first = min(needing, key=lambda call: tree.span(call.node)[0])
        return first.name != "compile" or (first.conditional and not away)

    def is_asked(self, room: Room, variable: str) -> bool:
        """Whether something is asked of it in a room by some name."""
        return any(part.room is room and part.variable == variable for part in self.parts)

    def add(self, room: Room, variable: str, call: TrainingCall) -> Part:
        """Note a call in a room."""
        for part in self.parts:
            if part.room is room and part.variable == variable:
                part.calls.append(call)
                return part
        self.parts.append(Part(room, variable, [call], keeper=call.model.keeper))
        return self.parts[-1]


def _loop_around(shared: Shared, node: cst.CSTNode) -> cst.CSTNode | None:
    """The innermost loop around a node."""
    span = shared.tree.span(node)
    rooms = [room for room in shared.rooms if holds(shared.extent(room), span)]
    room = min(rooms, key=lambda r: shared.extent(r)[1] - shared.extent(r)[0])
    around = [statement for statement, _ in blocks_around(shared.tree, room.node, span[0])]
    return next((s for s in reversed(around) if isinstance(s, (cst.For, cst.While))), None)


def groups_of(shared: Shared) -> list[Group]:
    """The calls of the file by the models that they are of."""
    found: dict[int, Group] = {}
    for room in shared.rooms:
        for call in room.calls:
            made = root(call.model)
            found.setdefault(id(made), Group(made)).add(room, receiver_of(shared, call), call)
    found |= _only_called(shared, found)
    groups = [g for g in found.values() if all(is_receiver(p.variable) for p in g.parts)]
    _note_other_methods(shared, groups)
    _note_called(shared, groups)
    return groups


def _only_called(shared: Shared, found: Mapping[int, Group]) -> dict[int, Group]:
    """Models of this file that are called on arrays, and not asked for anything else."""
    groups: dict[int, Group] = {}
    for room in shared.rooms:
        called: dict[int, dict[int, Model]] = {}  # which models are called in a place
        for call in room.region.calls_on_data:
            each = called.setdefault(id(call.node), {})  # of a round that is read again, the last
            each |= {id(option.node or option): option for option in options_of(call.model)}
        for call in room.region.calls_on_data:
            variable, each = receiver_of(shared, call), called.pop(id(call.node), {})
            for option in each.values() if len(each) > 1 else ():
                group = found.get(id(option)) or groups.setdefault(id(option), Group(option))
                group.add(room, variable, replace(call, model=option)).several = True
            if len(each) == 1:
                [made] = each.values()  # of those that may be meant, all but copies
                group = found.get(id(made)) or groups.setdefault(id(made), Group(made))
                if id(made) not in found or not group.is_asked(room, variable):
                    group.add(room, variable, replace(call, model=made))
    return groups


def _note_called(shared: Shared, groups: list[Group]) -> None:
    """Note where nothing but a call is asked of a model: `trainer.model(x)`, or an argument's."""
    known = {id(group.made): group for group in groups}
    for room in shared.rooms:
        for node, name, value in room.region.left_calls:
            if not isinstance(node, cst.Call) or not isinstance(value, Model):
                continue
            group = known.get(id(root(value)))
            called = id(node) in room.region.called_elsewhere
            called = called and shared.tree.source(node.func) == name
            if group is None or not called or not is_receiver(name):
                continue
            if all(p.room is not room or p.variable != name for p in group.parts):
                given = value.source is not None and not value.keeper
                group.parts.append(Part(room, name, [], keeper=value.keeper, called=given))


def _note_other_methods(shared: Shared, groups: list[Group]) -> None:
    """Note the methods of a class that only call the model which others train."""
    held: dict[tuple[str, str], list[Group]] = {}
    for group in groups:
        for name in {(p.room.owner, p.variable) for p in group.parts if p.room.owner}:
            held.setdefault(name, []).append(group)
    for (owner, variable), found in held.items():
        if len(found) > 1 or not variable.startswith("self."):
            continue
        use = re.compile(rf"(?<![\w.]){re.escape(variable)}[.(]")
        seen = [part.room.node for part in found[0].parts]
        for room in shared.rooms:
            if room.owner == owner and room.node not in seen:
                if use.search(shared.tree.blanked, *shared.extent(room)):
                    found[0].parts.append(Part(room, variable, []))
                    seen.append(room.node)


def receiver_of(shared: Shared, call: TrainingCall) -> str:
    """How the program calls the model where it calls a method of it."""
    if call.name in ("load_model", "clone_model"):
        return loaded_name(call)
    if call.holder:
        return call.holder
    if call.name == "freeze":
        held = call.region.scope.values.items() if call.region is not None else ()
        names = [name for name, value in held if value is call.model and name.isidentifier()]
        expr = call.model.expr
        kept = expr.text if expr is not None and expr.text.startswith("self.") else ""
        return names[0] if len(names) == 1 else kept
    return shared.tree.source(call.receiver) if call.receiver is not None else ""


def answered(shared: Shared, room: Room) -> set[int]:
    """What is asked of models there by expressions in whose places others stand."""
    replaced = [span for span in shared.replaced if span not in shared.calls]
    asked = (node for node, _, _ in (*room.region.left_calls, *shared.file.kept_uses))
    return {id(node) for node in asked if within(shared.tree.span(node)[0], replaced)}


def common_marks(shared: Shared, groups: list[Group]) -> dict[int, frozenset[str]]:
    """What the layers of models carry that one function gets: it asks all of them for that."""
    found: dict[int, frozenset[str]] = {}
    mark, models = shared.file.mark, shared.freezing.of
    for group in groups if mark is not None else ():
        home = models.home(group.made)
        lent = [id(p.room.node) for p in group.parts if shared.serves_several(p)]
        try:
            if not home or not lent:
                continue
            carried = mark.weights(shared.file, models, *home, False).carried
        except Unsupported:  # which is said where it is trained
            continue
        for node in lent:
            found[node] = found.get(node, frozenset()).union(carried)
    return found


def training_of(
    group: Group, home: Region, origin: Model, moved: list[TrainingCall] | None = None
) -> Training:
    """What is known of the training of a model before rules are applied."""
    calls = [c for part in group.parts for c in part.calls]
    compiling = [p for p in group.parts if any(c.name == "compile" for c in p.calls)]
    variable = (compiling or group.parts)[0].variable
    return Training(group.made, variable, [*(moved or ()), *calls], home, origin, moved or [])
