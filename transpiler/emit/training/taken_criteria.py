"""Criteria whose variable holds that of another model where one is asked how well it does.

model = build(8)                     criterion = nn.MSELoss()
model.compile("sgd", "mse")
first = model                        criterion = nn.L1Loss()
model = build(4)
model.compile("sgd", "mae")          evaluate(first, loader, nn.MSELoss())
first.evaluate(x, y)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from transpiler.emit.training.lines import holds, statement_of
from transpiler.emit.training.receivers import label_of
from transpiler.emit.training.shared import Part, Shared
from transpiler.interpret.training import TrainingCall, root
from transpiler.interpret.values import Model
from transpiler.ir.tensor import Unsupported
from transpiler.lower.training import Compiled
from transpiler.regex import regex
from transpiler.source.suites import blocks_around

if TYPE_CHECKING:
    from transpiler.emit.training.model import ModelWriter

_ANOTHER = (
    "another model's loss has the name by then that this one's had: ask each model in the loop "
    "that compiles it, or give it a name of its own"
)
_IN_TURN = regex(r"\bfor\s+[\w\s,()]*$")


def made_anywhere(compiled: Compiled | None) -> str:
    """What makes the criterion of a model, where that may stand anywhere; else ""."""
    if compiled is None or len(compiled.heads) != 1 or compiled.heads[0].given:
        return ""
    loss = compiled.loss
    return "" if loss.criterion.names or loss.places else loss.criterion.text


def criterion_for(writer: ModelWriter, call: TrainingCall, compiled: Compiled) -> str:
    """The criterion of a model where it is evaluated."""
    if writer.part.is_lent or not writer.criterion.isidentifier():
        return writer.criterion
    if not may_be_taken(writer, [call], compiled):
        return writer.criterion
    if made := made_anywhere(compiled):
        return made
    raise Unsupported(_ANOTHER)


def may_be_taken(writer: ModelWriter, calls: list[TrainingCall], compiled: Compiled) -> bool:
    """Whether the variable of a criterion may hold another one where calls of a part stand."""
    shared, home, part = writer.shared, writer.home, writer.part
    model = writer.training.model
    mine = compiled_in(shared, home, model)
    varies = any(head.loss.criterion.names for head in compiled.heads)
    if varies and home.room is part.room and any(_is_outside(shared, part, c, mine) for c in calls):
        return True
    for place in _others(shared, home, compiled, model, mine, varies):
        for call in calls:
            asked = shared.tree.span(call.node)[0]
            if home.room is not part.room or _comes_between(shared, home, place, mine, asked):
                return True
    return False


def compiled_in(shared: Shared, home: Part, model: Model) -> list[int]:
    """Where a model is compiled in its room, or made by what compiles it."""
    nodes: list[cst.CSTNode] = [call.node for call in home.calls if call.name == "compile"]
    made = {id(one): one for one in (model, *(root(call.model) for call in home.calls))}
    nodes += [one.node for one in made.values() if one.node is not None]
    handings = [shared.handings.get(key) for key in made]
    nodes += [handing.node for handing in handings if handing is not None]
    places = [shared.tree.span(node)[0] for node in nodes if shared.tree.has_span(node)]
    return [place for place in places if holds(shared.extent(home.room), (place, place))]


def _others(
    shared: Shared, home: Part, compiled: Compiled, model: Model, mine: list[int], varies: bool
) -> list[int]:
    """Where other models of the room get criteria of the same name that are not the same.

    Those of one builder have the same, if that does not vary.
    """
    label = label_of(home.variable)
    loss = compiled.call.given.get("loss")
    found: list[int] = []
    for call in home.room.calls:
        if call.name != "compile" or call.receiver is None or root(call.model) is model:
            continue
        if label_of(shared.tree.source(call.receiver)) != label:
            continue
        other = call.given.get("loss")
        same = loss is not None and other is not None and loss.text == other.text
        if not same or (other is not None and other.versions):
            found.append(shared.tree.span(call.node)[0])
    summary = model.summary
    own = id(summary.function.node) if summary is not None and not varies else 0
    sites = [s for key, made in shared.sites.items() if key != own for s in made if s.asks]
    found += [
        shared.tree.span(site.node)[0]
        for site in sites
        if site.room.node is home.room.node and label_of(site.variable) == label
        if all(call.name != "compile" for call in site.calls)  # else it is compiled there, but
        or any(id(root(model)) in shared.handings for model in site.models)  # by the function
    ]
    return [place for place in found if place not in mine]


def _comes_between(shared: Shared, home: Part, place: int, mine: list[int], asked: int) -> bool:
    """Whether something stands between where a model is compiled and where it is asked."""
    if any(start < place for start in mine) and place < asked:
        return True
    loops = [
        shared.tree.span(statement)
        for statement, _ in blocks_around(shared.tree, home.room.node, asked)
        if isinstance(statement, (cst.For, cst.While))
    ]
    return any(
        holds(loop, (place, place)) and not all(holds(loop, (start, start)) for start in mine)
        for loop in loops
    )


def _is_outside(shared: Shared, part: Part, call: TrainingCall, mine: list[int]) -> bool:
    """Whether the loop, or comprehension, that gives the model its name compiles none."""
    asked = shared.tree.span(call.node)[0]
    loops = [
        shared.tree.span(around)
        for start in mine
        for around, _ in blocks_around(shared.tree, part.room.node, start)
        if isinstance(around, (cst.For, cst.While))
    ]
    if mine and not loops:
        return False  # it is compiled once
    name = part.variable.partition("[")[0].partition(".")[0]
    bound = [p for p in shared.places(part.room, name) if p.binds]
    statement = statement_of(shared.tree, part.room.node, call.node)
    if statement is not None:
        span = shared.tree.span(statement)
        inside = [p for p in bound if holds(span, (p.start, p.end))]
        if any(_IN_TURN.search(shared.text[span[0] : p.start]) for p in inside):
            return True
    for around, _ in reversed(blocks_around(shared.tree, part.room.node, asked)):
        span = shared.tree.span(around)
        if isinstance(around, (cst.For, cst.While)) and any(
            holds(span, (p.start, p.end)) for p in bound
        ):
            return not all(holds(span, (start, start)) for start in mine)
    return any(not holds(loop, (asked, asked)) for loop in loops)
