"""Lists of metrics: what trains and evaluates computes them, so that nobody reads them any more.

METRICS = [keras.metrics.AUC(name="auc"), "accuracy"]

def make_model(metrics=METRICS): ...
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst

from transpiler.emit.draft import Draft
from transpiler.emit.edits import Edit, apply, replaces
from transpiler.emit.text import global_reads
from transpiler.interpret.functions.parameters import holds_metrics
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Sequence as Items
from transpiler.source.suites import statement_lines


def drop_metric_lists(draft: Draft) -> None:
    """Parameters that only handed metrics to `compile` go, and lists that nothing else reads."""
    trained = [found.training for found in draft.planned.trained if found.training.problem is None]
    if not trained:
        return
    seen: set[tuple[int, str]] = set()
    given: set[str] = set()  #: variables, also of lists of functions
    for call in (c for training in trained for c in training.calls if c.name == "compile"):
        function = call.region.function if call.region is not None else None
        for what in ("metrics", "weighted_metrics"):
            text = call.given[what].text if what in call.given else ""
            given |= {text} if isinstance(draft.file.globals.get(text), Items) else set()
            if isinstance(function, cst.FunctionDef) and (id(function), text) not in seen:
                seen.add((id(function), text))
                draft.edits += _without_parameter(draft, function, call, text)
    lists = {name for name, value in draft.file.globals.items() if holds_metrics(value)}
    if lists | given:
        _drop_unread(draft, lists | given)


def _drop_unread(draft: Draft, names: set[str]) -> None:
    """Take out the statements that make a list of metrics, where nothing reads it."""
    from transpiler.emit.training.named_parts import named_parts

    found = named_parts(draft.tree.module, draft.file.globals, names)
    for name in sorted(names):
        spans = [statement_lines(draft.tree, s) for made, s in found if made == name]
        bound = re.findall(rf"^\s*{name}(?:\s*[+]?=(?!=)|\.\w+\()", draft.tree.blanked, re.M)
        if not spans or len(spans) != len(bound):
            continue
        gone = [Edit(*span, "") for span in spans]
        inside = replaces(gone)
        others = [edit for edit in draft.edits if not inside(edit.start)]
        if name not in global_reads(apply(draft.tree.text, [*others, *gone])):
            draft.edits = [*others, *gone]


def _without_parameter(
    draft: Draft, function: cst.FunctionDef, call: TrainingCall, name: str
) -> list[Edit]:
    """The edits that take a parameter away, in the function and in all calls of it."""
    tree = draft.tree
    parameters = function.params.params
    names = [parameter.name.value for parameter in parameters]
    if name not in names or function.params.posonly_params or function.params.kwonly_params:
        return []
    place = names.index(name)
    spans = [tree.span(parameters[place]), tree.span(call.node)]
    uses = re.finditer(rf"(?<![\w.]){name}\b", tree.blanked)
    start, end = tree.span(function)
    if not all(
        any(a <= use.start() < b for a, b in spans) for use in uses if start <= use.start() < end
    ):
        return []
    nodes = [
        found.training.model.node
        for found in draft.planned.trained
        if found.training.problem is None
        and found.training.model.summary is not None
        and found.training.model.summary.function.node is function
    ]
    calls = {id(node): node for node in nodes if isinstance(node, cst.Call)}
    known = re.findall(rf"(?<![\w.]){function.name.value}\b", tree.blanked)
    if len(known) != len(calls) + 1:
        return []
    edits = [_without(draft, parameters, place)]
    for made in calls.values():
        if any(argument.star for argument in made.args):
            return []
        keywords = [a.keyword.value if a.keyword is not None else "" for a in made.args]
        plain = keywords.count("")
        if name in keywords:
            edits.append(_without(draft, made.args, keywords.index(name)))
        elif place < plain:
            edits.append(_without(draft, made.args, place))
    return edits


def _end(draft: Draft, item: cst.CSTNode) -> int:
    """Where a parameter or an argument ends, its default included."""
    default = item.default if isinstance(item, cst.Param) else None
    return draft.tree.span(item if default is None else default)[1]


def _without(draft: Draft, items: Sequence[cst.CSTNode], place: int) -> Edit:
    """The edit that takes one of several out, with a comma."""
    spans = [(draft.tree.span(item)[0], _end(draft, item)) for item in items]
    start, end = spans[place]
    if place:
        return Edit(spans[place - 1][1], end, "")
    return Edit(start, spans[1][0] if len(spans) > 1 else end, "")
