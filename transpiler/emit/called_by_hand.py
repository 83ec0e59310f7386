"""Losses, metrics and other functions on tensors that a program calls on arrays by itself.

score = dice(y, model.predict(x)).numpy()
# score = dice(torch.as_tensor(y), torch.as_tensor(predict(model, x))).numpy()
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from typing import TypeAlias

import libcst as cst

from transpiler.diagnostics import LEFT_CODE
from transpiler.emit.draft import Draft
from transpiler.emit.edits import Edit, replaces
from transpiler.emit.training.lines import within
from transpiler.emit.training.shared import Before
from transpiler.interpret.functions.passed import decided_parameters
from transpiler.interpret.summary import Summary
from transpiler.interpret.symbols import canonical
from transpiler.interpret.values import Framework
from transpiler.record import record
from transpiler.source.far_computing import NO_FILE
from transpiler.source.far_frames import Thing
from transpiler.source.lexical import names_read

#: What makes tensors of arrays in TensorFlow.
_MAKES = ("tf.constant", "tf.convert_to_tensor", "tf.cast", "keras.ops.convert_to_tensor")
_OF_FLOATS = "keras.backend.constant"  #: the same, of whatever numbers
#: What makes arrays of tensors.
_READS = ("keras.backend.eval", "keras.backend.get_value", "keras.ops.convert_to_numpy")


def write_calls_by_hand(draft: Draft) -> set[int]:
    """Calls of functions on tensors get tensors, and give arrays: where they stand."""
    functions = {
        s.function.name: s
        for s in draft.planned.operations
        if not (s.function.owner or s.function.nested_in) and s.function.file is draft.file
    }
    if not functions or not _may_call(draft, functions):
        return set()
    calls = Calls(set(functions))
    draft.tree.module.visit(calls)
    gone = replaces(draft.edits)
    for call, statement, around in calls.found:
        assert isinstance(call.func, cst.Name)
        start = draft.tree.span(call)[0]
        summary = functions[call.func.value]
        if _is_on_tensors(draft, around):
            continue
        starred = any(a.star for a in call.args) or len(call.args) > len(summary.parameters)
        if gone(start) or starred:
            _refuse(draft, call)
        else:
            draft.edits += edits_of_call(draft, summary, call)
            if statement is not None:  # so that it is folded
                draft.before.append(Before(statement, 0, []))
    return {draft.tree.span(call)[0] for call, *_ in calls.found}


def _may_call(draft: Draft, names: Collection[str]) -> bool:
    """Whether a call may stand outside of what computes with tensors, without a look at nodes."""
    spans = spans_on_tensors(draft)
    called = re.compile(rf"(?<!def )(?<![\w.])(?:{'|'.join(names)})\s*\(")
    return any(not within(m.start(), spans) for m in called.finditer(draft.tree.blanked))


def spans_on_tensors(draft: Draft) -> list[tuple[int, int]]:
    """Where what computes with tensors begins and ends."""
    tensors, losses = _computing(draft)
    nodes: list[cst.CSTNode] = [s.function.node for s in draft.file.summaries.values()]
    nodes += [made.node for made in draft.file.user_classes]
    known = [n for n in nodes if id(n) in tensors | losses and draft.tree.has_span(n)]
    return [draft.tree.span(node) for node in known]


@record(frozen=True, slots=True)
class Place:
    """A call, with the statement and the functions and classes that it stands in."""

    call: cst.Call
    statement: cst.SimpleStatementLine | None
    around: tuple[cst.CSTNode, ...]


def is_here(draft: Draft, thing: Thing) -> bool:
    """Whether the file itself defines what computes."""
    path = draft.file.path
    return thing.home == (os.path.realpath(path) if path else NO_FILE)


#: A call, the statement that it stands in, if that is a line, and the functions around it.
_Found: TypeAlias = "tuple[cst.Call, cst.SimpleStatementLine | None, tuple[cst.CSTNode, ...]]"


class Calls(cst.CSTVisitor):
    """Calls of some functions, or all calls, and the functions and classes around them."""

    def __init__(self, names: set[str] | None) -> None:
        self.names = names
        self.around: list[cst.CSTNode] = []
        self.statement: cst.SimpleStatementLine | None = None
        self.found: list[_Found] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, (cst.FunctionDef, cst.ClassDef, cst.Lambda)):
            self.around.append(node)
        if isinstance(node, cst.BaseCompoundStatement):
            self.statement = None
        if isinstance(node, cst.SimpleStatementLine):
            self.statement = node
        if isinstance(node, cst.Call):
            name = node.func.value if isinstance(node.func, cst.Name) else ""
            if self.names is None or name in self.names:
                self.found.append((node, self.statement, tuple(self.around)))
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if self.around and self.around[-1] is original_node:
            self.around.pop()


def _is_on_tensors(draft: Draft, around: tuple[cst.CSTNode, ...]) -> bool:
    """Whether a call stands in what computes with torch's tensors, as far as it is converted."""
    tensors, losses = _computing(draft)
    return any(
        (isinstance(n, cst.Lambda) and not _gives_number(draft, n)) or id(n) in tensors | losses
        for n in around
    )


def _gives_number(draft: Draft, node: cst.Lambda) -> bool:
    """Whether a lambda gives what is a number of Python's or an array, and so is for arrays."""
    body = draft.tree.source(node.body)
    return body.startswith(("float(", "np.")) or body.endswith(".numpy()")


