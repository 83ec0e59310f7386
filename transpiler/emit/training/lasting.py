"""Callbacks whose objects remember something when another `fit` of the program gets them.

Keras's ModelCheckpoint keeps the best value, where EarlyStopping begins anew.
"""

from __future__ import annotations

import ast
from collections.abc import Collection

import libcst as cst

from transpiler.emit.training.lines import holds
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.shared import Lasting, LastingOf
from transpiler.interpret.training import TrainingCall
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Hooks
from transpiler.record import replace
from transpiler.source.outer_reads import functions_of
from transpiler.source.suites import blocks_around


def going_on(
    model: ModelWriter, call: TrainingCall, place: tuple[int, int] | None, hooks: Hooks
) -> Hooks:
    """A callback without what an earlier `fit` with the same object has begun already."""
    if not hooks.lasting and not hooks.alone:
        return hooks
    known = model.shared.lasting
    of = (place, _giving_call(model, call, place)) if place is not None else None
    mine = Lasting(model.room, call.node, of, hooks.lasting)
    first = known.get(of) if of is not None else None
    if of is not None and first is None and _may_be_known(known, of):
        raise Unsupported("a callback that may be one which another `fit` got")
    made_anew = _are_made_there(call) or _is_of_function(model, place)
    if first is not None and first.call is call.node and made_anew:
        first = None  # the same `fit` trains another model, with callbacks of its own
    if place is not None and not holds(model.tree.span(call.node), place):
        if _is_run_again(model, place, model.tree.span(call.node)[0]):
            made = model.tree.text[slice(*place)].partition("(")[0]
            why = "remembers earlier runs of this `fit`: make it where it is given"
            raise Unsupported(f"the callback `{made}` {why}")
        if first is not None and not (hooks.lasting and _follows(model, first, mine)):
            raise Unsupported("a callback that remembers what it saw in another `fit`")
    for line in hooks.lasting:
        model.shared.lasting_lines[id(model.room.node), line.partition(" = ")[0]] = of
    if of is not None and first is None:
        known[of] = mine
    if first is None:
        return hooks
    return replace(hooks, before=tuple(b for b in hooks.before if b not in hooks.lasting))


#: Where a function makes a callback, and nobody knows in which call.
_SOMEWHERE = (-1, -1)


def _giving_call(
    model: ModelWriter, call: TrainingCall, place: tuple[int, int]
) -> tuple[int, int] | None:
    """The call of the function that makes a callback which a `fit` gets: each makes another one.

    None where no function does, or only the one around the `fit`.
    """
    given = call.given.get("callbacks")
    if given is None or given.node is None or not model.shared.makes_anew(model.room, place):
        return None
    calls, start = model.shared.calls_giving(model.room, place), model.tree.span(call.node)[0]
    inside = [one for one in calls if holds(model.tree.span(call.node), one)]
    if not inside:
        program, line = functions_of(model.tree.text), model.tree.line_column(start)[0]
        names = sorted(model.tree.names(given.node))
        made = (program.bound_at(name, line, (ast.Call, ast.List)) for name in names)
        bound = [span for span in made if span is not None]
        inside = [one for span in bound for one in calls if holds(span, one)]
        if not all(_is_on_the_way(model, span[0], start) for span in bound):
            return _SOMEWHERE
    return inside[0] if len(inside) == 1 else _SOMEWHERE


def _may_be_known(known: Collection[LastingOf], of: LastingOf) -> bool:
    """Whether a callback may be one of those that are known, as nobody knows which call made it."""
    same = [one for one in known if one[0] == of[0]]
    return bool(same) and (of[1] == _SOMEWHERE or any(one[1] == _SOMEWHERE for one in same))


def _is_of_function(model: ModelWriter, place: tuple[int, int] | None) -> bool:
    """Whether a function makes a callback for the `fit` in it, each time that it is called."""
    inside = not isinstance(model.room.node, cst.Module) and place is not None
    return inside and holds(model.shared.extent(model.room), place or (0, 0))


def _are_made_there(call: TrainingCall) -> bool:
    """Whether a `fit` gets its callbacks from a function that it calls itself."""
    given = call.given.get("callbacks")
    return given is not None and isinstance(given.node, cst.Call)


def _is_run_again(model: ModelWriter, place: tuple[int, int], start: int) -> bool:
    """Whether a `fit` may run several times for one object, which is made somewhere else."""
    root = model.room.node
    loops = [
        model.tree.span(statement)
        for statement, _ in blocks_around(model.tree, root, start)
        if isinstance(statement, (cst.For, cst.While))
    ]
    given = model.shared.calls_giving(model.room, place)
    if not all(holds(loop, made) for loop in loops for made in given or [place]):
        return True
    if isinstance(root, cst.Module) or holds(model.shared.extent(model.room), place):
        return False
    if given or model.shared.makes_anew(model.room, place):
        return False
    return model.shared.runs_again(model.room)


def _follows(model: ModelWriter, first: Lasting, this: Lasting) -> bool:
    """Whether one `fit` comes after another on every way, and its variables are still there."""
    tree, node = model.tree, model.room.node
    if first.room.node is not node or first.lines != this.lines or first.of is None:
        return False
    if not holds(model.shared.extent(model.room), first.of[0]):
        return False
    begin, end = tree.span(first.call)[0], tree.span(this.call)[0]
    owners = model.shared.lasting_lines
    names = [line.partition(" = ")[0] for line in this.lines]
    kept = all(owners.get((id(node), name)) == this.of for name in names)
    return begin < end and _is_on_the_way(model, begin, end) and kept


def _is_on_the_way(model: ModelWriter, begin: int, end: int) -> bool:
    """Whether what stands at one place is done on every way to a later one."""
    tree, node = model.tree, model.room.node
    before, around = blocks_around(tree, node, begin), blocks_around(tree, node, end)
    return around[: len(before)] == before
