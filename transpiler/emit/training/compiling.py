"""Criterion, optimizer and schedule in the place of `compile`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import libcst as cst

from transpiler.diagnostics import ASSUMED, CLOSE_IDIOM
from transpiler.emit.edits import Edit
from transpiler.emit.fold import WIDTH
from transpiler.emit.training.distributing import (
    OWN,
    STATISTICS,
    check_parts,
    has_statistics,
    wrapped,
)
from transpiler.emit.training.lines import bound_by, holds, is_statement, statement_of, within
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.own_schedules import schedule_edits
from transpiler.emit.training.shared import Site
from transpiler.interpret.summary import Summary
from transpiler.interpret.training import TrainingCall, root
from transpiler.interpret.values import UserClass
from transpiler.ir.expr import Expr
from transpiler.ir.tensor import Unsupported
from transpiler.lower.optimizer_choices import CHOSEN, Choices
from transpiler.record import replace
from transpiler.source.lexical import blanked, comments_in, words_in


def write_compile(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
) -> None:
    """Criterion and optimizer in the place of `compile`."""
    if not is_statement(statement, call.node):
        raise Unsupported("what `compile` gives is used")
    lines = [*_criterion_lines(writer, call), *_optimizer_lines(writer, call)]
    writer.whole[id(statement)] = lines
    _say_what_differs(writer, call)
    writer.statements.setdefault(id(statement), (statement, {}, {}))


def move_compile(writer: ModelWriter, call: TrainingCall) -> None:
    """Criterion and optimizer are made where a function gives the model that it compiled."""
    model, summary = writer.training.model, writer.training.model.summary
    assert summary is not None
    assert model.node is not None
    statement = call.statement
    if not isinstance(statement, cst.SimpleStatementLine) or call.conditional:
        raise Unsupported("`compile` under a condition in a function")
    name = summary.function.name
    sites = writer.shared.sites[id(summary.function.node)]
    if len(re.findall(rf"(?<!def ){name}\b", blanked(writer.shared.text))) != len(sites):
        raise Unsupported(f"`{name}` compiles the model, and not all that it gives is seen")
    writer.made.sharing |= {id(c.node) for site in sites for c in site.calls}
    made = statement_of(writer.tree, writer.room.node, model.node)
    if made is None or not bound_by(writer.tree, made):
        raise Unsupported(f"the model that `{name}` compiles gets no name")
    mine = next(site for site in sites if site.node is model.node)
    criteria, optimizing = _criterion_lines(writer, call), _optimizer_lines(writer, call)
    kept = writer.variable.startswith("self.")  # others may ask for it
    read = {word for line in criteria for word in words_in(line)}
    varies = any(parameter.name in read for parameter in summary.parameters)
    repeated = not varies and _has_the_same_criterion(writer, mine, sites)
    if repeated or not (mine.asks or kept):
        criteria = []
    if not (mine.trains or kept or writer.training.sets_rate):
        optimizing = []
    given = _given_to(writer, model.node, summary)
    lines = [*criteria, *optimizing]
    own = {writer.variable, *(line.split(" = ")[0] for line in lines)}
    lines = [_as_called(writer, summary, given, own, line) for line in lines]
    comments = [e.comment.value for e in statement.leading_lines if e.comment is not None]
    comments += comments_in(writer.tree.source(statement))
    writer.made.comments |= set(comments)
    first = mine is min(sites, key=lambda site: not site.asks)
    if lines:
        writer.appended.append((made, [*(comments if first else ()), *lines]))
    message = f"`{name}` gives the model alone; criterion and optimizer are made at its call"
    writer.made.said.append((ASSUMED, call.node, message))
    writer.made.gone.append(statement)
    _say_what_differs(writer, call)


def _has_the_same_criterion(writer: ModelWriter, mine: Site, sites: list[Site]) -> bool:
    """Whether a model made before by the same function has the criterion of this one."""
    first = next((site for site in sites if site.asks and site.room is writer.room), mine)
    if first is mine or not writer.shared.of_one_kind(writer.room):
        return False
    node = writer.room.node
    made = statement_of(writer.tree, node, first.node)
    return any(made is s for s in (node.body if isinstance(node, cst.Module) else node.body.body))


def _given_to(writer: ModelWriter, node: cst.CSTNode, summary: Summary) -> dict[str, str]:
    """What the parameters of a function are in a call of it."""
    if not isinstance(node, cst.Call):
        raise Unsupported("a model that no call gives")
    order = [p.name for p in summary.parameters]
    if summary.function.owner:
        del order[0]
    given: dict[str, str] = {}
    for parameter in summary.parameters:
        if parameter.default is not None:
            text = writer.tree.source(parameter.default)
            names = [n.id for n in ast.walk(_parsed(text)) if isinstance(n, ast.Name)]
            if all(sum(p.binds for p in writer.shared.found.of(n)) == 1 for n in names):
                given[parameter.name] = text
    for position, argument in enumerate(node.args):
        if argument.star or position >= len(order):
            raise Unsupported("a model that is made with arguments not known one by one")
        key = argument.keyword.value if argument.keyword is not None else order[position]
        given[key] = writer.tree.source(argument.value)
    return given


def _as_called(
    writer: ModelWriter, summary: Summary, given: dict[str, str], own: set[str], line: str
) -> str:
    """A line of a function, with what a call gives it; `own` are the names that lines bind."""
    found, function = writer.shared.found, summary.function
    if function.owner and function.owner == writer.room.owner:
        own = {*own, "self"}
    code = line
    for attribute in (n for n in own if "." in n):  # of `self`, where the model is made
        code = code.replace(attribute, "_" * len(attribute))
    for name, alone in reversed(list(_read_by(ast.parse(code)))):
        word, text = name.id, given.get(name.id, "")
        if word in own:
            continue
        bound = [p for p in found.of(word) if p.binds and p.local and p.function == function.name]
        other = [p for p in writer.shared.places(writer.room, word) if p.local]
        if len(bound) > (word in given) or (other and not text) or not _is_steady(text):
            raise Unsupported(f"`compile` reads `{word}` of `{function.name}`")
        if text:
            whole = alone or text.isidentifier() or isinstance(_parsed(text), ast.Constant)
            text = text if whole else f"({text})"
            raw = line.encode()  # what Python's parser counts
            line = (raw[: name.col_offset] + text.encode() + raw[name.end_col_offset :]).decode()
    return line


def _read_by(line: ast.AST, alone: bool = False) -> Iterator[tuple[ast.Name, bool]]:
    """The names that a line reads, in order, and whether each is the whole of an argument."""
    if isinstance(line, ast.Name) and isinstance(line.ctx, ast.Load):
        yield line, alone
    taken = [a.arg for a in line.args.args] if isinstance(line, ast.Lambda) else []
    for part in ast.iter_child_nodes(line):
        whole = isinstance(line, (ast.Call, ast.keyword)) and part is not getattr(line, "func", 0)
        yield from (f for f in _read_by(part, whole) if f[0].id not in taken)


def _is_steady(text: str) -> bool:
    """Whether an argument means the same where it is read once more."""
    acting = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)
    return not text or not any(isinstance(n, acting) for n in ast.walk(_parsed(text)))


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


_SHARED = (
    "each model gets an optimizer of its own; of one that several are compiled with, older Keras "
    "counts the steps of all together, newer Keras takes the weights of the first alone"
)


def _is_shared(writer: ModelWriter, call: TrainingCall) -> bool:
    """Whether another model is compiled with the same optimizer."""
    mine = call.given.get("optimizer")
    if mine is None or not mine.text.isidentifier():
        return False
    others = [
        c.given.get("optimizer")
        for c in writer.room.region.training.values()
        if c.name == "compile" and root(c.model) is not root(call.model)
    ]
    found = [(o.text, o.versions) for o in others if o is not None]
    return (mine.text, mine.versions) in found


def _criterion_lines(writer: ModelWriter, call: TrainingCall) -> list[str]:
    """What makes the criteria, where they are more than functions."""
    compiled = writer.training.compiled[id(call)]
    writer.made.helpers |= compiled.helpers
    lines: list[str] = []
    criteria = []
    for head in compiled.heads:
        name = writer.criterion_of(head)
        if head.loss.criterion.text.isidentifier():
            name = head.loss.criterion.text
        else:
            lines += _criterion(writer, name, str(head.loss.criterion))
        criteria.append(name)
    writer.criterion = ", ".join(criteria)
    return lines


def _optimizer_lines(writer: ModelWriter, call: TrainingCall) -> list[str]:
    """What makes the optimizer, and what stands beside it."""
    compiled = writer.training.compiled[id(call)]
    lines: list[str] = []
    made = compiled.optimizing.optimizer.constructor
    if compiled.choices is not None:
        made = _chosen(writer, call, made, compiled.choices)
    lines.append(f"{writer.optimizer} = {made}")
    writer.made.helpers |= made.helpers | compiled.optimizing.helpers
    if compiled.optimizing.schedule is not None:
        writer.scheduler = writer.lasting("scheduler", "lr_scheduler")
        if writer.optimizer.startswith("self."):
            writer.scheduler = f"self.{writer.scheduler}"
        factor = str(compiled.optimizing.schedule.factor)
        if (own := compiled.optimizing.schedule.own) is not None:
            factor = _own_rate(writer, own, lines)
        lines.append(
            f"{writer.scheduler} = torch.optim.lr_scheduler.LambdaLR("
            f"{writer.optimizer}, lambda step: {factor})"
        )
    if writer.made.spread:
        lines.insert(0, _spread(writer, call))
    scaling = compiled.optimizing.scaling
    if scaling is not None:
        prefix = writer.optimizer.removesuffix("optimizer").removeprefix("self.")
        writer.scaler = writer.lasting(f"{prefix}scaler", "grad_scaler")
        if writer.optimizer.startswith("self."):
            writer.scaler = f"self.{writer.scaler}"
        given = ", ".join(f"{k}={v}" for k, v in ({"init_scale": "2.0**15"} | scaling).items())
        lines.append(f"{writer.scaler} = torch.amp.GradScaler({writer.device}.type, {given})")
    return lines


def _say_what_differs(writer: ModelWriter, call: TrainingCall) -> None:
    """Notes on what the criterion and the optimizer assume."""
    compiled = writer.training.compiled[id(call)]
    if _is_shared(writer, call):
        writer.made.said.append((ASSUMED, call.node, _SHARED))
    frozen = writer.shared.freezing.notes.get(id(call), "")
    losses = [head.loss.note for head in compiled.heads]
    notes = [frozen, *losses, *(metric.note for _, metric in compiled.metrics)]
    writer.made.said += [(ASSUMED, call.node, note) for note in notes if note]
    writer.made.said += [(CLOSE_IDIOM, call.node, note) for note in compiled.optimizing.notes]


def _spread(writer: ModelWriter, call: TrainingCall) -> str:
    """The statement that spreads the steps of a model over processes."""
    built, home = writer.built, writer.training.home
    check_parts(built, home)
    if call.own:
        writer.made.said.append((ASSUMED, call.node, OWN))
    of_self = "self." if writer.variable.startswith("self.") else ""
    writer.parallel = of_self + writer.lasting(f"ddp_{writer.label}")
    if has_statistics(built, home):
        writer.made.said.append((CLOSE_IDIOM, call.node, STATISTICS))
    return wrapped(writer.variable, writer.parallel, built, home)


def _criterion(writer: ModelWriter, name: str, made: str) -> list[str]:
    """The statement that makes a criterion, or picks one of several."""
    table, _, key = made.partition("}[")
    if not key or len(name) + len(made) < WIDTH - 8:
        return [f"{name} = {made}"]
    criteria = writer.lasting("criteria", "loss_functions")
    return [f"{criteria} = {table}}}", f"{name} = {criteria}[{key}"]


def _chosen(writer: ModelWriter, call: TrainingCall, made: Expr, choices: Choices) -> Expr:
    """One of several optimizers, which wait for the parameters where the program makes them."""
    name = call.given["optimizer"].text
    compiles = [c for c in writer.room.region.training.values() if c.name == "compile"]
    spans = [writer.tree.span(c.node) for c in compiles]
    if choices.texts and name.isidentifier():
        places = writer.shared.places(writer.room, name)
        if not all(p.binds or within(p.start, spans) for p in places):
            raise Unsupported(f"`{name}`, one of several optimizers, is used besides")
    for span, text in choices.texts.items():
        writer.shared.replaced[span] = text
        edit = Edit(*span, text)
        inside = holds(writer.tree.span(call.node), span)  # which is written anew
        if edit not in writer.edits and not inside:
            writer.edits.append(edit)
    if not choices.by_name:
        source = writer.source_of(call.given["optimizer"])
        return replace(made, text=made.text.replace(CHOSEN, source))
    wanted = ("optimizer_by_name", "keras_optimizer")
    name, source = writer.shared.function(
        wanted,
        ("optimizer", choices.by_name),
        lambda name: choices.by_name.replace(wanted[0], name),
    )
    writer.emit(name, source)
    return replace(made, text=made.text.replace(wanted[0], name, 1))


def _own_rate(writer: ModelWriter, schedule: Expr, lines: list[str]) -> str:
    """The rate that an object of the program's own gives for a step."""
    made = schedule.value
    assert isinstance(made, UserClass)
    writer.made.class_edits[id(made.node)] = schedule_edits(writer.shared.file, made)
    name = schedule.text
    if not name.isidentifier():
        name = writer.lasting("schedule", "rate_schedule")
        lines.append(f"{name} = {schedule.text}")
    return f"float({name}(torch.tensor(step)))"
