"""Losses, metrics and other functions on tensors that a program calls on arrays by itself.

score = dice(y, model.predict(x)).numpy()
# score = dice(torch.as_tensor(y), torch.as_tensor(predict(model, x))).numpy()
"""

from __future__ import annotations

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
from transpiler.source.lexical import names_read

#: What makes tensors of arrays in TensorFlow.
_MAKES = ("tf.constant", "tf.convert_to_tensor", "tf.cast", "keras.ops.convert_to_tensor")
_OF_FLOATS = "keras.backend.constant"  #: the same, of whatever numbers
#: What makes arrays of tensors.
_READS = ("keras.backend.eval", "keras.backend.get_value", "keras.ops.convert_to_numpy")


def write_calls_by_hand(draft: Draft) -> None:
    """Calls of functions on tensors get tensors, and give arrays."""
    functions = {
        s.function.name: s
        for s in draft.planned.operations
        if not (s.function.owner or s.function.nested_in) and s.function.file is draft.file
    }
    if not functions or not draft.planned.trained or not _may_call(draft, functions):
        return
    calls = _Calls(set(functions))
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
            draft.edits += _edits(draft, summary, call)
            if statement is not None:  # so that it is folded
                draft.before.append(Before(statement, 0, []))


def _may_call(draft: Draft, names: Collection[str]) -> bool:
    """Whether a call may stand outside of what computes with tensors, without a look at nodes."""
    tensors, losses = _computing(draft)
    nodes: list[cst.CSTNode] = [s.function.node for s in draft.file.summaries.values()]
    nodes += [made.node for made in draft.file.user_classes]
    known = [n for n in nodes if id(n) in tensors | losses and draft.tree.has_span(n)]
    spans = [draft.tree.span(node) for node in known]
    called = re.compile(rf"(?<!def )(?<![\w.])(?:{'|'.join(names)})\s*\(")
    return any(not within(m.start(), spans) for m in called.finditer(draft.tree.blanked))


#: A call, the statement that it stands in, if that is a line, and the functions around it.
_Found: TypeAlias = "tuple[cst.Call, cst.SimpleStatementLine | None, tuple[cst.CSTNode, ...]]"


class _Calls(cst.CSTVisitor):
    """Calls of some functions, and the functions and classes around them."""

    def __init__(self, names: set[str]) -> None:
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
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Name):
            if node.func.value in self.names:
                self.found.append((node, self.statement, tuple(self.around)))
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if self.around and self.around[-1] is original_node:
            self.around.pop()


def _is_on_tensors(draft: Draft, around: tuple[cst.CSTNode, ...]) -> bool:
    """Whether a call stands in what computes with torch's tensors, as far as it is converted."""
    tensors, losses = _computing(draft)
    return any(isinstance(n, cst.Lambda) or id(n) in tensors | losses for n in around)


def _computing(draft: Draft) -> tuple[set[int], set[int]]:
    """The functions and the classes, by their ids, that compute with tensors."""
    known = draft.file.summaries.values()
    tensors = {id(s.function.node) for s in known if s.kind not in ("static", "builder")}
    classes = {id(made.node) for made in draft.file.user_classes if made.bases}
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


def _edits(draft: Draft, summary: Summary, call: cst.Call) -> Iterator[Edit]:
    """A call gets tensors, and what it gives becomes an array."""
    tree = draft.tree
    names = [parameter.name for parameter in summary.parameters]
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
            yield from _as_tensor(draft, argument.value)
    start, end = tree.span(call)
    reader = re.search(r"([\w.]+)\(\s*$", tree.text[:start])
    if reader is not None and _symbol(draft, reader.group(1)) in _READS:
        close = re.match(r"\s*\)", tree.text[end:])
        if close is not None:
            yield Edit(reader.start(), start, "")
            yield Edit(end, end + close.end(), ".numpy()")
    elif not (tree.text.startswith(".numpy()", end) or _is_number(tree.text, start, end)):
        yield Edit(end, end, ".numpy()")


def _is_number(text: str, start: int, end: int) -> bool:
    """Whether a call is all that `float` gets."""
    return text[:start].endswith("float(") and text.startswith(")", end)


def _as_tensor(draft: Draft, node: cst.BaseExpression) -> Iterator[Edit]:
    """What is an array becomes a tensor; `tf.constant(y)` is one of torch."""
    tree = draft.tree
    start, end = tree.span(node)
    made = _symbol(draft, tree.source(node.func)) if isinstance(node, cst.Call) else ""
    if isinstance(node, cst.Call) and made == _OF_FLOATS and len(node.args) == 1:
        yield Edit(*tree.span(node.func), "torch.as_tensor")
        yield Edit(end - 1, end - 1, ", dtype=torch.float32")
        return
    if isinstance(node, cst.Call) and made in _MAKES:
        kinds = node.args[1:]
        types = [_symbol(draft, tree.source(kind.value)) for kind in kinds]
        if all(re.fullmatch(r"tf\.(float|int)\d+", kind) for kind in types) and len(kinds) < 2:
            yield Edit(*tree.span(node.func), "torch.as_tensor")
            for kind, name in zip(kinds, types, strict=True):
                place = kind.value if kind.keyword is None else kind.keyword
                given = name.replace("tf.", "dtype=torch.")
                yield Edit(tree.span(place)[0], tree.span(kind.value)[1], given)
            return
    yield Edit(start, start, "torch.as_tensor(")
    yield Edit(end, end, ")")


def _symbol(draft: Draft, name: str) -> str:
    """What a dotted name stands for of the framework; "" for anything else."""
    head, _, rest = name.partition(".")
    value = draft.file.globals.get(head)
    if not isinstance(value, Framework):
        return ""
    return canonical(f"{value.name}.{rest}" if rest else value.name)
