"""Classes of metrics: plain classes that count batches, without what only Keras asks for.

class F1:
    def __init__(self, threshold=0.5):
        self.threshold = threshold
        self.hits = 0.0
"""

from __future__ import annotations

import libcst as cst

from transpiler.emit.classes.operations import header_without
from transpiler.emit.draft import Draft
from transpiler.emit.edits import Edit
from transpiler.interpret.functions.own_metrics import (
    SUPER,
    State,
    dropped_parameters,
    methods_of,
    states_of,
)
from transpiler.interpret.values import UserClass
from transpiler.source.suites import statement_lines

#: Methods without which an object does that is made anew for each epoch.
_GONE = ("reset_state", "reset_states", "get_config", "from_config")


def metric_class_edits(draft: Draft, made: UserClass) -> list[Edit]:
    """What becomes of a class besides the methods that compute."""
    draft.plain_classes.add(id(made.node))
    tree = draft.tree
    start = tree.span(made.node.name)[1]
    base_end = tree.span(made.node.bases[-1].value)[1]
    edits = [Edit(start, tree.text.index(")", base_end) + 1, "")]
    for name, method in methods_of(made).items():
        if name in _GONE:
            first, last = draft.function_span(method.node)  # type: ignore[arg-type]
            edits.append(Edit(len(tree.text[:first].rstrip()), last, ""))
    initializer = methods_of(made)["__init__"]
    node = initializer.node
    assert isinstance(node, cst.FunctionDef)
    gone = dropped_parameters(initializer)
    if gone:
        first = tree.span(node)[0]
        last = tree.text.rindex(":", first, tree.span(node.body.body[0])[0]) + 1
        edits.append(Edit(first, last, header_without(tree, node, gone, "    ")))
    device = next((found.device for found in draft.planned.trained if found.device), "device")
    update = methods_of(made)["update_state"].node
    region = next(s.region for s in draft.planned.operations if s.function.node is update)
    for state in states_of(made):
        added = region is not None and region.states[f"self.{state.name}"]
        text = f"self.{state.name} = {_zeros(state, added, device)}"
        edits.append(Edit(*tree.span(state.statement), text))
    lines = [s for s in node.body.body if isinstance(s, cst.SimpleStatementLine)]
    begins = [line for line in lines if SUPER.match(tree.source(line))]
    return [*edits, *(Edit(*statement_lines(tree, line), "") for line in begins)]


def _zeros(state: State, added: bool, device: str) -> str:
    """What it begins with: a number, to which tensors are added, becomes one with the first."""
    if added and not state.sizes:
        return "0" if "int" in state.dtype else "0.0"
    kind = "" if state.dtype == "float32" else f", dtype=torch.{state.dtype}"
    return f"torch.zeros({', '.join(state.sizes) or '()'}{kind}, device={device})"
