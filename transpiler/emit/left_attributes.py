"""What is asked of models that are modules now, and stays: `nets[0].losses`, `net.model.inputs`."""

from __future__ import annotations

import re

import libcst as cst

from transpiler.diagnostics import LEFT_TRAINING
from transpiler.emit.causes import lines_said
from transpiler.emit.draft import Draft
from transpiler.emit.edits import replaces
from transpiler.emit.left import margin_of
from transpiler.interpret.training import options_of
from transpiler.interpret.values import Model


def report_left_attributes(draft: Draft) -> None:
    """Attributes of Keras's models that are read in what is kept of the program.

    A class of the program's own may have given its models some of that name.
    """
    regions = [draft.file.module, *(s.region for s in draft.file.summaries.values())]
    asked = [one for region in regions if region is not None for one in region.asked_of_models]
    if not asked:
        return
    from transpiler.emit.training.shared import origin  # most files ask for none of these

    replaced, reported = replaces(draft.edits), lines_said(draft)
    made = {id(u.built.model) for u in draft.planned.models if u.built and not u.problem}
    for node, attribute, model in sorted(asked, key=lambda one: draft.tree.span(one[0])[0]):
        start, end = draft.tree.span(node)
        line, _ = draft.tree.line_column(start)
        if line in reported or replaced(start) or replaced(end - 1):
            continue
        if not isinstance(model, Model) or made.isdisjoint(
            id(origin(m)) for m in options_of(model)
        ):
            continue
        if attribute == "name" and all(origin(m).labelled for m in options_of(model)):
            continue
        if model.kind not in ("sequential", "functional") and _is_own(draft, attribute):
            continue
        reported.add(line)
        asks = _written(draft, node)
        message = f"`{asks}` is left as it is; the model is an nn.Module now"
        draft.say_at(LEFT_TRAINING, *draft.tree.line_column(start), message)
        draft.todos.setdefault(margin_of(draft, node), (LEFT_TRAINING, message))


def _is_own(draft: Draft, attribute: str) -> bool:
    """Whether some class of the file may give its objects an attribute of that name."""
    text = draft.tree.blanked
    return re.search(rf"\bself\.{attribute}\s*[:=]|\bdef {attribute}\(", text) is not None


def _written(draft: Draft, node: cst.Attribute) -> str:
    """How the program asks, if that is no long expression."""
    source = draft.tree.source(node)
    return source if re.fullmatch(r"[\w.]+", source) else node.attr.value
