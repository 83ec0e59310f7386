"""Models of other files, moved to the device where they are given.

model = build(4)        model = build(4).to(device)
"""

from __future__ import annotations

from transpiler.emit.edits import Edit
from transpiler.emit.fold import WIDTH
from transpiler.emit.training.lines import bound_to, holds, statement_of
from transpiler.emit.training.receivers import named_in
from transpiler.emit.training.shared import Before, Room, Shared, Trained
from transpiler.interpret.values import Model
from transpiler.record import replace
from transpiler.source.suites import statement_lines


def move_there(shared: Shared, made: Trained, model: Model, room: Room) -> None:
    """Move a model to the device right where it is given in a room: nothing else makes it here."""
    tree, training = shared.tree, made.training
    node, summary = model.node, model.summary
    assert node is not None
    if summary is None or isinstance(summary.result, Model):
        span, moved = tree.span(node), f".to({made.device})"
        if not _move_within(made, span, tree.source(node), moved):
            around = statement_of(tree, room.node, node)
            length = tree.line_end(span[1]) - tree.line_start(span[0]) + len(moved)
            if around is None or length <= WIDTH + 1:
                made.once.append(Edit(span[1], span[1], moved))
            else:  # as a part of the statement, which is folded
                made.once.append(Edit(span[1] - 1, span[1], f"){moved}"))
                made.before.append(Before(around, 0, []))
        return
    statement = statement_of(tree, room.node, node)
    assert statement is not None
    name = named_in(model, bound_to(tree, statement, node))
    end = statement_lines(tree, statement)[1]
    indent = tree.text[tree.line_start(tree.span(statement)[0]) :]
    margin = indent[: len(indent) - len(indent.lstrip(" "))]
    line = f"{margin}{name or training.variable}.to({made.device})\n"
    made.once.append(Edit(end, end, line))


def _move_within(made: Trained, span: tuple[int, int], source: str, moved: str) -> bool:
    """Whether the call stands in what is written already in the place of more: it is moved there.

    `ready(build(4))` has become `build(4)` where `ready` only compiles what it gets.
    """
    for edits in made.texts.values():
        for number, edit in enumerate(edits):
            around = (edit.start, edit.end)
            if edit.text == source and edit.start < edit.end and holds(around, span):
                edits[number] = replace(edit, text=f"{source}{moved}")
                return True
    return False
