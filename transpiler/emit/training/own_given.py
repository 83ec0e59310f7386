"""Callbacks of the program's own that a function gets with the model: it goes on getting them.

def train(model, callbacks):                 def train(model, callbacks):
    model.fit(x, callbacks=callbacks)            recorder = callbacks[0]
                                                 for epoch in range(9):
                                                     ...
                                                     recorder.on_epoch_end(epoch, logs)

train(model, [recorder, EarlyStopping()])    train(model, [recorder])
"""

from __future__ import annotations

import re
from collections.abc import Callable

import libcst as cst

from transpiler.emit.training.shared import Part, Shared
from transpiler.interpret.functions.joined_parts import is_own, own_by_place
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Sequence, Static, Value
from transpiler.record import replace


def own_in_list(
    shared: Shared, name: str, held: Value, argument: cst.Arg, of_keras: Callable[[Value], bool]
) -> tuple[Sequence, str] | None:
    """The callbacks of a list as the function has them, and the list that it gets of them.

    None where it has none of the program's own, or others than those and some `of_keras`.
    """
    if not isinstance(held, Sequence) or not any(map(is_own, held.items)):
        return None
    if not all(is_own(item) or of_keras(item) for item in held.items):
        return None
    if any(is_own(item) and _is_asked(shared, item) for item in held.items):
        return None
    kept = [place for place, item in enumerate(held.items) if is_own(item)]
    text = ""
    if len(kept) < len(held.items):
        node = argument.value
        if not isinstance(node, cst.List) or len(node.elements) != len(held.items):
            return None
        if any(isinstance(element, cst.StarredElement) for element in node.elements):
            return None
        text = f"[{', '.join(shared.tree.source(node.elements[n].value) for n in kept)}]"
    return Sequence(tuple(own_by_place(name, held)), list), text


def with_own(shared: Shared, part: Part, call: TrainingCall, given: dict[str, Value]) -> None:
    """Let a call see those of its callbacks that its function gets one by one."""
    listed, function = call.given.get("callbacks"), part.room.node
    if listed is None or not isinstance(listed.value, Sequence):
        return
    if not isinstance(function, cst.FunctionDef) or not shared.sees_calls(function):
        return
    once = {n: v for n, v in given.items() if _binds_once(shared, part, n)}
    items = [_with_own(shared, item, once) for item in listed.value.items]
    if any(new is not old for new, old in zip(items, listed.value.items, strict=True)):
        value = replace(listed.value, items=tuple(items))
        call.given["callbacks"] = replace(listed, value=value)


def _binds_once(shared: Shared, part: Part, name: str) -> bool:
    return sum(p.binds for p in shared.places(part.room, name)) == 1


def _with_own(shared: Shared, item: Value, given: dict[str, Value]) -> Value:
    held = given.get(item.expr.text) if isinstance(item, Static) and not item.expr.known else None
    if not isinstance(item, Static) or not isinstance(held, Static) or not is_own(held):
        return item
    if _is_asked(shared, held):
        return item
    return replace(item, expr=replace(item.expr, value=held.expr.value))


def _is_asked(shared: Shared, item: Value) -> bool:
    """Whether a program asks such an object for what the loop has in the place of Keras."""
    text = item.expr.text if isinstance(item, Static) else ""
    return re.search(rf"(?<![\w.]){re.escape(text)}\.(?:model|params)\b", shared.text) is not None
