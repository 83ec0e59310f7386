"""Whether a program may compile a model twice with the same one of several optimizers.

optimizers = {"sgd": SGD(0.1, momentum=0.9), "adam": Adam()}
for stage in range(2):                          # the second stage finds them as the first left them
    for name, optimizer in optimizers.items():
        model.compile(optimizer, "mse")
"""

from __future__ import annotations

import libcst as cst

from transpiler.emit.training.lines import holds
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.shared import Room
from transpiler.interpret.control.targets import target_names
from transpiler.interpret.training import TrainingCall, root
from transpiler.ir.tensor import Unsupported
from transpiler.lower.optimizer_choices import Choices
from transpiler.source.suites import blocks_around

Span = tuple[int, int]


def refuse_picked_again(
    writer: ModelWriter, room: Room, call: TrainingCall, choices: Choices, anew: set[Span]
) -> None:
    """Refuse what would go on where an earlier `compile` of the model has left it.

    `anew` are the places in functions that make another optimizer in each of their calls.
    """
    made = choices.texts.keys() - anew
    if not made or not any(one.remembers for one in choices.each):
        return
    tree, text = writer.tree, call.given["optimizer"].text
    loops = [
        s
        for s, _ in blocks_around(tree, room.node, tree.span(call.node)[0])
        if isinstance(s, (cst.For, cst.While))
    ]
    node = root(call.model).node
    if node is not None and any(holds(tree.span(around), tree.span(node)) for around in loops[-1:]):
        return  # every round makes a model of its own
    others = [c for c in room.calls if c.name == "compile" and c is not call]
    same = (c for c in others if root(c.model) is root(call.model) and c.given.get("optimizer"))
    again = not text.isidentifier() and any(c.given["optimizer"].text == text for c in same)
    for loop in loops:
        outside = any(not holds(tree.span(loop), place) for place in made)
        again |= outside and not _goes_through(loop, call.given["optimizer"].node)
    if again:
        raise Unsupported(f"`{text}` may be compiled with before, and goes on from there then")


def _goes_through(loop: cst.CSTNode, given: cst.CSTNode | None) -> bool:
    """Whether a loop picks each optimizer once: by itself, or by the keys of a dict."""
    if not isinstance(loop, cst.For):
        return False
    names = target_names(loop.target)
    match given:
        case cst.Name(value=name):
            return name in names
        case cst.Subscript(
            value=held, slice=[cst.SubscriptElement(slice=cst.Index(value=cst.Name(value=name)))]
        ) if (name in names):
            return held.deep_equals(loop.iter) or _is_distinct(loop.target, loop.iter, name)
    return False


def _is_distinct(target: cst.BaseExpression, source: cst.BaseExpression, name: str) -> bool:
    """Whether the rounds of a loop give a variable another key each: those of a dict do."""
    match target, source:
        case (
            cst.Tuple(elements=[_, cst.Element(value=item)]),
            cst.Call(func=cst.Name("enumerate"), args=[one, *_]),
        ):
            return name in target_names(item) and _is_distinct(item, one.value, name)
        case _, cst.Call(func=cst.Name("sorted" | "list" | "tuple" | "reversed"), args=[one, *_]):
            return _is_distinct(target, one.value, name)
        case (
            cst.Tuple(elements=[cst.Element(value=cst.Name(value=key)), _]),
            cst.Call(func=cst.Attribute(attr=cst.Name("items"))),
        ):
            return key == name
        case cst.Name(), cst.Call(func=cst.Attribute(attr=cst.Name("keys"))):
            return True
        case cst.Name(), cst.List(elements=rows) | cst.Tuple(elements=rows) | cst.Set(
            elements=rows
        ):
            keys = [r.value.value for r in rows if isinstance(r.value, cst.SimpleString)]
            return len(keys) == len(rows) == len(set(keys))
    return False
