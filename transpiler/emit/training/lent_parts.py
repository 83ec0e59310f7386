"""Criterion and optimizer as arguments beside the model, where a function trains what it gets.

def run(model, x, y):                   def run(model, criterion, optimizer, x, y):
    model.fit(x, y)                         ...
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from transpiler.emit.edits import Edit
from transpiler.emit.training.lines import statement_of
from transpiler.emit.training.shared import Before
from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.decorated import not_passing_on
from transpiler.interpret.training import TRAINING, may_be, root
from transpiler.interpret.values import Function, Model
from transpiler.ir.tensor import Unsupported
from transpiler.lower.training import Compiled

if TYPE_CHECKING:
    from transpiler.emit.training.model import ModelWriter


def take_as_arguments(writer: ModelWriter, first: ModelWriter, trains: bool = True) -> None:
    """Criterion and optimizer are passed with the model, in all calls of the function.

    The criterion alone, where the function does not train it.
    """
    function = writer.room.node
    assert isinstance(function, cst.FunctionDef)
    name = function.name.value
    givers = {id(first.room.region): first, **first.passing}
    model = root(first.training.model)
    handed = [
        (givers.get(id(room.region)), one)
        for room in writer.shared.rooms
        for one in room.region.handings.values()
        if one.summary.function.node is function and isinstance(one.node, cst.Call)
    ]
    seen = {id(one.node) for _, one in handed}
    if len([p for p in writer.shared.found.of(name) if not p.binds]) != len(seen):
        raise Unsupported(f"`{name}` trains what is compiled elsewhere, for callers not seen")
    if mark := not_passing_on(writer.shared.file, function):
        raise Unsupported(f"`{name}` gets its optimizer, and `@{mark}` may not pass that on")
    wanted = _lent(writer, first, trains)
    compiled = in_force(writer)
    besides = [*compiled.heads[0].given] if trains and compiled is not None else []
    if all(p.name.value != writer.variable for p in function.params.params):
        raise Unsupported(f"`{name}` trains models of a list that it gets")
    taken: dict[str, str] = {}
    for parameter in function.params.params:
        if parameter.name.value == writer.variable:
            typed = parameter.annotation
            end = writer.tree.span(parameter.name if typed is None else typed.annotation)[1]
            prefix = f"{writer.label}_" if writer.shared.several(writer.room) else ""
            taken = {n: writer.lasting(f"{prefix}{n}") for n in wanted}
            if first.parallel and trains:
                taken["parallel"] = writer.lasting(f"ddp_{writer.label}")
            writer.edits.append(Edit(end, end, "".join(f", {n}" for n in taken.values())))
            for what, local in taken.items():
                setattr(writer, what, local) if what not in besides else None
            criterion = taken.get("criterion", first.criterion.partition(", ")[0])
            writer.criterion = ", ".join([criterion, *(taken[name] for name in besides)])
    lent: dict[cst.CSTNode, tuple[ModelWriter, cst.Arg]] = {}
    for giver, one in handed:
        held = one.given.get(writer.variable)
        if isinstance(held, Model) and not may_be(held, model):
            continue  # another model may have had the same name
        if giver is None:
            raise Unsupported(f"`{name}` gets the model where it is not followed")
        assert isinstance(one.node, cst.Call)
        for argument in one.node.args:
            if _is_lent_in(writer, argument, giver):
                lent[one.node] = (giver, argument)
    if not lent:
        raise Unsupported(f"`{name}` gets the model under another name")
    for call, (giver, argument) in lent.items():
        end = writer.tree.span(argument.value)[1]
        given = _lent(writer, giver, trains)
        if argument.keyword is not None:
            given = {what: f"{taken[what]}={text}" for what, text in given.items()}
        giver.edits.append(Edit(end, end, "".join(f", {text}" for text in given.values())))
        statement = statement_of(writer.tree, giver.room.node, call)
        if statement is not None:  # so that it is folded
            writer.made.before.append(Before(statement, 0, []))


def _lent(writer: ModelWriter, giver: ModelWriter, trains: bool) -> dict[str, str]:
    """What the function gets with the model, and the variables that hold it where it is called."""
    apart = has_loss_of_caller(writer) or (not trains and has_several_losses(writer))
    own = {"criterion": giver.criterion} if apart else {}
    compiled = in_force(writer)
    return {**own, **giver.lent_with_it(compiled)} if trains and compiled is not None else own


def has_loss_of_caller(writer: ModelWriter) -> bool:
    """Whether a function or class of another file uses a loss which only this one defines."""
    file, function = writer.shared.file, writer.room.node
    compiled = in_force(writer)
    if compiled is None or not isinstance(function, cst.FunctionDef):
        return False
    if not is_guest(file, writer.room.owner or function.name.value):
        return False
    name = compiled.loss.criterion.text
    held = file.globals.get(name)
    return isinstance(held, Function) and held.file in (None, file) and not is_guest(file, name)


def in_force(writer: ModelWriter) -> Compiled | None:
    """What the calls of a function go by; else what the model is compiled with first."""
    calls = [c.compiled for c in writer.part.calls if c.name in TRAINING]
    found = (writer.training.compiled.get(id(one)) for one in calls if one is not None)
    known = next(filter(None, found), None)
    return known or next(iter(writer.training.compiled.values()), None)


def has_several_losses(writer: ModelWriter) -> bool:
    """Whether a function asks a model that is compiled with another loss at another time."""
    calls = [c for c in writer.part.calls if c.name in ("evaluate", "test_on_batch")]
    ways = [writer.training.compiled.get(id(one)) for call in calls for one in call.entered]
    return len({way.loss.criterion.text for way in ways if way is not None}) > 1


def is_guest(file: FileContext, name: str) -> bool:
    """Whether a function or class stands in a file only while its models are converted."""
    return file.hosting is not None and any(name == g.here for g in file.hosting.guests)


def _is_lent_in(writer: ModelWriter, argument: cst.Arg, giver: ModelWriter) -> bool:
    named = argument.keyword is None or argument.keyword.value == writer.variable
    return named and writer.tree.source(argument.value) == giver.variable
