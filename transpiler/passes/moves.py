"""Reads tensors as they were where `forward` would move axes and straight back.

The interpreter moves the channels of a tensor once, for all that follows. What one model needs of
it may be less: another model on the same input, or a nested one that keeps its own border.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Mapping

from transpiler.ir import tokens
from transpiler.ir.code import Comments, Construct, For, If, Line, Node, Return, While
from transpiler.ir.expr import Expr
from transpiler.passes.liveness import jumps_out, walk
from transpiler.record import record, replace
from transpiler.regex import regex

_VARIABLE = rf"(?:[A-Za-z_]\w*|{tokens.ANY_VARIABLE})"
_MOVE = regex(rf"({_VARIABLE}) = ({_VARIABLE})\.(permute|transpose|movedim)\(([-\d, ]+)\)")
#: What no variable stands behind: other names, attributes, keywords, texts.
_APART = rf"(?<![\w.:\"'{tokens.VARIABLE}{tokens.SIZE}])"
_serial = itertools.count(1)
_NONE: Mapping[str, str] = {}


@record(frozen=True, slots=True)
class Move:
    """A statement `target = origin.permute(...)`."""

    target: str
    origin: str
    moving: str  #: `.permute(0, 3, 1, 2)`
    back: str  #: `.permute(0, 2, 3, 1)`


def straighten(nodes: list[Node], renames: Mapping[str, str] = _NONE) -> list[Node]:
    """The statements, without moves that are only undone.

    `renames` says which variables will be called like another one: they take its place.
    """
    result = _without_copies(nodes, renames)
    position = 0
    while position < len(result):
        node, count = result[position], len(result)
        move = _move_of(node)
        if move is not None:  # this may rewrite the moves behind it
            result = _without(result, position, move, renames)
        elif isinstance(node, (For, While, If)):
            result[position] = _inside(node, renames)
        if len(result) == count:
            position += 1
    return result


#: What reads only where a tensor is, and of which type: the order of its axes is all the same.
_PLACING = ".new_tensor("
_COPY = regex(rf"({_VARIABLE}) = ({_VARIABLE})")


def _without_copies(nodes: list[Node], renames: Mapping[str, str]) -> list[Node]:
    """The statements, where `x = y` and then `x = x.permute(...)` are one.

    Not where `y` will be called `x`, too: what `x` was before is lost then.
    """
    result: list[Node] = []
    for node in nodes:
        move, before = _move_of(node), result[-1] if result else None
        copy = _COPY.fullmatch(before.text) if isinstance(before, Line) else None
        if move is None or copy is None or {move.target, move.origin} != {copy.group(1)}:
            result.append(node)
            continue
        if final_name(copy.group(2), renames) == final_name(move.target, renames):
            result.append(node)
            continue
        assert isinstance(before, Line)
        text = f"{move.target} = {copy.group(2)}{move.moving}"
        result[-1] = replace(before, text=text, parts=())
    return result


def _inside(node: For | While | If, renames: Mapping[str, str]) -> Node:
    body = straighten(node.body, renames)
    if isinstance(node, If):
        return replace(node, body=body, orelse=straighten(node.orelse, renames))
    return replace(node, body=body)


def _move_of(node: Node) -> Move | None:
    found = _MOVE.fullmatch(node.text) if isinstance(node, Line) else None
    if found is None:
        return None
    target, origin, method, arguments = found.groups()
    return Move(target, origin, f".{method}({arguments})", _back(method, arguments))


def _back(method: str, arguments: str) -> str:
    axes = [int(a) for a in arguments.split(",")]
    if method == "permute":
        axes = sorted(range(len(axes)), key=axes.__getitem__)
    elif method == "movedim":
        axes.reverse()
    return f".{method}({', '.join(map(str, axes))})"


def _without(
    nodes: list[Node], position: int, move: Move, renames: Mapping[str, str]
) -> list[Node]:
    """The statements, in which what was moved by one of them and is moved back is not."""
    reach = _reach(nodes, position, {move.target, move.origin}, renames)
    readers = nodes[position + 1 : reach]
    undone = f"{move.target}{move.back}"
    if not any(undone in text for node in readers for text in _texts(node)):
        return nodes
    if move.target != move.origin:
        names = frozenset({move.target, move.origin})
        made, there = f"{move.target}{_PLACING}", f"{move.origin}{_PLACING}"

        def unmoved(text: str) -> str:
            return text.replace(undone, move.origin).replace(made, there)

        changed = [rewritten_node(n, unmoved, names) for n in readers]
        # what comes behind may only seem to read the moved tensor
        rest = [rewritten_node(n, str, frozenset({move.target})) for n in nodes[reach:]]
        return [*nodes[: position + 1], *changed, *rest]
    if reach < len(nodes) and not _assigns(nodes[reach - 1], {move.target}, renames):
        return nodes
    return _with_origin(nodes, position, reach, move)


def _with_origin(nodes: list[Node], position: int, reach: int, move: Move) -> list[Node]:
    """The same where a variable was moved: what needs it so gets another one."""
    statement = nodes[position]
    assert isinstance(statement, Line)
    moved = tokens.variable(f"{_hint(move.target)}:m{next(_serial)}")
    undone, mark = f"{moved}{move.back}", "\ue010"
    named = re.compile(rf"{_APART}{re.escape(move.target)}(?!\w)(?!\s*=[^=])")

    def rename(text: str) -> str:
        made = named.sub(moved, text).replace(undone, mark).replace(mark, move.target)
        return made.replace(f"{moved}{_PLACING}", f"{move.target}{_PLACING}")

    names = frozenset({move.target, moved})
    readers = [rewritten_node(n, rename, names) for n in nodes[position + 1 : reach]]
    uses = sum(text.count(moved) for node in readers for text in _texts(node))
    loops = [n for n in readers if isinstance(n, (For, While))]
    if uses == 1 and not any(moved in text for n in loops for text in _texts(n)):
        there = f"{move.origin}{move.moving}"
        readers = [
            rewritten_node(n, lambda text: text.replace(moved, there), names) for n in readers
        ]
        uses = 0
    if uses:
        line = replace(statement, text=f"{moved} = {move.origin}{move.moving}")
        readers.insert(0, replace(line, defs=frozenset({moved})))
    elif readers:
        readers[0] = commented(readers[0], statement.comments)
    return [*nodes[:position], *readers, *nodes[reach:]]


def _hint(name: str) -> str:
    return tokens.hint_of(name)


def commented(node: Node, comments: Comments) -> Node:
    """The statement, below the comments of one that is dropped."""
    if isinstance(node, Construct):
        return node
    own = node.comments
    above = (*comments.leading, *([comments.trailing] if comments.trailing else []))
    return replace(node, comments=Comments((*above, *own.leading), own.trailing))


def _reach(nodes: list[Node], position: int, names: set[str], renames: Mapping[str, str]) -> int:
    """Up to where the moved tensor and what it was moved from are what their names say."""
    for place in range(position + 1, len(nodes)):
        node = nodes[place]
        if isinstance(node, (For, While, If)):
            inner = [n for n in walk([node]) if n is not node]
            if jumps_out([node]) or any(_assigns(n, names, renames) for n in inner):
                return place
        elif _assigns(node, names, renames):
            return place + 1
    return len(nodes)


def _assigns(node: Node, names: set[str], renames: Mapping[str, str]) -> bool:
    """Whether a statement assigns one of these variables, or one that will be called like it."""
    defs: Iterable[str] = ()
    if isinstance(node, For):
        defs = node.target_names
    elif isinstance(node, Line):
        defs = node.defs
    finals = {final_name(name, renames) for name in names}
    return any(final_name(name, renames) in finals for name in defs)


def final_name(name: str, renames: Mapping[str, str]) -> str:
    """What a variable is called in the end: itself, or the one that it became."""
    seen = set()
    while name in renames and name not in seen:
        seen.add(name)
        name = renames[name]
    return name


def _texts(node: Node) -> list[str]:
    """What a statement, and those in it, read."""
    found: list[str] = []
    for inner in walk([node]):
        match inner:
            case Line():
                found.append(inner.text)
            case For():
                found.append(inner.iterable.text)
            case While() | If():
                found.append(inner.test.text)
            case Return():
                found.append(inner.value.text)
            case Construct():
                pass
    return found


def rewritten_node(node: Node, change: Callable[[str], str], names: frozenset[str]) -> Node:
    """A statement whose expressions are written in another way; what may change are these names."""

    def changed(expr: Expr) -> Expr:
        text = change(expr.text)
        if text == expr.text:
            return expr
        others = frozenset(n for n in expr.names if n[0] not in names)
        return replace(expr, text=text, names=others | {(n, 0) for n in _variables(text, names)})

    def inside(nodes: list[Node]) -> list[Node]:
        return [rewritten_node(n, change, names) for n in nodes]

    match node:
        case Line():
            target, equals, value = node.text.partition(" = ")
            text = f"{target}{equals}{change(value)}" if equals else change(target)
            uses = node.uses - names | _variables(change(value or target), names)
            return replace(node, text=text, uses=uses)
        case For():
            return replace(node, iterable=changed(node.iterable), body=inside(node.body))
        case While():
            return replace(node, test=changed(node.test), body=inside(node.body))
        case If():
            body, orelse = inside(node.body), inside(node.orelse)
            return replace(node, test=changed(node.test), body=body, orelse=orelse)
        case Return():
            return replace(node, value=changed(node.value))
        case Construct():
            return node


def _variables(text: str, names: frozenset[str]) -> frozenset[str]:
    """Which of these variables a text reads."""
    return frozenset(n for n in names if re.search(rf"{_APART}{re.escape(n)}(?!\w)", text))
