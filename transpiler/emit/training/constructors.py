"""Objects that get a model which is compiled already: they get its criterion and optimizer, too.

model.compile("sgd", "mse")            criterion, optimizer = nn.MSELoss(), SGD(...)
trainer = Trainer(model, x, y)         trainer = Trainer(model, criterion, optimizer, x, y)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from transpiler.emit.edits import Edit
from transpiler.emit.fold import WIDTH, fold
from transpiler.emit.training.lent_parts import has_loss_of_caller
from transpiler.emit.training.lines import (
    bound_by,
    holds,
    is_nested,
    simple_statements,
    statement_of,
)
from transpiler.emit.training.receivers import label_of
from transpiler.emit.training.shared import Before, Room, Shared
from transpiler.interpret.summary import GivenModel
from transpiler.interpret.training import TRAINING, given_by_function
from transpiler.interpret.values import Model
from transpiler.ir.tensor import Unsupported
from transpiler.regex import regex
from transpiler.source.suites import blocks_around

if TYPE_CHECKING:
    from transpiler.emit.training.model import ModelWriter


def argument_of(shared: Shared, room: Room, model: Model) -> GivenModel | None:
    """The call that an object gets a model by which a function compiles and gives, without a name.

    Its parameter must be a name that is free there.
    """
    built = given_by_function(model)
    made = [one for one in (model.origin, built and built[1].model) if one is not None]
    if all(one.compiled is None for one in made):
        return None
    given = shared.file.given_models.values()
    found = [g for g in given if g.node.args[g.number].value is model.node]
    alone = len(found) == 1 and found[0].parameter.isidentifier()
    free = alone and not shared.places(room, found[0].parameter)
    return found[0] if free and _runs_once(shared, room, found[0]) else None


def _runs_once(shared: Shared, room: Room, given: GivenModel) -> bool:
    """Whether a call stands in a simple statement, and is made whenever that runs."""
    statement = statement_of(shared.tree, room.node, given.node)
    return statement is not None and not is_nested(shared.tree.source(statement))


def takes_through_constructor(writer: ModelWriter, first: ModelWriter) -> bool:
    """Whether the class of an object gets what trains its model, as others compile that."""
    mine, _, attribute = writer.variable.rpartition(".")
    owner = writer.room.owner if mine == "self" else writer.part.keeper
    given = writer.shared.file.given_models.get((owner, attribute))
    if given is None:
        return False
    wanted = _wanted(writer, first, owner, attribute)
    names = {what: _name(writer, given, what, owner, attribute) for what in wanted}
    key = id(given.initializer), attribute
    if wanted and key not in writer.shared.constructed:
        parts = {f"self.{names[what]}": wanted[what] for what in wanted}
        _add(writer, first, given, owner, attribute, parts)
        writer.shared.constructed.add(key)
    taken = {what: f"{mine}.{name}" for what, name in names.items()}
    writer.optimizer = taken.get("optimizer", "")
    writer.criterion = taken.get("criterion", first.criterion)
    for name in ("scheduler", "scaler", "averaged", "batch_numbers"):
        setattr(writer, name, taken.get(name, ""))
    return True


def _wanted(writer: ModelWriter, first: ModelWriter, owner: str, attribute: str) -> dict[str, str]:
    """What is needed, by the methods and of the objects, of what stands where it is compiled."""
    compiled = next(iter(writer.training.compiled.values()), None)
    source = writer.tree.source
    names = {
        call.name
        for call in writer.training.calls
        if call.receiver is not None
        if source(call.receiver) == f"self.{attribute}" or call.model.keeper == owner
    }
    if compiled is None or not names & TRAINING:
        return {}
    if compiled.several or first.parallel:
        raise Unsupported("an object that gets a model with several outputs, or one that is spread")
    if compiled.heads[0].given:
        raise Unsupported("an object that gets a model, and not by how much its loss is changed")
    known = compiled.loss.criterion.text.isidentifier() and not has_loss_of_caller(writer)
    known = known and not compiled.loss.given
    found = {} if known else {"criterion": first.criterion}
    if names & {"fit", "train_on_batch"}:
        found["optimizer"] = first.optimizer
        found |= first.companions(compiled)
    return found


def _name(writer: ModelWriter, given: GivenModel, what: str, owner: str, attribute: str) -> str:
    """What the class calls a part: of its model alone, or of one of several."""
    models = [name for name, _ in writer.shared.file.given_models if name == owner]
    text = writer.tree.source(given.initializer)
    clashes = re.search(rf"(?<![\w.]){what}\b|\bself\.{what}\b", text) is not None
    return f"{label_of(attribute)}_{what}" if len(models) > 1 or clashes else what


def _add(
    writer: ModelWriter,
    first: ModelWriter,
    given: GivenModel,
    owner: str,
    attribute: str,
    parts: dict[str, str],
) -> None:
    """The parameters of `__init__`, the attributes, and the arguments of the call."""
    tree = writer.tree
    assert isinstance(given.initializer, cst.FunctionDef)
    room, kept_there = first.room, _kept_on_argument(writer, first, given)
    if kept_there is not None:
        room = kept_there
    elif _is_compiled_later(writer, first, given):
        raise Unsupported(f"`{owner}` gets the model before it is compiled")
    names = [name.removeprefix("self.") for name in parts]
    parameters = given.initializer.params.params
    parameter = next((p for p in parameters if p.name.value == given.parameter), None)
    kept = next(
        (
            statement
            for statement in simple_statements(given.initializer)
            if bound_by(tree, statement) == f"self.{attribute}"
            or re.match(r"super\([^)]*\)\.__init__\(", tree.source(statement))
        ),
        None,
    )
    if parameter is None or parameter.default is not None or kept is None:
        raise Unsupported(f"`{owner}` may get no model")
    annotation = parameter.annotation
    end = tree.span(annotation.annotation if annotation is not None else parameter.name)[1]
    edits = writer.made.texts.setdefault(given.initializer, [])
    edits.append(_with_parameters(writer, given.initializer, owner, end, names))
    start, stop = tree.span(kept)
    indent = " " * (start - tree.line_start(start))
    lines = "".join(f"\n{indent}self.{name} = {name}" for name in names)
    edits.append(Edit(stop, stop, lines))
    _give(writer, given, room, parts, kept_there is not None)
    for other in writer.shared.file.given_alike.get((owner, attribute), {}).values():
        there = _kept_on_argument(writer, first, other)
        if kept_there is not None and there is None:
            raise Unsupported(f"`{owner}` gets the model before it is compiled")
        if there is not None:
            _give(writer, other, there, parts, True)


def _give(
    writer: ModelWriter, given: GivenModel, room: Room, parts: dict[str, str], kept: bool
) -> None:
    """The arguments behind the model: variables, or what the object has that keeps it there."""
    tree, argument = writer.tree, given.node.args[given.number]
    if kept:
        holder = tree.source(argument.value).rpartition(".")[0]
        parts = {name: re.sub(r"\bself\.", f"{holder}.", text) for name, text in parts.items()}
    end = tree.span(argument.value)[1]
    names = [name.removeprefix("self.") for name in parts]
    texts = zip(names, parts.values(), strict=True)
    keyword = argument.keyword is not None
    added = [f"{name}={value}" if keyword else value for name, value in texts]
    there = writer.made.texts.setdefault(room.node, [])
    there.append(Edit(end, end, "".join(f", {text}" for text in added)))
    statement = statement_of(tree, room.node, given.node)
    if statement is not None:  # so that it is folded
        writer.made.before.append(Before(statement, 0, []))


def _is_compiled_later(writer: ModelWriter, first: ModelWriter, given: GivenModel) -> bool:
    """Whether an object may get the model before it is compiled, by the order of the text."""
    tree = writer.tree
    compiling = [c.node for c in writer.training.calls if c.name == "compile"]
    inside = holds(writer.shared.extent(first.room), tree.span(given.node))
    return not inside or any(tree.span(c)[0] > tree.span(given.node)[0] for c in compiling)


def _kept_on_argument(writer: ModelWriter, first: ModelWriter, given: GivenModel) -> Room | None:
    """The room of a call that gets `net.model`, which net's own class compiles when it is made.

    Then `net` has a criterion and an optimizer beside the model.
    """
    tree, argument = writer.tree, given.node.args[given.number].value
    holder, _, attribute = tree.source(argument).rpartition(".")
    keeps = first.optimizer.startswith("self.") and first.variable == f"self.{attribute}"
    if not keeps or not _NAMES.fullmatch(holder) or given.model.keeper != first.room.owner:
        return None
    span = tree.span(given.node)
    around = [r for r in writer.shared.rooms if holds(writer.shared.extent(r), span)]
    room = min(around, key=lambda r: writer.shared.extent(r)[1] - writer.shared.extent(r)[0])
    compiled = _runs_when_made(writer, first.room) or _has_run(
        writer, first.room, room, given, holder
    )
    return room if compiled else None


#: An object that is written as often as one likes: it is not made there.
_NAMES = regex(r"\w+(?:\.\w+)*")


def _runs_when_made(writer: ModelWriter, room: Room) -> bool:
    """Whether the `__init__` of a class surely runs a method of it, or is it."""
    made = room.node
    if not isinstance(made, cst.FunctionDef) or made.name.value == "__init__":
        return isinstance(made, cst.FunctionDef)
    called = rf"self\.{made.name.value}\("
    for other in writer.shared.rooms:
        node = other.node
        if other.owner == room.owner and node is not made and isinstance(node, cst.FunctionDef):
            calls = [
                s
                for s in node.body.body
                if re.search(called, writer.tree.source(s)) is not None
                and isinstance(s, cst.SimpleStatementLine)
            ]
            if calls and _runs_when_made(writer, other):
                return True
    return False


def _has_run(writer: ModelWriter, made: Room, room: Room, given: GivenModel, holder: str) -> bool:
    """Whether a statement before a call, of the same block, runs a method of an object."""
    tree = writer.tree
    there = statement_of(tree, room.node, given.node)
    if there is None or not isinstance(made.node, cst.FunctionDef):
        return False
    start = tree.span(there)[0]

    def block_of(place: int) -> list[int]:
        return [id(suite) for _, suite in blocks_around(tree, room.node, place)]

    runs = re.compile(rf"(?:\w+ = )?{re.escape(holder)}\.{made.node.name.value}\(").match
    return any(
        runs(tree.source(statement)) is not None
        and tree.span(statement)[0] < start
        and block_of(tree.span(statement)[0]) == block_of(start)
        for statement in simple_statements(room.node)
    )


def _with_parameters(
    writer: ModelWriter, node: cst.FunctionDef, owner: str, place: int, names: list[str]
) -> Edit:
    """More parameters in the head of `__init__`, which is laid out anew where it gets too long."""
    tree, added = writer.tree, "".join(f", {name}" for name in names)
    start = tree.span(node)[0]
    end = tree.text.index(":", tree.span(node.params)[1]) + 1
    head = f"{tree.text[start:place]}{added}{tree.text[place:end]}"
    indent = start - tree.line_start(start)
    alone = sum(name == owner for name, _ in writer.shared.file.given_models) == 1
    if "\n" in head or "#" in head or len(head) + indent <= WIDTH or not alone:
        return Edit(place, place, added)
    return Edit(start, end, fold(head, indent).lstrip(" "))
