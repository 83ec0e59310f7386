"""Lists of metrics: what trains and evaluates computes them, so that nobody reads them any more.

METRICS = [keras.metrics.AUC(name="auc"), "accuracy"]

def make_model(metrics=METRICS): ...

And losses that are only called on arrays, where NumPy stands at the calls.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import libcst as cst

from transpiler.emit.draft import Draft
from transpiler.emit.edits import Edit, apply, replaces
from transpiler.emit.text import global_reads
from transpiler.interpret.functions.parameters import holds_metrics
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Sequence as Items
from transpiler.interpret.values import Value
from transpiler.source.importers import is_imported
from transpiler.source.lexical import names_read
from transpiler.source.suites import statement_lines


def drop_metric_lists(draft: Draft) -> None:
    """Parameters that only handed metrics to `compile` go, and what nothing else reads."""
    if draft.file.losses_by_hand:
        _drop_losses(draft)
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


def _drop_losses(draft: Draft) -> None:
    """Take out the statements that make a loss, of the module and in functions."""
    names = draft.file.losses_by_hand
    _drop_unread(draft, names)
    functions = {
        id(summary.function.node): (summary.function.node, summary.region.scope.values)
        for summary in draft.file.summaries.values()
        if summary.region is not None and summary.function.file is draft.file
    }
    for function, values in functions.values():
        if isinstance(function, cst.FunctionDef) and names & values.keys():
            _drop_unread(draft, names & values.keys(), function, values)


def _drop_unread(
    draft: Draft,
    names: set[str],
    room: cst.Module | cst.FunctionDef | None = None,
    values: Mapping[str, Value] | None = None,
) -> None:
    """Take out the statements that make a loss or a list of metrics, where nothing reads it."""
    from transpiler.emit.training.named_parts import named_parts

    room, values = room or draft.tree.module, values or draft.file.globals
    start, end = (0, len(draft.tree.text))
    if isinstance(room, cst.FunctionDef):
        start, end = draft.tree.span(room)
    found = named_parts(room, values, names)
    for name in sorted(names):
        spans = [statement_lines(draft.tree, s) for made, s in found if made == name]
        code = draft.tree.blanked[start:end]
        bound = re.findall(rf"^\s*{name}(?:\s*[+]?=(?!=)|\.\w+\()", code, re.M)
        if not spans or len(spans) != len(bound):
            continue
        if not start and is_imported(draft.file.path, rf"\b{name}\b"):
            continue
        gone = [Edit(*span, "") for span in spans]
        inside = replaces(gone)
        others = [edit for edit in draft.edits if not inside(edit.start)]
        here = [edit for edit in others if start <= edit.start and edit.end <= end]
        shifted = [Edit(e.start - start, e.end - start, e.text) for e in (*here, *gone)]
        text = apply(draft.tree.text[start:end], shifted)
        if name not in (names_read(text) if start else global_reads(text)):
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
    if function not in tree.module.body:  # whose calls go by the name of a class or an object
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
