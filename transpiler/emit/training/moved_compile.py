"""Functions that compile the models which they build: the optimizer is made at their calls.

def build(rate):                           def build(rate):
    model = Sequential(...)                    return Model()
    model.compile(SGD(rate), "mse")
    return model

model = build(0.1)                         model = build(0.1)
                                           criterion = nn.MSELoss()
                                           optimizer = SGD(model.parameters(), lr=0.1)
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import takewhile

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.emit.edits import Edit
from transpiler.emit.training.compiling import criterion_lines, optimizer_lines, say_what_differs
from transpiler.emit.training.given_optimizers import give_optimizer
from transpiler.emit.training.lines import bound_by, statement_of, within
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.passed_arguments import given_before, taken_in_order
from transpiler.emit.training.picked import picked
from transpiler.emit.training.recompiled import is_replaced
from transpiler.emit.training.shared import Before, Site, origin
from transpiler.interpret.effects import has_effect
from transpiler.interpret.functions.decorated import gives_again
from transpiler.interpret.functions.loss_parameters import makes_loss
from transpiler.interpret.functions.told_before import refuse_changed_behind
from transpiler.interpret.summary import Summary
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Function
from transpiler.ir.tensor import Unsupported
from transpiler.source.changing import changed
from transpiler.source.lexical import blanked, comments_in, words_in
from transpiler.source.suites import nodes_of, statement_lines
from transpiler.source.syntax import all_in, parts_of
from transpiler.source.tree import Tree


def move_compile(writer: ModelWriter, call: TrainingCall) -> None:
    """Criterion and optimizer are made where a function gives the model that it compiled."""
    model, summary = writer.training.model, writer.training.model.summary
    assert summary is not None
    assert model.node is not None
    statement = call.statement
    if not isinstance(statement, cst.SimpleStatementLine) or call.conditional:
        raise Unsupported("`compile` under a condition in a function")
    name = summary.function.name
    refuse_changed_behind(writer.shared.file, call, summary.function)
    if writer.training.stays:
        _make_criterion(writer, call, summary)
        return
    sites = refuse_unseen(writer, summary)
    joint = _refuse_other_ways(writer, call, summary)
    made = statement_of(writer.tree, writer.room.node, model.node)
    if made is None or not (writer.part.hoisted or bound_by(writer.tree, made)):
        raise Unsupported(f"the model that `{name}` compiles gets no name")
    # the function may give others besides
    sites = [s for s in sites if not s.calls or writer.training.origin in map(origin, s.models)]
    here = [site for site in sites if site.node is model.node]
    mine = next((site for site in here if site.variable == writer.variable), here[0])
    criteria = criterion_lines(writer, call)
    edits = len(writer.edits)
    optimizing = optimizer_lines(writer, call, model.node)
    picked = writer.edits[edits:]  # where the function makes what it picks from
    del writer.edits[edits:]
    if len(sites) > 1:
        _refuse_rebound(writer, summary, criteria, sites)
    kept = writer.variable.startswith("self.") and writer.shared.is_alone(mine)
    read = {word for line in criteria for word in words_in(line)}
    weighed = any(h.given for h in writer.training.compiled[id(call)].heads)
    varies = weighed or any(parameter.name in read for parameter in summary.parameters)
    varies = varies or writer.other_loss
    repeated = not varies and _has_the_same_criterion(writer, summary, mine, sites, criteria)
    if mine.asks and not (weighed or writer.other_loss) and writer.shared.of_one_kind(writer.room):
        _refuse_another_criterion(writer, summary, criteria)
    if repeated or not (mine.asks or kept):
        criteria = []
    if not (mine.trains or kept or writer.training.sets_rate):
        optimizing = []
    if replaced := is_replaced(writer, call):
        criteria, optimizing = [], []
    try:
        if optimizing and gives_again(writer.shared.file, summary.function):
            raise Unsupported("a model that the function gives again")
        lines = lines_as_called(writer, model.node, summary, [*criteria, *optimizing])
    except Unsupported:
        lines = lines_as_called(writer, model.node, summary, criteria)
        if writer.part.hoisted or joint or not optimizing:
            raise
        give_optimizer(writer, call, summary, sites, made, optimizing, picked)
        message = f"`{name}` gives the model and its optimizer"
        writer.made.said.append((ASSUMED, call.node, message))
        if lines:
            writer.appended.append((made, lines))
        say_what_differs(writer, call)
        return
    writer.made.once += picked
    comments = [e.comment.value for e in statement.leading_lines if e.comment is not None]
    comments += comments_in(writer.tree.source(statement))
    writer.made.comments |= set(comments)
    if any(e.comment is not None for e in statement.leading_lines):
        end = writer.tree.line_start(writer.tree.span(statement)[0])
        writer.made.once.append(Edit(statement_lines(writer.tree, statement)[0], end, ""))
    first = mine is min(sites, key=lambda site: not site.asks)
    if writer.part.hoisted:
        lines = [f"{writer.variable} = {writer.tree.source(model.node)}", *lines]
        span = writer.tree.span(model.node)
        writer.edits.append(Edit(*span, writer.variable))
        writer.shared.replaced[span] = writer.made.inlined[span] = writer.variable
        writer.made.before.append(Before(made, span[1], lines))
    elif lines:
        writer.appended.append((made, [*(comments if first else ()), *lines]))
    message = f"`{name}` gives the model alone; criterion and optimizer are made at its call"
    writer.made.said.append((ASSUMED, call.node, message))
    writer.made.gone.append(statement)
    if summary.region is not None and not summary.region.built:  # it gets the model, and stays
        writer.made.once.append(Edit(*statement_lines(writer.tree, statement), ""))
    if not replaced:
        say_what_differs(writer, call)


def refuse_unseen(writer: ModelWriter, summary: Summary) -> list[Site]:
    """The calls of a function that gives models which it compiles: all of them must be seen."""
    name, sites = summary.function.name, writer.shared.sites.get(id(summary.function.node), [])
    handed = _handed_on(writer, summary.function)
    if handed:
        calls = [writer.tree.span(site.node) for site in sites]
        places = (p.start for p in writer.shared.found.of(name) if not (p.binds or p.local))
        seen = all(within(place, [*calls, *handed]) for place in places)
    else:
        counts = {id(site.node) for site in sites}  # one may give several models
        text = blanked(writer.shared.text)
        seen = len(re.findall(rf"(?<!def )(?<!\w){name}\b", text)) == len(counts)
    if not seen:
        raise Unsupported(f"`{name}` compiles the model, and not all that it gives is seen")
    writer.made.sharing |= {id(c.node) for site in sites for c in site.calls}
    return sites


def _handed_on(writer: ModelWriter, function: Function) -> list[tuple[int, int]]:
    """The calls that give a function to another one, which trains what it builds."""
    return [
        writer.tree.span(one.node)
        for room in writer.shared.rooms
        for one in room.region.handings.values()
        if any(isinstance(v, Function) and v.node is function.node for v in one.given.values())
    ]


def _refuse_other_ways(writer: ModelWriter, call: TrainingCall, summary: Summary) -> bool:
    """Classes whose methods are called in one place must compile their models all alike.

    Whether there are several such classes.
    """
    node, own = writer.training.model.node, summary.function
    others = {
        key
        for key, sites in writer.shared.sites.items()
        if key != id(own.node) and any(site.node is node for site in sites)
    }
    if not others:
        return False
    said = _said(writer.tree, call.node)
    functions = {id(s.function.node): s.function for s in writer.shared.file.summaries.values()}
    for function in [own, *(functions[key] for key in others if key in functions)]:
        nodes = list(nodes_of(function.node))
        compiles = [n for n in nodes if isinstance(n, cst.Call) and _is_compile(n)]
        targets = [n.target for n in nodes if isinstance(n, cst.AssignTarget)]
        given = {target.value for target in targets if isinstance(target, cst.Name)}
        if any(_said(writer.tree, n) != said for n in compiles) or given & words_in(said):
            raise Unsupported(
                f"`{own.name}` of several classes is called there, and each compiles its model"
            )
    return True


def _said(tree: Tree, node: cst.CSTNode) -> str:
    """What a call gives `compile`, whatever its model is called."""
    return " ".join(tree.source(node).partition(".compile")[2].split())


def _is_compile(node: cst.Call) -> bool:
    return isinstance(node.func, cst.Attribute) and node.func.attr.value == "compile"


def _make_criterion(writer: ModelWriter, call: TrainingCall, summary: Summary) -> None:
    """A model is trained where it is built, and asked later: its criterion is made once more."""
    node = writer.training.model.node
    assert node is not None
    made = statement_of(writer.tree, writer.room.node, node)
    if made is None:
        raise Unsupported(f"the model that `{summary.function.name}` compiles gets no name")
    lines = lines_as_called(writer, node, summary, criterion_lines(writer, call))
    if lines:
        writer.appended.append((made, lines))


def _has_the_same_criterion(
    writer: ModelWriter, summary: Summary, mine: Site, sites: list[Site], lines: list[str]
) -> bool:
    """Whether a model made before by the same function has the criterion of this one.

    It may have another: of one-hot rows that is a class, of other targets a function.
    """
    if not writer.shared.of_one_kind(writer.room):
        return False
    made, node = writer.shared.criteria_made, writer.room.node
    body = node.body if isinstance(node, cst.Module) else node.body.body
    if made.setdefault((id(mine.node), mine.variable), lines) != lines:  # as another one took it
        raise Unsupported(f"the models that `{summary.function.name}` gives differ in their loss")
    before = [*takewhile(lambda site: site is not mine, sites)]
    before = [site for site in before if site.asks and site.room is writer.room]
    if before and lines:
        made.setdefault((id(before[0].node), before[0].variable), lines)
    alike = [s for s in before if made.get((id(s.node), s.variable)) == lines]
    statements = [statement_of(writer.tree, node, site.node) for site in alike]
    return any(statement is s for statement in statements for s in body)


def _refuse_another_criterion(writer: ModelWriter, summary: Summary, lines: list[str]) -> None:
    """What one name stands for is the same for all models of a function."""
    names = (*(line.partition(" = ")[0] for line in lines),)
    key = id(summary.function.node), id(writer.room.node), names
    if writer.shared.criteria.setdefault(key, lines) != lines:
        raise Unsupported(f"the models that `{summary.function.name}` gives differ in their loss")


def _refuse_rebound(
    writer: ModelWriter, summary: Summary, lines: list[str], sites: list[Site]
) -> None:
    """What criteria are made of must not change between the calls that share them."""
    tree, own = writer.tree, {parameter.name for parameter in summary.parameters}
    rebound = tree.rebound - own
    read = (word for line in lines for word in sorted(words_in(line)) if word in rebound)
    spans = [tree.span(site.node) for site in sites if tree.has_span(site.node)]
    begin, end = min(last for _, last in spans), max(first for first, _ in spans)
    given = (line.partition(" = ")[2] for line in lines)
    path = writer.shared.file.path
    changes = (changed(path, tree.text, text, begin, end, own) for text in given if begin < end)
    if name := next(read, "") or next(filter(None, changes), ""):
        raise Unsupported(f"`{name}` changes between calls of `{summary.function.name}`")


def lines_as_called(
    writer: ModelWriter, node: cst.CSTNode, summary: Summary, lines: list[str]
) -> list[str]:
    """Lines of a function, with what a call gives it in the places of its parameters."""
    given = _given_to(writer, node, summary)
    bound = [line.split(" = ")[0] for line in lines]
    own = {writer.variable, *(name for name in bound if "." in name), *writer.training.callers}
    found = []
    for name, line in zip(bound, lines, strict=True):
        found.append(_as_called(writer, summary, given, own, line))
        own.add(name)  # a line may read a parameter of the name that it binds
    return picked(writer, found)


def _given_to(writer: ModelWriter, node: cst.CSTNode, summary: Summary) -> dict[str, str]:
    """What the parameters of a function are in a call of it."""
    if not isinstance(node, cst.Call):
        raise Unsupported("a model that no call gives")
    order = taken_in_order(writer.shared.file, node, summary)
    before = given_before(writer.shared.file, node, summary)
    given: dict[str, str] = {}
    for parameter in summary.parameters:
        if parameter.default is not None and parameter.name not in before:
            text = writer.tree.source(parameter.default)
            names = [n.id for n in all_in(_parsed(text)) if isinstance(n, ast.Name)]
            once = all(sum(p.binds for p in writer.shared.found.of(n)) == 1 for n in names)
            if once and not _changes(writer, summary, text, node):
                given[parameter.name] = text
    explicit: dict[str, str] = {}
    rest = ""
    for position, argument in enumerate(node.args):
        text = writer.tree.source(argument.value)
        if argument.star == "**" and not rest and _is_steady(text):
            rest = text
        elif argument.star or (argument.keyword is None and position >= len(order)):
            raise Unsupported("a model that is made with arguments not known one by one")
        else:
            explicit[order[position] if argument.keyword is None else argument.keyword.value] = text
    if rest:
        given = {name: _entry(rest, name, given) for name in order}
    return {**given, **explicit}


def _changes(writer: ModelWriter, summary: Summary, default: str, call: cst.CSTNode) -> bool:
    """Whether a default may be another value where it is written, at a call of its function."""
    file = writer.shared.file
    if summary.function.file not in (None, file) or default.isidentifier():
        return False
    begin = max(writer.tree.span(summary.function.node)[0] - 1, 0)  # before its body begins
    end = writer.tree.span(call)[1]
    acting = "(" in default and has_effect(writer.room.region, default)
    return acting or bool(changed(file.path, file.tree.text, default, begin, end))


def _entry(given: str, name: str, defaults: dict[str, str]) -> str:
    """What `**given` gives to a parameter."""
    key = f'"{name}"'
    return f"{given}.get({key}, {defaults[name]})" if name in defaults else f"{given}[{key}]"


def _as_called(
    writer: ModelWriter, summary: Summary, given: dict[str, str], own: set[str], line: str
) -> str:
    """A line of a function, with what a call gives it; `own` are names of the caller."""
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
        steady = _is_steady(text) or makes_loss(writer.shared.file, text)
        if len(bound) > (word in given) or (other and not text) or not steady:
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
    if isinstance(line, (ast.GeneratorExp, ast.ListComp)):
        targets = (n for made in line.generators for n in all_in(made.target))
        taken = [n.id for n in targets if isinstance(n, ast.Name)]
    for part in parts_of(line):
        whole = isinstance(line, (ast.Call, ast.keyword, ast.Assign)) and part is not getattr(
            line, "func", 0
        )
        yield from (f for f in _read_by(part, whole) if f[0].id not in taken)


def _is_steady(text: str) -> bool:
    """Whether an argument means the same where it is read once more."""
    acting = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)
    nodes = list(all_in(_parsed(text))) if text else []
    return not any(isinstance(n, acting) and not _is_of_dict(n) for n in nodes)


def _is_of_dict(node: ast.AST) -> bool:
    """Whether it only looks into a dict: `params.get("lr", 0.1)`."""
    match node:
        case ast.Call(ast.Attribute(_, "get"), [ast.Constant(str()), *_]):
            return True
    return False


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body
