"""Callbacks of the program's own that stand in a list: others may look at the same objects.

callbacks = [Losses()]
model.fit(x, y, callbacks=callbacks)
print(callbacks[0].losses)
"""

from __future__ import annotations

import builtins
import re

import libcst as cst

from transpiler.emit.training.lines import holds, within
from transpiler.emit.training.model import ModelWriter
from transpiler.interpret.control.perhaps import by_conditions
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Sequence, UserClass, Value
from transpiler.ir.expr import POSTFIX, Expr
from transpiler.ir.tensor import Unsupported
from transpiler.source.made_later import asks_model, why_another
from transpiler.source.made_where_given import is_made_where_given
from transpiler.source.occurrences import Occurrence
from transpiler.source.suites import blocks_around

_SEVERAL = "several `fit` have the same `{}`: give it a variable"
_ADDS = ("append", "extend", "insert")


def instance_of(writer: ModelWriter, call: TrainingCall, made: UserClass, item: Expr) -> Expr:
    """The variable that holds a callback, the place of it in a list, or what makes it."""
    given = call.given["callbacks"]
    if re.fullmatch(r"[\w.]+", item.text):
        return item
    if asks_model(item.text, writer.variable):
        raise Unsupported(f"`{item.text}` asks a model: give what it is told a variable")
    if not given.text.isidentifier():
        if _is_shared(writer, call, item):
            raise Unsupported(_SEVERAL.format(made.name))
        _check_later(writer, call, made, item)
        return item
    mine = writer.tree.span(call.node)
    places = writer.shared.places(writer.room, given.text)
    fits = [writer.tree.span(c.node) for c in writer.room.calls if c.node is not call.node]
    others = [p for p in places if not p.binds and not holds(mine, (p.start, p.end))]
    others = [p for p in others if p.attribute not in _ADDS]
    reads = [p for p in others if not within(p.start, fits)]
    if reads:
        return _in_list(given.text, given.value, made, item)
    if others or _is_run_again(writer, places, mine[0]):
        raise Unsupported(_SEVERAL.format(made.name))
    _check_later(writer, call, made, item)
    return item


def _is_shared(writer: ModelWriter, call: TrainingCall, item: Expr) -> bool:
    """Whether several `fit` may have one object, which is made where none of them stands."""
    given = call.given["callbacks"].node
    text, written = writer.tree.text, "" if given is None else writer.tree.source(given)
    if is_made_where_given(text, written, item.text):
        return False
    for other in (c for room in writer.shared.rooms for c in room.calls):
        if other.node is not call.node and "callbacks" in other.given:
            held = other.given["callbacks"].value
            items = held.items if isinstance(held, Sequence) else (held,)
            ways = [way for one in items for _, way in by_conditions(one)]
            if any(getattr(way, "expr", None) is item for way in ways):
                return True
    start = writer.tree.span(call.node)[0]
    around = blocks_around(writer.tree, writer.room.node, start)
    looped = any(isinstance(s, (cst.For, cst.While)) for s, _ in around)
    return looped or writer.shared.runs_again(writer.room)


def _check_later(writer: ModelWriter, call: TrainingCall, made: UserClass, item: Expr) -> None:
    """Refuse to make a callback where `fit` gets it, if that gives another one than before."""
    file, end = writer.shared.file, writer.tree.span(call.node)[0]
    of = file.tree.source(made.node) if made.file in (None, file) else ""
    if why := why_another(file.path, file.tree.text, item.text, of, end):
        raise Unsupported(f"{why} changes what the `{made.name}` in a list is: give it a variable")


def _in_list(name: str, value: Value, made: UserClass, item: Expr) -> Expr:
    """The place of a callback in a list that stays."""
    items = value.items if isinstance(value, Sequence) else ()
    plain = all(len(list(by_conditions(one))) == 1 for one in items)
    found = [n for n, one in enumerate(items) if getattr(one, "expr", None) is item]
    if not plain or len(found) != 1:
        raise Unsupported(f"which of `{name}` the `{made.name}` is: give it a variable")
    return Expr(f"{name}[{found[0]}]", strength=POSTFIX)


def _is_run_again(writer: ModelWriter, places: list[Occurrence], start: int) -> bool:
    """Whether a loop, or a function that is called again, runs a `fit` for a list made once."""
    if not any(place.binds for place in places) and writer.shared.runs_again(writer.room):
        return True
    around = blocks_around(writer.tree, writer.room.node, start)
    loops = [writer.tree.span(s) for s, _ in around if isinstance(s, (cst.For, cst.While))]
    made = [place.start for place in places if place.binds and place.start < start]
    return any(not within(at, [loop]) for loop in loops for at in made[-1:])


def variable_of(made: UserClass) -> str:
    """What a variable for an object of a class is called, which hides nothing of Python's."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", made.name).lower()
    return f"{name}_callback" if hasattr(builtins, name) else name
