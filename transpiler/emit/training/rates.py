"""Learning rates that the program itself reads and sets.

K.set_value(model.optimizer.learning_rate, 0.01)
model.optimizer.learning_rate.assign(0.01)
model.optimizer.learning_rate = 0.01
print(float(model.optimizer.learning_rate))
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.emit.edits import Edit
from transpiler.emit.training.lines import simple_statements
from transpiler.emit.training.model import ModelWriter, Part, Shared
from transpiler.ir.tensor import Unsupported

_RATE = r"\.optimizer\.(?:learning_rate|lr)\b"


def sets_rate(shared: Shared, part: Part) -> bool:
    """Whether a learning rate of the model may be changed in a room."""
    rate = re.escape(part.variable) + _RATE
    changes = re.compile(rf"{rate}\s*(?:[-+*/]?=(?!=)|\.assign)|set_value\(\s*{rate}")
    return changes.search(shared.tree.blanked, *shared.extent(part.room)) is not None


def rewrite_rates(writer: ModelWriter) -> None:
    """The statements that set a learning rate, and the expressions that read one."""
    places = writer.shared.places(writer.room, writer.variable)
    starts = [p.start for p in places if p.attribute == "optimizer"]
    if not starts:
        return
    if not writer.optimizer:
        raise Unsupported("the learning rate is asked for where the optimizer is not known")
    if writer.scheduler and sets_rate(writer.shared, writer.part):
        raise Unsupported("a learning rate that is set while a schedule gives it")
    for statement in simple_statements(writer.room.node):
        span = writer.tree.span(statement)
        if any(span[0] <= start < span[1] for start in starts):
            _rewrite(writer, statement)


def _rewrite(writer: ModelWriter, statement: cst.SimpleStatementLine) -> None:
    given = _value_set(writer, statement)
    rate = re.escape(writer.variable) + _RATE
    read = re.compile(rf"[\w.]*\bget_value\(\s*{rate}\s*\)|{rate}(?:\.numpy\(\)|\.value\b)?")
    start, end = writer.tree.span(given if given is not None else statement)
    name = f'{writer.optimizer}.param_groups[0]["lr"]'
    reads = [match.span() for match in read.finditer(writer.tree.blanked, start, end)]
    writer.shared.replaced |= dict.fromkeys(reads, name)
    if given is not None:
        writer.whole[id(statement)] = [
            f"for group in {writer.optimizer}.param_groups:",
            f'    group["lr"] = {writer.shared.source(given)}',
        ]
        writer.statements.setdefault(id(statement), (statement, [], {}))
        writer.shared.replaced[writer.tree.span(statement)] = ""
        return
    for span in reads:
        if id(statement) in writer.statements:
            writer.statements[id(statement)][2][span] = name
        else:
            writer.edits.append(Edit(*span, name))


def _value_set(
    writer: ModelWriter, statement: cst.SimpleStatementLine
) -> cst.BaseExpression | None:
    """The value that a statement gives to the learning rate."""
    node = statement.body[0]
    rate = re.compile(re.escape(writer.variable) + _RATE + "$")

    def is_rate(expression: cst.CSTNode) -> bool:
        return rate.match(writer.tree.source(expression)) is not None

    if isinstance(node, cst.Assign) and len(node.targets) == 1:
        return node.value if is_rate(node.targets[0].target) else None
    call = node.value if isinstance(node, cst.Expr) else None
    if not isinstance(call, cst.Call) or any(a.keyword or a.star for a in call.args):
        return None
    values = [a.value for a in call.args]
    name = writer.tree.source(call.func)
    if name.endswith(".assign") and isinstance(call.func, cst.Attribute):
        return values[0] if is_rate(call.func.value) and len(values) == 1 else None
    if name.rpartition(".")[2] == "set_value" and len(values) == 2 and is_rate(values[0]):
        return values[1]
    return None