def _computing(draft: Draft) -> tuple[set[int], set[int]]:
    """The functions and the classes, by their ids, that compute with tensors."""
    known = draft.file.summaries.values()
    tensors = {id(s.function.node) for s in known if s.kind not in ("static", "builder")}
    tensors |= draft.failed_nodes  # what stays has tensors of Keras
    known_classes = draft.file.user_classes
    of_keras = ("keras.", "tf.")
    classes = {id(m.node) for m in known_classes if any(b.startswith(of_keras) for b in m.bases)}
    return tensors, classes - draft.plain_classes


def _refuse(draft: Draft, call: cst.Call) -> None:
    """Say of a call that stands in what has been written anew that it is none on arrays."""
    start, end = draft.tree.span(call)
    name = draft.tree.source(call.func)
    pattern = re.compile(rf"(?<![\w.]){name}\(")
    around = (e for e in draft.edits if e.start <= start and end <= e.end)
    if any(pattern.search(edit.text) for edit in around):
        message = (
            f"`{name}` takes and gives tensors of torch now: call it as "
            f"`{name}(torch.as_tensor(...), torch.as_tensor(...)).numpy()`"
        )
        draft.say(LEFT_CODE, call, message)
        place = draft.tree.line_start(start)
        draft.todos.setdefault(place + len(draft.margin(place)), (LEFT_CODE, message))


def edits_of_call(draft: Draft, summary: Summary, call: cst.Call) -> Iterator[Edit]:
    """A call gets tensors, and what it gives becomes an array."""
    tree = draft.tree
    names = taken(summary)
    gone = decided_parameters(summary)
    read = names_read(tree.source(summary.function.node.body))
    before = 0  #: where the argument before ends, if one stays
    for position, argument in enumerate(call.args):
        name = argument.keyword.value if argument.keyword is not None else names[position]
        first, last = tree.span(argument)
        if name in gone and name in read:
            message = f"`{summary.function.name}` is written for one value of `{name}`"
            draft.report(LEFT_CODE, call, f"{message}, and does not take it any more")
        elif name in gone:  # with the comma behind it, or before it
            behind = call.args[position + 1 : position + 2]
            yield (
                Edit(before, last, "")
                if before
                else Edit(first, tree.span(behind[0])[0] if behind else last, "")
            )
            before = before and last
            continue
        before = last
        if name in summary.tensors:
            yield from as_tensor(draft, argument.value)
    yield from as_array(draft, call)


def taken(summary: Summary) -> list[str]:
    """The names of the parameters that a call gives something for."""
    names = [parameter.name for parameter in summary.parameters]
    marks = getattr(summary.function.node, "decorators", ())
    static = any(getattr(mark.decorator, "value", "") == "staticmethod" for mark in marks)
    return names[bool(summary.function.owner) and not static :]


def as_array(draft: Draft, call: cst.Call, mean: str = "") -> Iterator[Edit]:
    """What a call gives becomes an array, or the number that it is made."""
    tree = draft.tree
    start, end = tree.span(call)
    reader = re.search(r"([\w.]+)\(\s*$", tree.text[:start])
    if reader is not None and _symbol(draft, reader.group(1)) in _READS:
        close = re.match(r"\s*\)", tree.text[end:])
        if close is not None:
            yield Edit(reader.start(), start, "")
            yield Edit(end, end + close.end(), f"{mean}.numpy()")
            return
    if not (tree.text.startswith(".numpy()", end) or _is_number(tree.text, start, end)):
        mean += ".numpy()"
    if mean:
        yield Edit(end, end, mean)


def _is_number(text: str, start: int, end: int) -> bool:
    """Whether a call is all that `float` gets."""
    return text[:start].endswith("float(") and text.startswith(")", end)


def as_tensor(draft: Draft, node: cst.BaseExpression, kind: str = "") -> Iterator[Edit]:
    """What is an array becomes a tensor, of a kind; `tf.constant(y)` is one of torch."""
    tree = draft.tree
    start, end = tree.span(node)
    made = _symbol(draft, tree.source(node.func)) if isinstance(node, cst.Call) else ""
    if isinstance(node, cst.Call) and made == _OF_FLOATS and len(node.args) == 1:
        yield Edit(*tree.span(node.func), "torch.as_tensor")
        yield Edit(end - 1, end - 1, ", dtype=torch.float32")
        return
    if isinstance(node, cst.Call) and made in _MAKES:
        kinds = node.args[1:]
        types = [_symbol(draft, tree.source(one.value)) for one in kinds]
        if all(re.fullmatch(r"tf\.(float|int)\d+", one) for one in types) and len(kinds) < 2:
            yield Edit(*tree.span(node.func), "torch.as_tensor")
            for one, name in zip(kinds, types, strict=True):
                place = one.value if one.keyword is None else one.keyword
                given = name.replace("tf.", "dtype=torch.")
                yield Edit(tree.span(place)[0], tree.span(one.value)[1], given)
            if kind and not kinds:
                yield Edit(end - 1, end - 1, kind)
            return
    yield Edit(start, start, "torch.as_tensor(")
    yield Edit(end, end, f"{kind})")


def _symbol(draft: Draft, name: str) -> str:
    """What a dotted name stands for of the framework; "" for anything else."""
    head, _, rest = name.partition(".")
    value = draft.file.globals.get(head)
    if not isinstance(value, Framework):
        return ""
    return canonical(f"{value.name}.{rest}" if rest else value.name)
