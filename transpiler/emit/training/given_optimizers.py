"""Functions that compile what they build with an optimizer only they know: they give both.

def build(name):                           def build(name):
    model = Sequential(...)                    model = Model()
    opt = SGD(0.1)                             opt = torch.optim.SGD(model.parameters(), lr=0.1)
    if name == "adam":                         if name == "adam":
        opt = Adam()                               opt = torch.optim.Adam(model.parameters())
    model.compile(opt, "mse")                  return model, opt
    return model

model = build(name)                        model, optimizer = build(name)
"""

from __future__ import annotations

import ast
import re

import libcst as cst

from transpiler.emit.edits import Edit
from transpiler.emit.fold import fold
from transpiler.emit.training.lines import bound_by, is_statement
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.shared import Site
from transpiler.interpret.summary import Summary
from transpiler.interpret.training import TrainingCall
from transpiler.ir.tensor import Unsupported
from transpiler.lower.clipping import WITH_BOUNDS
from transpiler.source.lexical import comments_in, words_in
from transpiler.source.suites import returns_of
from transpiler.source.tree import Tree


def give_optimizer(
    writer: ModelWriter,
    call: TrainingCall,
    summary: Summary,
    sites: list[Site],
    made: cst.SimpleStatementLine,
    lines: list[str],
    picked: list[Edit],
) -> None:
    """The function makes the optimizer in the place of its `compile`, and gives it with the model.

    `made` is the statement that binds the model in the caller, and `lines` make the optimizer, from
    what the function picks.
    """
    statement, function = call.statement, summary.function.node
    assert isinstance(statement, cst.SimpleStatementLine)
    assert isinstance(function, cst.FunctionDef)
    name = summary.function.name
    assert isinstance(call.node, cst.Call)
    assert isinstance(call.node.func, cst.Attribute)
    model = writer.tree.source(call.node.func.value)
    answer = _only_answer(function)
    if answer is None or writer.tree.source(answer) != model or not model.isidentifier():
        raise Unsupported(f"`{name}` makes an optimizer, and gives something else than the model")
    if len(lines) != 1 or not is_statement(statement, call.node):
        raise Unsupported(f"`{name}` makes an optimizer, and what goes with it")
    if any(not site.trains for site in sites):
        raise Unsupported(f"`{name}` makes an optimizer, and not all that it gives is trained")
    tree = writer.tree
    start, end = tree.span(statement)
    inside = tree.span(function)
    target = bound_by(tree, made)
    node = made.body[0]
    if not isinstance(node, cst.Assign) or target != writer.variable:
        raise Unsupported(f"the model that `{name}` compiles gets no name")
    taken = words_in(tree.text[inside[0] : start] + tree.text[end : inside[1]])
    choice = call.given["optimizer"].text if "optimizer" in call.given else ""
    local = "optimizer" if choice == "optimizer" or "optimizer" not in taken else "optim"
    if local != "optimizer" and local in taken:
        raise Unsupported(f"`{name}` has names that its optimizer would take")
    source = lines[0].removeprefix(f"{writer.optimizer} = ")
    parameters = rf"(?<![\w.]){re.escape(writer.variable)}\.parameters\(\)"
    if source == lines[0] or not re.search(parameters, source):
        raise Unsupported(f"`{name}` makes an optimizer of some of the weights")
    source = re.sub(parameters, f"{model}.parameters()", source)
    direct = _made_directly(tree, function, model, choice, picked)
    first = min((edit.start for edit in picked), default=start)
    if model in words_in(tree.text[first:start]):  # it may not be complete before that
        direct = []
    commented = bool(comments_in(tree.text[start : tree.line_end(end)]))
    if source == f"{choice}({model}.parameters())" and direct and not commented:
        local = choice
        writer.made.once += [*direct, Edit(tree.line_start(start), tree.line_end(end), "")]
    else:
        writer.made.once += [*picked, Edit(start, end, f"{local} = {source}")]
        if not picked and choice not in words_in(source):
            writer.made.once += _without_name(tree, function, statement, choice)
    writer.made.once.append(Edit(*tree.span(answer), f"{model}, {local}"))
    span = tree.span(node.targets[0].target)
    writer.edits.append(Edit(*span, f"{target}, {writer.optimizer}"))


