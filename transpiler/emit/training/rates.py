"""Learning rates that the program itself reads and sets.

K.set_value(model.optimizer.learning_rate, 0.01)
model.optimizer.learning_rate.assign(0.01)
model.optimizer.learning_rate = 0.01
print(float(model.optimizer.learning_rate))
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.emit.training.lines import bound_by, simple_statements, within
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.shared import Part, Shared
from transpiler.ir.tensor import Unsupported
from transpiler.lower.rates import RATES, rate, reading, setting
from transpiler.source.tree import Tree

#: What sets it in a loop over the groups of parameters.
RATE_SET = 'group["lr"] = '


def sets_rate(shared: Shared, part: Part) -> bool:
    """Whether a learning rate of the model may be changed in a room."""
    extent = shared.extent(part.room)
    found = setting(part.variable, part.optimizer)
    return found.search(shared.tree.blanked, *extent) is not None


def own_optimizer(shared: Shared, part: Part) -> str:
    """The program's own variable for the optimizer of one model, of which it asks but the rate.

    optimizer = SGD(0.1)
    model.compile(optimizer, "mse")
    optimizer.learning_rate.assign(0.01)
    """
    compiles = [c for c in part.calls if c.name == "compile" and "optimizer" in c.given]
    name = compiles[0].given["optimizer"].text if len(compiles) == 1 else ""
    if not name.isidentifier():
        return ""
    span = shared.tree.span(compiles[0].node)
    places = shared.places(part.room, name)
    read = [p for p in places if not p.binds and not within(p.start, [span])]
    later = all(p.attribute in RATES and p.start > span[0] for p in read)  # it is made there
    alone = sum(p.binds for p in places) == 1 and later
    return name if alone and read else ""


def rewrite_rates(writer: ModelWriter) -> None:
    """The statements that set a learning rate, and the expressions that read one."""
    starts = [p.start for p in writer.shared.asked(writer.room, writer.variable, "optimizer")]
    if writer.part.optimizer:
        places = writer.shared.places(writer.room, writer.part.optimizer)
        starts += [p.start for p in places if p.attribute in RATES]
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
    given, reads = rate_set(writer.tree, statement, writer.variable, writer.part.optimizer)
    name = rate_of(writer.optimizer)
    writer.shared.replaced |= dict.fromkeys(reads, name)
    _refuse_kept(writer, statement, reads)
    if given is not None:
        if len(statement.body) > 1:
            raise Unsupported("a learning rate that is set beside other statements")
        writer.whole[id(statement)] = setting_rate(writer.optimizer, writer.shared.source(given))
        writer.statements.setdefault(id(statement), (statement, {}, {}))
        writer.shared.replaced[writer.tree.span(statement)] = ""
        return
    kept = writer.statements.setdefault(id(statement), (statement, {}, {}))
    kept[2].update(dict.fromkeys(reads, name))


def _refuse_kept(
    writer: ModelWriter, statement: cst.SimpleStatementLine, reads: list[tuple[int, int]]
) -> None:
    """Refuse what needs Keras's variable, where a number stands: `rate = opt.lr; rate.numpy()`."""
    text = writer.tree.blanked
    name = bound_by(writer.tree, statement)
    for start, end in reads:
        alone = name.isidentifier() and re.fullmatch(r"\s*\w+ = ", _before(text, start))
        kept = writer.shared.places(writer.room, name) if alone else []
        asked = any(
            p.attribute or _SETS.search(_before(text, p.start)) for p in kept if not p.binds
        )
        if asked or re.match(r"\.(?!numpy\(\)|value\b|assign\()\w", text[end : end + 20]):
            raise Unsupported("more is asked of a learning rate than its value")


#: What gets Keras's variable as its first argument.
_SETS = re.compile(r"\b[gs]et_value\(\s*$")


def _before(text: str, start: int) -> str:
    """What stands before a place in its line."""
    return text[text.rfind("\n", 0, start) + 1 : start]


def rate_of(optimizer: str) -> str:
    """The learning rate of an optimizer."""
    return f'{optimizer}.param_groups[0]["lr"]'


def setting_rate(optimizer: str, value: str) -> list[str]:
    """The statement that gives an optimizer another learning rate."""
    return [f"for group in {optimizer}.param_groups:", f"    {RATE_SET}{value}"]


def rate_set(
    tree: Tree, statement: cst.SimpleStatementLine, model: str, optimizer: str = ""
) -> tuple[cst.BaseExpression | None, list[tuple[int, int]]]:
    """The value that a statement gives to the learning rate of a model, and where it reads one."""
    given = _value_set(tree, statement, re.compile(rate(model, optimizer) + "$"))
    start, end = tree.span(given if given is not None else statement)
    return given, [
        match.span() for match in reading(model, optimizer).finditer(tree.blanked, start, end)
    ]


def _value_set(
    tree: Tree, statement: cst.SimpleStatementLine, pattern: re.Pattern[str]
) -> cst.BaseExpression | None:
    node = statement.body[0]

    def is_rate(expression: cst.CSTNode) -> bool:
        return pattern.match(tree.source(expression)) is not None

    if isinstance(node, cst.Assign) and len(node.targets) == 1:
        return node.value if is_rate(node.targets[0].target) else None
    call = node.value if isinstance(node, cst.Expr) else None
    if not isinstance(call, cst.Call) or any(a.keyword or a.star for a in call.args):
        return None
    values = [a.value for a in call.args]
    name = tree.source(call.func)
    if name.endswith(".assign") and isinstance(call.func, cst.Attribute):
        return values[0] if is_rate(call.func.value) and len(values) == 1 else None
    if name.rpartition(".")[2] == "set_value" and len(values) == 2 and is_rate(values[0]):
        return values[1]
    return None
