"""Of an array, a class is given the size that it reads: `Model(x.shape[1])`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from transpiler.ir.code import Construct, For, If, Line, Node, Return, While
from transpiler.ir.expr import Expr
from transpiler.passes.liveness import walk
from transpiler.record import replace
from transpiler.source.lexical import words_in

Programs: TypeAlias = tuple[list[Node], list[Node]]  #: `__init__` and `forward`

#: What no name stands behind that is one of its own.
_APART = r"(?<![\w.:\ue000-\uf8ff])"
#: How a size is called, by the layer that takes it.
_HINTS = {"nn.Linear(": "in_features", "nn.Conv": "in_channels"}


def give_sizes(
    names: tuple[str, ...], programs: Programs, taken: frozenset[str]
) -> tuple[tuple[str, ...], dict[str, str], Programs]:
    """The names that a class gets instead, what they stand for, and the programs that say them.

    `taken` are names that mean something else in the class.
    """
    found: list[str] = []
    arguments: dict[str, str] = {}
    for name in names:
        texts = [text for program in programs for node in walk(program) for text in _texts(node)]
        word = re.compile(rf"{_APART}{re.escape(name)}\b(?!\s*=[^=])")
        size = re.compile(rf"{word.pattern}\.shape(?=\[)")
        one = re.compile(rf"{size.pattern}\[-?\d+\]")
        reading = [text for text in texts if word.search(text)]
        sizes = {match for text in reading for match in one.findall(text)}
        others = {word for text in texts for word in words_in(text)} | taken | {*found, *names}
        hint = next((h for key, h in _HINTS.items() if any(key in t for t in reading)), "size")
        hint = hint if len(sizes) == 1 else "shape"
        if not sizes or hint in others or any(word.search(one.sub("", t)) for t in reading):
            found.append(name)
            continue
        found.append(hint)
        arguments[hint] = min(sizes) if len(sizes) == 1 else f"{name}.shape"
        change = _change(one if len(sizes) == 1 else size, name, hint)
        init, forward = programs
        programs = [change(node) for node in init], [change(node) for node in forward]
    return tuple(found), arguments, programs


def _texts(node: Node) -> list[str]:
    match node:
        case Line():
            return [node.text]
        case Construct():
            return [node.module.constructor.text]
        case Return():
            return [node.value.text]
        case For():
            return [node.iterable.text]
        case If() | While():
            return [node.test.text]


def _change(size: re.Pattern[str], name: str, hint: str) -> Callable[[Node], Node]:
    """Says the name of a size where a statement reads it off an array."""

    def said(expr: Expr) -> Expr:
        text = size.sub(hint, expr.text)
        if text == expr.text:
            return expr
        names = frozenset(n for n in expr.names if n[0] != name) | {(hint, 0)}
        return replace(expr, text=text, names=names)

    def inside(nodes: list[Node]) -> list[Node]:
        return [change(node) for node in nodes]

    def change(node: Node) -> Node:
        match node:
            case Line():
                text = size.sub(hint, node.text)
                uses = node.uses - {name} | {hint}
                return node if text == node.text else replace(node, text=text, uses=uses)
            case Construct():
                made = replace(node.module, constructor=said(node.module.constructor))
                return replace(node, module=made)
            case Return():
                return replace(node, value=said(node.value))
            case For():
                return replace(node, iterable=said(node.iterable), body=inside(node.body))
            case While():
                return replace(node, test=said(node.test), body=inside(node.body))
            case If():
                body, orelse = inside(node.body), inside(node.orelse)
                return replace(node, test=said(node.test), body=body, orelse=orelse)

    return change
