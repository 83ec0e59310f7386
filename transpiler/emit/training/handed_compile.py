"""Functions that compile a model which they get: the optimizer is made at their call.

def compile_model(model, rate):            optimizer = SGD(model.parameters(), lr=0.1)
    model.compile(SGD(rate), "mse")        train(model, optimizer, x, y)

compile_model(model, 0.1)
train(model, x, y)
"""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.emit.edits import Edit
from transpiler.emit.training.compiling import criterion_lines, optimizer_lines, say_what_differs
from transpiler.emit.training.giving import without_function
from transpiler.emit.training.lines import bound_by, is_statement, statement_of
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.moved_compile import lines_as_called
from transpiler.emit.training.named_parts import named_parts
from transpiler.emit.training.passed_arguments import argument_for
from transpiler.emit.training.shared import Part, Room, Shared
from transpiler.interpret.functions.told_before import refuse_changed_behind
from transpiler.interpret.summary import Summary
from transpiler.interpret.training import TrainingCall
from transpiler.ir.tensor import Unsupported
from transpiler.record import record
from transpiler.source.lexical import comments_in
from transpiler.source.suites import statement_lines


@record(frozen=True, slots=True)
class Handing:
    """The call that gives a model to a function which compiles it."""

    room: Room  #: where it stands
    node: cst.Call
    summary: Summary
    home: Part  #: what is asked of the model in the function
    variable: str  #: what the model is called after the call

    @property
    def function(self) -> cst.FunctionDef:
        """The function."""
        node = self.summary.function.node
        assert isinstance(node, cst.FunctionDef)
        return node


def handed_in(parts: list[Part], handing: Handing) -> Part:
    """The part of a model where it is given to the function that compiles it."""
    for part in parts:
        if part.room.node is handing.room.node and part.variable == handing.variable:
            return part
    parts.append(Part(handing.room, handing.variable, []))
    return parts[-1]


def handing_of(shared: Shared, parts: Iterable[Part]) -> Handing | None:
    """The one call that gives a model to a function which compiles it, and does not train it."""
    homes = [p for p in parts if any(c.name == "compile" for c in p.calls)]
    if len(homes) != 1 or not homes[0].is_lent or homes[0].room.owner:
        return None
    home = homes[0]
    if any(c.name in ("fit", "train_on_batch") for c in home.calls):
        return None
    found = [
        Handing(room, h.node, h.summary, home, _variable(shared, room, h.node, h.summary, home))
        for room in shared.rooms
        for h in room.region.handings.values()
        if h.summary.region is home.room.region and isinstance(h.node, cst.Call)
    ]
    return found[0] if len(found) == 1 and found[0].variable else None


def _variable(shared: Shared, room: Room, node: cst.Call, summary: Summary, home: Part) -> str:
    """What a model is called after the call of a function: what it gives is the model, or None."""
    statement = statement_of(shared.tree, room.node, node)
    if statement is None or len(statement.body) != 1:
        return ""
    if is_statement(statement, node):
        return given_model(shared, node, summary, home)
    answers = summary.region.returns if summary.region is not None else []
    gives = len(answers) == 1 and answers[0][0] is home.calls[0].model
    return bound_by(shared.tree, statement) if gives else ""


def write_handed_compile(writer: ModelWriter, call: TrainingCall, handing: Handing) -> None:
    """Criterion and optimizer follow the call of the function that compiles the model."""
    name = handing.summary.function.name
    if call.conditional or call.in_loop:
        raise Unsupported("`compile` under a condition in a function")
    if not writer.shared.sees_calls(handing.function):
        raise Unsupported(f"`{name}` compiles the model, and not all that it gets is seen")
    refuse_changed_behind(writer.shared.file, call, handing.summary.function)
    statement = statement_of(writer.tree, handing.room.node, handing.node)
    assert statement is not None
    made = [*criterion_lines(writer, call), *optimizer_lines(writer, call, handing.node)]
    lines = lines_as_called(writer, handing.node, handing.summary, made)
    say_what_differs(writer, call)
    assert isinstance(call.statement, cst.SimpleStatementLine)
    rest = _rest_without(handing, call)
    going = [call.statement] if rest else list(handing.function.body.body)
    comments = [text for one in going for text in _comments(writer, one)]
    writer.made.comments |= set(comments)
    sites = writer.shared.sites[id(handing.function)]
    lines = [*(comments if sites[0].node is handing.node else ()), *lines]
    if rest:
        writer.appended.append((statement, lines))
        return
    writer.made.once.append(without_function(writer.tree, handing.function))
    message = f"`{name}` is gone; criterion and optimizer are made where it was called"
    writer.made.said.append((ASSUMED, call.node, message))
    given = given_model(writer.shared, handing.node, handing.summary, handing.home)
    if given == handing.variable:
        writer.whole[id(statement)] = lines
        writer.statements.setdefault(id(statement), (statement, {}, {}))
        return
    writer.edits.append(Edit(*writer.tree.span(handing.node), given))
    writer.appended.append((statement, lines))


def take_out_compile(writer: ModelWriter, call: TrainingCall) -> None:
    """The statement in the function goes: what it does stands at the call."""
    statement = call.statement
    if not isinstance(statement, cst.SimpleStatementLine) or not is_statement(statement, call.node):
        raise Unsupported("what `compile` gives is used")
    writer.made.gone.append(statement)
    writer.edits.append(Edit(*statement_lines(writer.tree, statement), ""))


def _comments(writer: ModelWriter, statement: cst.CSTNode) -> list[str]:
    """The comments of a statement that goes."""
    assert isinstance(statement, cst.SimpleStatementLine)
    found = [e.comment.value for e in statement.leading_lines if e.comment is not None]
    found += comments_in(writer.tree.source(statement))
    if statement.trailing_whitespace.comment is not None:
        found.append(statement.trailing_whitespace.comment.value)
    return found


def given_model(shared: Shared, node: cst.Call, summary: Summary, home: Part) -> str:
    """How the program writes the model that it gives to the function, "" if it can't be told."""
    argument = argument_for(shared.file, node, summary, home.variable)
    return shared.tree.source(argument.value) if argument is not None else ""


def _rest_without(handing: Handing, call: TrainingCall) -> bool:
    """Whether a function does anything else, but name what `compile` gets."""
    values = handing.home.room.region.scope.values
    named = named_parts(handing.function, values, call.unpacked)
    known = {id(call.statement), *(id(statement) for _, statement in named)}
    return not all(
        id(statement) in known or _does_nothing(statement, handing.home.variable)
        for statement in handing.function.body.body
    )


def _does_nothing(statement: cst.CSTNode, model: str) -> bool:
    """Whether it is a docstring, or only returns the model or nothing."""
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return False
    match statement.body[0]:
        case cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString()) | cst.Pass():
            return True
        case cst.Return(value=None | cst.Name("None")):
            return True
        case cst.Return(value=cst.Name(name)):
            return name == model
    return False