def _without_name(
    tree: Tree, function: cst.FunctionDef, compiles: cst.SimpleStatementLine, name: str
) -> list[Edit]:
    """The edit that takes out what names the optimizer for its `compile` alone, if a line does."""
    made = [
        s
        for s in function.body.body
        if isinstance(s, cst.SimpleStatementLine) and name and bound_by(tree, s) == name
    ]
    if len(made) != 1 or len(made[0].body) != 1:
        return []
    (start, end), (first, last) = tree.span(made[0]), tree.span(compiles)
    whole, stop = tree.span(function)
    rest = tree.text[whole:start] + tree.text[end:first] + tree.text[last:stop]
    if end > first or name in words_in(rest) or comments_in(tree.text[start : tree.line_end(end)]):
        return []
    return [Edit(tree.line_start(start), tree.line_end(end), "")]


def _made_directly(
    tree: Tree, function: cst.FunctionDef, model: str, choice: str, picked: list[Edit]
) -> list[Edit]:
    """The lines that name what is picked from, each of them an optimizer of the model at once.

    None where the model isn't there by then, or something else than `choice` holds them.
    """
    binds = [
        tree.span(s)[1]
        for s in function.body.body
        if isinstance(s, cst.SimpleStatementLine) and bound_by(tree, s) == model
    ]
    if len(binds) != 1 or any(edit.start < binds[0] for edit in picked):
        return []
    found: list[Edit] = []
    lines = {tree.line_start(edit.start) for edit in picked}
    for start in sorted(lines):
        ours = sorted((e for e in picked if tree.line_start(e.start) == start), key=_first)
        parts, place = [""], start
        for edit in ours:
            parts.append(tree.text[place : edit.start])
            place = edit.end
        parts.append(tree.text[place : tree.line_end(place)].rstrip("\n"))
        head = re.match(rf"\s*{choice} = ", parts[1])
        if head is None or re.search(r"[\[\]{}()#]", "".join(parts)):
            return []
        made = [_of_model(edit.text, model) for edit in ours]
        text = "".join(a + b for a, b in zip(parts[1:], [*made, ""], strict=True))
        indent = len(text) - len(text.lstrip())
        whole = fold(text.lstrip(), indent).lstrip()
        found.append(Edit(start + indent, place + len(parts[-1]), whole))
    return found


def _first(edit: Edit) -> int:
    return edit.start


def _of_model(text: str, model: str) -> str:
    """`partial(torch.optim.SGD, lr=0.1)`, or what has no arguments, with those of a model."""
    found = re.fullmatch(r"partial\(([\w.]+), (.*)\)", text, re.S)
    kind, arguments = found.groups() if found is not None else (text, "")
    parameters = f"{model}.parameters()"
    if kind == WITH_BOUNDS:
        made = ast.parse(text, mode="eval").body
        assert isinstance(made, ast.Call)
        ours = [ast.get_source_segment(text, part) or "" for part in made.args[1:]]
        given = (f"{k.arg}={ast.get_source_segment(text, k.value)}" for k in made.keywords)
        kind, bounds, *rest = ours
        parameters = f'[{{"params": {parameters}, {bounds[1:]}]'
        arguments = ", ".join([*rest, *given])
    return f"{kind}({', '.join(filter(None, (parameters, arguments)))})"


def _only_answer(function: cst.FunctionDef) -> cst.BaseExpression | None:
    """What a function gives, where that stands once, as its last statement."""
    last, answers = function.body.body[-1], returns_of(function)
    if len(answers) != 1 or not isinstance(last, cst.SimpleStatementLine):
        return None
    return answers[0].value if last.body[-1] is answers[0] else None
