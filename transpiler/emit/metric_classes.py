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
from transpiler.emit.fold import fold
from transpiler.interpret.functions.metric_parts import BASE
from transpiler.interpret.functions.own_metrics import (
    SUPER,
    State,
    dropped_parameters,
    methods_of,
    parts_of,
    statements_of,
    states_of,
)
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.values import Function, UserClass
from transpiler.lower.metric_parts import Written
from transpiler.source.suites import statement_lines

#: Methods without which an object does that is made anew for each epoch.
_GONE = ("reset_state", "reset_states", "get_config", "from_config")


def metric_class_edits(draft: Draft, made: UserClass) -> list[Edit]:
    """What becomes of a class besides the methods that compute."""
    draft.plain_classes.add(id(made.node))
    tree = draft.tree
    held: list[Written] = draft.file.metric_parts.get(made.name, [])
    parts = {written.part.place: (_named(draft, made, written), written) for written in held}
    base = f"({parts[BASE][0]})" if BASE in parts else ""
    start = tree.span(made.node.name)[1]
    base_end = tree.span(made.node.bases[-1].value)[1]
    edits = [Edit(start, tree.text.index(")", base_end) + 1, base)]
    edits += [Edit(*statement_lines(tree, mark), "") for mark in made.node.decorators]
    for name, method in methods_of(made).items():
        if name in _GONE:
            first, last = draft.function_span(method.node)  # type: ignore[arg-type]
            edits.append(Edit(len(tree.text[:first].rstrip()), last, ""))
    initializer = methods_of(made).get("__init__")
    if initializer is None:
        return edits
    node = initializer.node
    assert isinstance(node, cst.FunctionDef)
    gone = dropped_parameters(initializer)
    begun = parts[BASE][1].arguments if BASE in parts else ()
    if BASE in parts and not begun and _only_begins(initializer, gone):
        first, last = draft.function_span(node)
        alone = node is made.node.body.body[0]  # or what comes before has its blank line
        blank = len(tree.text[last:]) - len(tree.text[last:].lstrip("\n"))
        last += max(blank - 1, 0) if alone else 0
        return [*edits, Edit(len(tree.text[:first].rstrip()), last, "")]
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
    for name, written in parts.values():
        if written.part.call is not None and written.part.place != BASE:
            text = f"{name}({', '.join(written.arguments)})"
            edits.append(Edit(*tree.span(written.part.call), text))
    lines = [s for s in node.body.body if isinstance(s, cst.SimpleStatementLine)]
    begins = [line for line in lines if SUPER.match(tree.source(line))]
    if BASE in parts:
        text = f"super().__init__({', '.join(begun)})"
        return [*edits, *(Edit(*tree.span(line.body[0]), text) for line in begins)]
    return [*edits, *(Edit(*statement_lines(tree, line), "") for line in begins)]


def is_left(draft: Draft, made: UserClass) -> bool:
    """Whether a class stays Keras's: what it computes, or of which metrics, is not known."""
    file = draft.file
    unknown = bool(parts_of(made)) and made.name not in file.metric_parts
    return unknown or id(made.node) not in file.understood_metrics


def _only_begins(initializer: Function, gone: list[str]) -> bool:
    """Whether a constructor does nothing but begin the object that Keras knows."""
    names = [p.name for p in parameters_of(initializer.node)[1:]]
    source = initializer.file.tree.source
    return set(names) <= set(gone) and all(
        SUPER.match(source(statement)) for statement in statements_of(initializer)
    )


def _named(draft: Draft, made: UserClass, written: Written) -> str:
    """The name of the class for a part, which is written above the first class that needs it."""
    draft.helpers |= written.helpers
    start = draft.tree.line_start(draft.tree.span(made.node)[0])
    start = min([start, *(draft.tree.span(mark)[0] for mark in made.node.decorators)])
    inside = draft.tree.span(made.node)[0] > draft.tree.line_start(draft.tree.span(made.node)[0])
    start = draft.top_level_start(made.node) if inside else start
    known = draft.metric_parts.get(written.source)
    if known is not None and known[1] <= start:
        return known[0]
    regions = [draft.file.module, *(s.region for s in draft.file.summaries.values())]
    taken = draft.helpers.union(*(r.helpers_used for r in regions if r is not None))
    taken |= {*draft.planned.class_names.values(), *draft.file.globals}
    taken |= {name for name, _ in draft.metric_parts.values()}
    free = (f"{written.name}{number}" for number in ("", *range(2, 99)))
    name = next(name for name in free if name not in taken)
    draft.metric_parts[written.source] = name, start
    lines = written.source.replace("NAME", name).split("\n")
    folded = (fold(line.lstrip(), len(line) - len(line.lstrip())) for line in lines)
    text = "\n".join(folded)
    text = text.rstrip("\n") + "\n" if inside else text
    draft.edits.append(Edit(start, start, f"{text}\n\n"))
    return name


def _zeros(state: State, added: bool, device: str) -> str:
    """What it begins with: a number, to which tensors are added, becomes one with the first."""
    if added and not state.sizes:
        return "0" if "int" in state.dtype else "0.0"
    kind = "" if state.dtype == "float32" else f", dtype=torch.{state.dtype}"
    return f"torch.zeros({', '.join(state.sizes) or '()'}{kind}, device={device})"
