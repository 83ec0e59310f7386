"""What is asked of objects that Keras's classes have, and those that are emitted lack."""

from __future__ import annotations

import re
from collections.abc import Iterator

from transpiler.diagnostics import LEFT_CODE
from transpiler.emit.draft import Draft
from transpiler.emit.edits import replaces
from transpiler.interpret.statics import one_line

_OF_MODEL = (
    "`{0}`: a model is compiled with this metric, and tells it what it measures; here, it knows "
    "of its own updates alone"
)


def _of_models(draft: Draft) -> Iterator[tuple[int, str]]:
    """What is asked of metric objects with which models are compiled, and where."""
    for node, place in draft.file.metric_calls.values():
        if place in draft.file.metric_owners:
            yield draft.tree.span(node)[0], _OF_MODEL.format(one_line(draft.tree.source(node)))


def report_lacking(draft: Draft) -> None:
    """What is asked of an object that Keras's class has, and the one that is emitted lacks."""
    emitted = draft.file.rules.emitted
    lacks = [
        name for helper in draft.helpers if helper in emitted for name in emitted[helper].lacks
    ]
    found = [*_of_models(draft)]
    if not lacks and not found:
        return
    replaced = replaces(draft.edits)
    found += [
        (match.start(), f"`{match.group()}` is left as it is: the class that is emitted lacks it")
        for match in re.finditer(rf"\.(?:{'|'.join(lacks) or '(?!)'})\b", draft.tree.blanked)
        if not replaced(match.start())
    ]
    for node, message, made in draft.file.metric_uses.values():
        if replaced(made[0]):
            found.append((draft.tree.span(node)[0], message))
    from transpiler.emit.passed_metrics import called_under_other_names  # few files have any

    found += called_under_other_names(draft)
    for place, message in found:
        draft.say_at(LEFT_CODE, *draft.tree.line_column(place), message)
        start = draft.tree.line_start(place)
        draft.todos.setdefault(start + len(draft.margin(start)), (LEFT_CODE, message))
