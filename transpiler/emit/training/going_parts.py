"""Which of the statements that only name parts of the training go with the calls of one model."""

from __future__ import annotations

import libcst as cst

from transpiler.emit.training.lines import holds, within
from transpiler.emit.training.named_parts import NamedPart, attributes_of, is_history, named_parts
from transpiler.emit.training.shared import Part, Shared
from transpiler.interpret.control.perhaps import by_conditions
from transpiler.interpret.effects import has_effect
from transpiler.interpret.functions.given_parts import calls_in
from transpiler.interpret.functions.own_metrics import class_of_metric
from transpiler.interpret.values import (
    Framework,
    Function,
    Mapping,
    Sequence,
    Static,
    UserClass,
    Value,
)
from transpiler.lower.rates import asked_of_optimizer
from transpiler.regex import regex
from transpiler.source.occurrences import Occurrence
from transpiler.source.suites import nodes_of

Span = tuple[int, int]

#: What stands behind an attribute that gets a value.
_SET = regex(r"\s*(?:[-+*/%|&^@]|\*\*|//|<<|>>)?=(?!=)")


def going_parts(shared: Shared, part: Part, waiting: list[Span]) -> list[tuple[str, NamedPart]]:
    """The statements, each with its variable, of which nothing but these calls needs anything.

    What `waiting` spans hold stays where it is, until it gets the parameters.
    """
    tree, room = shared.tree, part.room
    own = [*(tree.span(c.node) for c in part.calls), *part.lending]
    others = calls_of_others(shared, part)
    calls = [*own, *others]
    values = room.region.scope.values
    data = _data_spans(shared, part)
    unpacked = set[str]().union(*(call.unpacked for call in part.calls))
    unpacked |= _empty_lists(part)
    parts = [
        (name, statement)
        for name, statement in named_parts(room.node, values, unpacked)
        if not _only_acts(shared, part, statement)
        and not any(holds(tree.span(statement), span) for span in waiting)
        and not _is_shared_dict(shared, part, name, others)
    ]
    lambdas = _lambdas(shared, part) if any(map(_is_own_metric, values.values())) else []
    lasting = _arguments_of_callbacks(shared, part)
    changed = True
    while changed:
        changed = False
        spans = [tree.span(s) for _, s in parts]
        for name, statement in parts:
            places = [p for p in shared.places(room, name) if not p.binds]
            if name == part.optimizer:
                places = [p for p in places if not asked_of_optimizer(tree, p)]
            read = attributes_of(shared.file.rules.callbacks, values.get(name))
            places = [p for p in places if p.attribute not in read or _is_set(shared, p)]
            used = [p for p in places if within(p.start, own)]
            inside = [p for p in places if within(p.start, [*calls, *spans])]
            inside = [p for p in inside if not within(p.start, lasting)]
            if _is_own_metric(values.get(name)):
                inside = [p for p in inside if not within(p.start, lambdas)]
            if isinstance(values.get(name), Function):  # one that makes data is called as before
                inside = [p for p in inside if not within(p.start, data)]
            if is_history(values.get(name)):  # `fit` gives another
                places = inside
            if len(inside) != len(places) or not (used or inside):
                parts = [p for p in parts if p[1] is not statement]
                changed = True
                break
    return _used_by(shared, part, own, parts)


def _only_acts(shared: Shared, part: Part, statement: NamedPart) -> bool:
    """Whether a statement gives a variable, before it holds a part, what changes something."""
    match statement:
        case cst.SimpleStatementLine(body=[cst.Assign(value=value)]):
            if not has_effect(part.room.region, shared.tree.source(value)):
                return False
            held = part.room.region.scope.get
            known = [held(name) for name in shared.tree.names(value)]
            return not any(_may_give_parts(shared, one) for one in known)
    return False


def _may_give_parts(shared: Shared, value: Value | None) -> bool:
    """Whether it is of the framework, or a function that speaks of it."""
    if isinstance(value, Function):
        home = shared.file if value.file is None else value.file
        names = home.tree.names(value.node)
        return any(isinstance(home.globals.get(n), (Framework, UserClass)) for n in names)
    return isinstance(value, (Framework, UserClass))


def _is_own_metric(value: Value | None) -> bool:
    return value is not None and class_of_metric(value) is not None


def _lambdas(shared: Shared, part: Part) -> list[Span]:
    found = (node for node in nodes_of(part.room.node) if isinstance(node, cst.Lambda))
    return [shared.tree.span(node) for node in found]


def _empty_lists(part: Part) -> set[str]:
    """Variables for callbacks of which there are none: `callbacks = callbacks or []`."""
    found: set[str] = set()
    for call in part.calls:
        given = call.given.get("callbacks")
        value = given.value if given is not None else None
        if given is not None and isinstance(value, Sequence) and not value.items:
            found.add(given.text)
    return found


def _data_spans(shared: Shared, part: Part) -> list[Span]:
    """The arguments that stay as they are written: arrays, numbers."""
    calls = (call for call in part.calls if call.name != "compile")
    given = (one.node for c in calls for name, one in c.given.items() if name != "callbacks")
    return [shared.tree.span(node) for node in given if node is not None]


def _arguments_of_callbacks(shared: Shared, part: Part) -> list[Span]:
    """What the program's own callbacks are made of, which stay as they are written."""
    own = set[str]()
    for call in part.calls:
        given = call.given.get("callbacks")
        value = given.value if given is not None else None
        for item in value.items if isinstance(value, Sequence) else ():
            for _, one in by_conditions(item):
                if isinstance(one, Static) and isinstance(one.expr.value, UserClass):
                    own.add(one.expr.text.partition("(")[0])
    calls = calls_in(part.room.node) if own else ()
    found = [call for call in calls if shared.tree.source(call.func) in own]
    return [shared.tree.span(argument) for call in found for argument in call.args]


def _is_set(shared: Shared, place: Occurrence) -> bool:
    """`early.best = 0.5`, `early.best += 1`"""
    return _SET.match(shared.text, place.attribute_end) is not None


def _used_by(
    shared: Shared, part: Part, spans: list[Span], parts: list[tuple[str, NamedPart]]
) -> list[tuple[str, NamedPart]]:
    """The parts that some spans name, and those that these are made of."""
    mine: set[int] = set()
    while True:
        names = {
            name
            for name, _ in parts
            if any(not p.binds and within(p.start, spans) for p in shared.places(part.room, name))
        }
        found = {id(statement) for name, statement in parts if name in names}
        if found == mine:
            return [one for one in parts if id(one[1]) in mine]
        mine = found
        spans = [*spans, *(shared.tree.span(s) for _, s in parts if id(s) in mine)]


def _is_shared_dict(shared: Shared, part: Part, name: str, others: dict[Span, cst.CSTNode]) -> bool:
    """Whether a dict of parts is also read for other models."""
    held = isinstance(part.room.region.scope.values.get(name), Mapping)
    places = shared.places(part.room, name) if held else []
    return any(within(place.start, list(others)) for place in places)


def calls_of_others(shared: Shared, part: Part) -> dict[Span, cst.CSTNode]:
    """The calls of the room that are of other models, which may share an optimizer."""
    mine = {id(call.node) for call in part.calls}
    nodes = [c.node for c in part.room.calls if id(c.node) not in mine]
    return {shared.tree.span(node): node for node in nodes}
