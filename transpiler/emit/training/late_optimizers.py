"""Models of a list that one loop compiles and another one trains: each gets its optimizer there.

for model in models:                       criterion = nn.MSELoss()
    model.compile(SGD(0.1), "mse")
for model in models:                       for model in models:
    model.fit(x, y)                            optimizer = SGD(model.parameters(), lr=0.1)

It is the same where each model is trained once: no optimizer has taken a step before. Where the
loop of `compile` makes another optimizer in each round, they wait for `fit` in a dict:

for rate in (0.1, 0.2):                    optimizers = {}
    model = build()                        for rate in (0.1, 0.2):
    model.compile(SGD(rate), "mse")            model = build()
    models.append(model)                       optimizers[model] = SGD(model.parameters(), lr=rate)
                                               models.append(model)
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.emit.edits import Edit
from transpiler.emit.training.compiling import criterion_lines, optimizer_lines, say_what_differs
from transpiler.emit.training.lines import block, holds, is_repeated, statement_of
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.moved_compile import lines_as_called, refuse_unseen
from transpiler.emit.training.rounds import each_round_another, loops_around
from transpiler.emit.training.shared import Part, Shared
from transpiler.interpret.functions.told_before import refuse_changed_behind
from transpiler.interpret.training import TrainingCall, root
from transpiler.ir.tensor import Unsupported
from transpiler.source.lexical import names_in
from transpiler.source.suites import blocks_around, statement_lines

_STEPPING = ("fit", "train_on_batch")
#: What changes the weights that an optimizer steps, between `compile` and `fit`.
_CHANGING = ("trainable", "freeze")


def late_fit(shared: Shared, parts: Iterable[Part]) -> tuple[str, TrainingCall] | None:
    """The `fit` that trains each model of a list once, in a loop over them; its name there."""
    calls = [(part, call) for part in parts for call in part.calls]
    steps = [(part, call) for part, call in calls if call.name in _STEPPING]
    if len(steps) != 1:
        return None
    part, call = steps[0]
    if call.name != "fit" or any(one.name in _CHANGING for _, one in calls):
        return None
    made = root(call.model).node
    here = made is not None and holds(shared.extent(part.room), shared.tree.span(made))
    compiling = [one for one, asked in calls if asked.name == "compile"]
    if not here or any(one.room is not part.room for one in compiling):
        return None
    loops = loops_around(shared, part.room, shared.tree.span(call.node)[0])
    if len(loops) != 1 or not isinstance(loops[0], cst.For):
        return None
    once = each_round_another(shared, part.room, loops[0], part.variable)
    return (part.variable, call) if once else None


def move_late_compile(writer: ModelWriter, call: TrainingCall) -> None:
    """The `compile` of a function that gives each model of a list: the criterion comes with it."""
    model, summary, statement = writer.training.model, writer.training.model.summary, call.statement
    assert summary is not None
    assert model.node is not None
    if not isinstance(statement, cst.SimpleStatementLine) or call.conditional:
        raise Unsupported("`compile` under a condition in a function")
    refuse_unseen(writer, summary)
    refuse_changed_behind(writer.shared.file, call, summary.function)
    lines = lines_as_called(writer, model.node, summary, criterion_lines(writer, call))
    _refuse_varying(writer, lines)
    around = blocks_around(writer.tree, writer.room.node, writer.tree.span(model.node)[0])
    made = statement_of(writer.tree, writer.room.node, model.node)
    first = around[0][0] if around else made
    if first is None:
        raise Unsupported("a model that is made in the head of a statement")
    if lines:
        start = statement_lines(writer.tree, first)[0]
        indent = writer.tree.span(first)[0] - writer.tree.line_start(writer.tree.span(first)[0])
        writer.edits.append(Edit(start, start, f"{block(lines, indent)}\n"))
    message = f"`{summary.function.name}` gives the model alone; its optimizer is made at its `fit`"
    writer.made.said.append((ASSUMED, call.node, message))
    writer.made.gone.append(statement)
    say_what_differs(writer, call)


def kept_for_fit(writer: ModelWriter, call: TrainingCall, criteria: list[str]) -> list[str]:
    """What `compile` leaves for the `fit` of another loop, where that would make something else.

    `criteria` are what it makes of the losses. Raises Unsupported where that can't be kept.
    """
    if writer.training.late is None:
        return []
    if name := _varying(writer, criteria):
        raise Unsupported(f"each model of a loop has a loss of its own, by its `{name}`")
    its_name = re.compile(rf"(?<![\w.]){re.escape(writer.training.variable)}(?=\.)")
    lines = [
        its_name.sub(writer.variable, line) for line in optimizer_lines(writer, call, call.node)
    ]
    head, made = f"{writer.optimizer} = ", ""
    if not _varying(writer, lines):
        return []
    if len(lines) == 1 and lines[0].startswith(head):
        made = lines[0].removeprefix(head)
    around = blocks_around(writer.tree, writer.room.node, writer.tree.span(call.node)[0])
    if not made or not around:
        _refuse_varying(writer, lines)
    kept = writer.made.waiting = writer.lasting("optimizers", "made_optimizers")
    first = around[0][0]
    start = statement_lines(writer.tree, first)[0]
    indent = writer.tree.span(first)[0] - writer.tree.line_start(writer.tree.span(first)[0])
    writer.edits.append(Edit(start, start, f"{block([f'{kept} = {{}}'], indent)}\n"))
    return [f"{kept}[{writer.variable}] = {made}"]


def optimizer_of_round(writer: ModelWriter, call: TrainingCall) -> list[str]:
    """What makes the optimizer right before a `fit`, where each model of a list gets its own."""
    if writer.training.late is not call:
        return []
    if writer.made.waiting:
        return [f"{writer.optimizer} = {writer.made.waiting}[{writer.variable}]"]
    compiled = next(iter(writer.training.compiled.values()))
    lines = optimizer_lines(writer, compiled.call, call.node)
    model = writer.training.model
    if writer.training.moved and model.summary is not None and model.node is not None:
        lines = lines_as_called(writer, model.node, model.summary, lines)
    _refuse_varying(writer, lines)
    return lines


def _refuse_varying(writer: ModelWriter, lines: list[str]) -> None:
    """Refuse what may mean something else in another loop than that of `compile`."""
    if name := _varying(writer, lines):
        raise Unsupported(f"each model of a loop has an optimizer of its own, by its `{name}`")


def _varying(writer: ModelWriter, lines: list[str]) -> str:
    """A variable in some lines that may stand for something else in another loop, or ""."""
    lines = [line.replace(f"{writer.variable}.parameters()", "") for line in lines]
    for name in sorted({name for line in lines for name in names_in(line)} - {"torch", "nn"}):
        bound = [p for p in writer.shared.places(writer.room, name) if p.binds]
        called = name in writer.shared.function_names
        inside = rf"(?<![\w.]){name}\s*" + (r"\(" if called else r"[\[.]")
        changes = any(re.search(inside, line) for line in lines)  # what it holds, or gives
        if changes or len(bound) > 1 or any(is_repeated(writer.tree, p.start) for p in bound):
            return name
    return ""
