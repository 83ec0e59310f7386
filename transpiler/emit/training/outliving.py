"""Models that have another name by the time when the next one gets theirs.

teacher = model
model = Sequential([...])           # what trains `teacher` is named after it
"""

from __future__ import annotations

from collections.abc import Collection

import libcst as cst

from transpiler.emit.training.groups import receiver_of
from transpiler.emit.training.shared import Part, Shared
from transpiler.interpret.training import TrainingCall, root
from transpiler.lower.training import Training
from transpiler.source.suites import blocks_around


def other_name(
    shared: Shared, training: Training, parts: list[Part], methods: Collection[str]
) -> tuple[TrainingCall, str] | None:
    """A call of a model by a name that outlives those of its criterion and optimizer.

    Where no loop makes it, these are named after that.
    """
    made: list[cst.CSTNode]
    made = [c.node for p in parts for c in p.calls if c.name == "compile"]
    made = made or [c.model.node for c in parts[0].calls if c.model.node is not None]
    for part in parts:
        names = {p.variable for p in parts if p.room is part.room}
        asking = [c for c in part.calls if c.name in methods]
        if len(names) == 1 or not asking or any(c.name == "compile" for c in part.calls):
            continue
        around = [
            statement
            for node in made
            for statement, _ in blocks_around(
                shared.tree, part.room.node, shared.tree.span(node)[0]
            )
        ]
        open_to_all = [p for p in parts if all(c.name != "compile" for c in p.calls)]
        mine = {id(c.node) for p in open_to_all for c in p.calls}  # or of several models
        model = root(part.calls[0].model)
        foreign = [c for c in part.room.calls if root(c.model) is not model]
        others = {receiver_of(shared, c) for c in foreign if id(c.node) not in mine}
        looped = any(isinstance(s, (cst.For, cst.While)) for s in around)
        bound_anew = names & others and part.variable not in others
        compiled = {receiver_of(shared, c) for c in foreign if c.name == "compile"}
        calls = (c for p in parts if p.room is part.room for c in p.calls)
        own = {receiver_of(shared, c) for c in calls if c.name == "compile"}
        if (bound_anew or own & compiled) and part.variable not in others and not looped:
            training.label = part.variable if part.variable.isidentifier() else ""
            bound_anew = not training.label
            compiled = compiled if bound_anew else set()
        if bound_anew or own & compiled or (looped and part is not parts[0]):
            return asking[0], "another model has the name that this one had before"
    return None
