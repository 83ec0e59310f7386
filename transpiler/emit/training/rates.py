"""Learning rates that the program itself reads and sets, and numbers of steps that it reads.

K.set_value(model.optimizer.learning_rate, 0.01)
model.optimizer.learning_rate.assign(0.01)
model.optimizer.learning_rate = 0.01
print(float(model.optimizer.learning_rate))
print(model.optimizer.iterations.numpy())      # optimizer.iterations: each step counts itself
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import libcst as cst

from transpiler.emit.training.kept_rates import refuse_kept_rates
from transpiler.emit.training.lines import bound_by, simple_statements, within
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.same_model import refuse_another
from transpiler.emit.training.shared import Part, Shared
from transpiler.interpret.context import FileContext
from transpiler.interpret.values import UserClass
from transpiler.ir.tensor import Unsupported
from transpiler.lower.rates import (
    RATES,
    asked_of_optimizer,
    counting,
    rate,
    reads_rate,
    setting,
)
from transpiler.regex import regex
from transpiler.source.imported import mentions
from transpiler.source.tree import Tree

#: What sets it in a loop over the groups of parameters.
RATE_SET = regex(r'\bgroup(?:_\d+)?\["lr"\] = ')


def sets_rate(shared: Shared, part: Part) -> bool:
    """Whether a learning rate of the model may be changed in a room."""
    extent = shared.extent(part.room)
    if not any(f".{name}" in shared.tree.blanked for name in RATES):
        return False  # the usual case: the pattern below takes its time
    found = setting(part.variable, part.optimizer)
    return found.search(shared.tree.blanked, *extent) is not None


def asks_steps(shared: Shared, part: Part, classes: Iterable[UserClass]) -> bool:
    """Whether a room, or a callback of the program's own, asks how many steps there were."""
    code, extent = shared.tree.blanked, shared.extent(part.room)
    if ".iterations" not in code:
        return False
    if counting(part.variable, part.optimizer).search(code, *extent) is not None:
        return True
    spans = [shared.tree.span(made.node) for made in classes if made.file in (None, shared.file)]
    return any(".optimizer.iterations" in code[start:end] for start, end in spans)


def own_optimizer(shared: Shared, part: Part) -> str:
    """The program's own variable for the optimizer of one model, of which it asks no more.

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
    later = all(asked_of_optimizer(shared.tree, p) and p.start > span[0] for p in read)
    alone = sum(p.binds for p in places) == 1 and later
    return name if alone and read else ""


def rewrite_rates(writer: ModelWriter) -> None:
    """The statements that set a learning rate, and the expressions that read one, or the steps."""
    starts = [p.start for p in writer.shared.asked(writer.room, writer.variable, "optimizer")]
    for start in starts:
        refuse_another(writer, start)
    if writer.part.optimizer:
        places = writer.shared.places(writer.room, writer.part.optimizer)
        starts += [p.start for p in places if asked_of_optimizer(writer.tree, p)]
    if not starts:
        return
    if not writer.optimizer:
        raise Unsupported("the optimizer is asked where it is not known")
    refuse_kept_rates(writer.shared, writer.part)
    if writer.scheduler and sets_rate(writer.shared, writer.part):
        raise Unsupported("a learning rate that is set while a schedule gives it")
    for statement in simple_statements(writer.room.node):
        span = writer.tree.span(statement)
        if any(span[0] <= start < span[1] for start in starts):
            _rewrite(writer, statement)


def _rewrite(writer: ModelWriter, statement: cst.SimpleStatementLine) -> None:
    given, reads = rate_set(writer.tree, statement, writer.variable, writer.part.optimizer)
    if writer.scheduler and any(writer.tree.text[end - 1] == "]" for _, end in reads):
        raise Unsupported("the settings of an optimizer with a schedule")
    asked = dict.fromkeys(reads, rate_of(writer.optimizer))
    counts = steps_read(writer.tree, statement, writer.variable, writer.part.optimizer)
    asked |= dict.fromkeys(counts, steps_of_optimizer(writer.optimizer))
    writer.shared.replaced |= asked
    _refuse_kept(writer, statement, list(asked))
    if given is not None:
        if len(statement.body) > 1:
            raise Unsupported("a learning rate that is set beside other statements")
        if f"{writer.variable}(" in writer.tree.source(given):
            raise Unsupported("a learning rate that is computed from outputs of the model")
        group = writer.lasting(*GROUP)
        value = plain_rate(writer.shared.source(given), writer.shared.file)
        writer.whole[id(statement)] = setting_rate(writer.optimizer, value, group)
        writer.statements.setdefault(id(statement), (statement, {}, {}))
        writer.shared.replaced[writer.tree.span(statement)] = ""
        return
    kept = writer.statements.setdefault(id(statement), (statement, {}, {}))
    kept[2].update(asked)


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
            raise Unsupported("more is asked of a learning rate, or a number of steps, than it is")


#: What gets Keras's variable as its first argument.
_SETS = regex(r"\b[gs]et_value\(\s*$")


def _before(text: str, start: int) -> str:
    """What stands before a place in its line."""
    return text[text.rfind("\n", 0, start) + 1 : start]


def rate_of(optimizer: str) -> str:
    """The learning rate of an optimizer."""
    return f'{optimizer}.param_groups[0]["lr"]'


def steps_of_optimizer(optimizer: str) -> str:
    """How many steps an optimizer has taken, which the function that trains counts."""
    return f"{optimizer}.iterations"


def steps_read(
    tree: Tree, statement: cst.SimpleStatementLine, model: str, optimizer: str = ""
) -> list[tuple[int, int]]:
    """Where a statement reads how many steps the optimizer of a model has taken."""
    found = counting(model, optimizer).finditer(tree.blanked, *tree.span(statement))
    spans = [match.span() for match in found]
    if any(re.match(r"\.assign|\s*[-+*/]?=(?!=)", tree.blanked[end : end + 9]) for _, end in spans):
        raise Unsupported("a number of steps that the program sets")
    return spans


#: Functions of NumPy that give a single number as an array.
_GIVES_ARRAYS = tuple(
    f"{numpy}.{name}("
    for numpy in ("np", "numpy")
    for name in ("where", "select", "piecewise", "vectorize")
)
_NUMBER = regex(r"[-+*/ ().\de]*")


def plain_rate(value: str, file: FileContext) -> str:
    """A rate as a number of Python, as Keras makes it one, where a program may have an array."""
    if _NUMBER.fullmatch(value) or value.startswith("float("):
        return value
    arrays = any(name in file.tree.text for name in _GIVES_ARRAYS)
    arrays = arrays or bool(file.path and mentions(file.path, _GIVES_ARRAYS))
    return f"float({value})" if arrays else value


def setting_rate(optimizer: str, value: str, group: str) -> list[str]:
    """The statement that gives an optimizer another learning rate, by a variable that is free."""
    return [f"for {group} in {optimizer}.param_groups:", f'    {group}["lr"] = {value}']


#: What a group of parameters is called, as far as the program does not call other things so.
GROUP = ("group", "param_group")


def rate_set(
    tree: Tree, statement: cst.SimpleStatementLine, model: str, optimizer: str = ""
) -> tuple[cst.BaseExpression | None, list[tuple[int, int]]]:
    """The value that a statement gives to the learning rate of a model, and where it reads one."""
    given = _value_set(tree, statement, re.compile(rate(model, optimizer) + "$"))
    span = tree.span(given if given is not None else statement)
    return given, reads_rate(tree, span, model, optimizer)


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
