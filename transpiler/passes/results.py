"""Layers that give several results: only those that are read get names, states are handed on."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping

from transpiler.ir import tokens
from transpiler.ir.code import For, If, Line, Node, Return, While
from transpiler.ir.expr import reads
from transpiler.passes.liveness import walk, with_parts
from transpiler.passes.moves import commented
from transpiler.record import replace
from transpiler.regex import regex

_TOKEN = regex(tokens.ANY_VARIABLE)
#: Modules whose states have an axis for the layers.
_STACKED = regex(r"\b(?:nn\.|Stateful)(LSTM|GRU|RNN)\(")
_PAIR = regex(rf"\(({tokens.ANY_VARIABLE}), ({tokens.ANY_VARIABLE})\)")


def lean_results(forward: list[Node]) -> list[Node]:
    """The program with the results of recurrent layers under as few names as they need."""
    for one, other in _adjacent(forward):
        token = _alias(forward, one, other)
        if token is not None:
            forward = _aliased(forward, one, other, token)
    for one, other in _adjacent(forward):
        forward = _handed_on(forward, one, other)
    for node in list(walk(forward)):
        if isinstance(node, Line):
            forward = _as_pair(forward, node)
    return _renamed_at_once(forward)


def _renamed_at_once(forward: list[Node]) -> list[Node]:
    """`outputs = self.base(x)` and `x = outputs` are one, where nothing else reads `outputs`."""
    made: dict[int, Node | None] = {}
    for one, other in _pairs(forward):
        name, _, token = other.text.partition(" = ")
        once = one.defs == {token} and one.text.startswith(f"{token} = ")
        if not (once and _TOKEN.fullmatch(token) and other.defs == {name}):
            continue
        if sum(token in _text(n) for n in walk(forward)) == 2:
            text = f"{name} = {one.text.removeprefix(f'{token} = ')}"
            renamed = replace(one, text=text, defs=other.defs, comments=other.comments)
            made[id(one)] = commented(renamed, one.comments)
            made[id(other)] = None
    return _replaced(forward, made) if made else forward


def _adjacent(nodes: list[Node]) -> list[tuple[Line, Line]]:
    """A call of a layer with several results, and the statement that takes them apart."""
    return [(one, other) for one, other in _pairs(nodes) if other.parts and one.modules]


def _pairs(nodes: list[Node]) -> list[tuple[Line, Line]]:
    """Two statements in a row, in all blocks."""
    found = [
        (one, other)
        for one, other in itertools.pairwise(nodes)
        if isinstance(one, Line) and isinstance(other, Line)
    ]
    for node in nodes:
        if isinstance(node, (For, While, If)):
            found += _pairs(node.body)
        if isinstance(node, If):
            found += _pairs(node.orelse)
    return found


def _alias(forward: list[Node], one: Line, other: Line) -> str | None:
    """The result that only gets another name, if there is one."""
    for name, value in other.parts:
        token = value.text
        if token not in one.defs or not _TOKEN.fullmatch(token) or not name.isidentifier():
            continue
        rest = [v for n, v in other.parts if n != name]
        elsewhere = sum(token in _text(n) for n in walk(forward)) > 2
        if not elsewhere and not any(name in reads(v) or token in v.text for v in rest):
            return name
    return None


def _aliased(forward: list[Node], one: Line, other: Line, name: str) -> list[Node]:
    token = next(v.text for n, v in other.parts if n == name)
    left, _, right = one.text.partition(" = ")
    made = replace(
        one,
        text=f"{left.replace(token, name)} = {right}",
        defs=one.defs - {token} | {name},
    )
    return _without(_replaced(forward, {id(one): made}), other, {name})


def _handed_on(forward: list[Node], one: Line, other: Line) -> list[Node]:
    """States that only go into another layer go there as they came out of the first."""
    made_by = " ".join(m.constructor.text for m in one.modules)
    if not _STACKED.search(made_by) or re.search("bidirectional|num_layers", made_by):
        return forward
    passed: dict[str, str] = {}
    for name, value in other.parts:
        token = value.text.removesuffix("[-1]")
        if token in one.defs and token != value.text and _only_passed(forward, other, name):
            passed[name] = token
    changes = {f"{name}.unsqueeze(0)": token for name, token in passed.items()}
    made = {
        id(n): _saying(n, changes, set(passed))
        for n in walk(forward)
        if n is not other and any(_standing_alone(old).search(_text(n)) for old in changes)
    }
    for node in walk(forward):  # what takes a result reads nothing of what went into it
        if isinstance(node, Line) and id(node) not in made and node.uses & passed.keys():
            made[id(node)] = replace(node, uses=node.uses - passed.keys())
    return _without(_replaced(forward, made), other, set(passed)) if passed else forward


def _only_passed(forward: list[Node], made: Line, name: str) -> bool:
    """Whether a state is read, and only to be the first state of another layer."""
    word, passed = _standing_alone(name), _standing_alone(f"{name}.unsqueeze(0)")
    readers = [n for n in walk(forward) if n is not made and word.search(_text(n))]
    return bool(readers) and all(
        isinstance(n, (Line, Return)) and not word.search(passed.sub("", _text(n))) for n in readers
    )


def _standing_alone(code: str) -> re.Pattern[str]:
    """Finds code that begins with a name, which is no part of a longer one, or of a token."""
    end = r"(?!\w)" if code[-1].isalnum() or code[-1] == "_" else ""
    return re.compile(rf"(?<![\w.:\ue000-\uf8ff]){re.escape(code)}{end}")


def _as_pair(forward: list[Node], node: Line) -> list[Node]:
    """`_, (h, c) = …`, of which both only go together: `_, state = …`."""
    left = node.text.partition(" = ")[0]
    pair = _PAIR.search(left)
    if pair is None:
        return forward
    others = [n for n in walk(forward) if n is not node and pair.group(1) in _text(n)]
    others += [n for n in walk(forward) if n is not node and pair.group(2) in _text(n)]
    called = re.compile(rf"[\w{tokens.ENDS})\]]{re.escape(pair.group())}")
    if any(called.search(_text(n)) for n in others):
        return forward  # two arguments
    rest = [_text(n).replace(pair.group(), "") for n in others]
    plain = all(isinstance(n, (Line, Return)) for n in others)
    if not others or not plain or any(t in text for text in rest for t in pair.groups()):
        return forward
    state = tokens.variable(f"state:{pair.group(1)[1:-1]}")
    gone = set(pair.groups())
    made = {id(n): _saying(n, {pair.group(): state}, gone) for n in (*others, node)}
    return _replaced(forward, made)


def _text(node: Node) -> str:
    match node:
        case Line():
            return node.text
        case Return():
            return node.value.text
        case For():
            return node.iterable.text
        case If() | While():
            return node.test.text
        case _:
            return ""


def _saying(node: Node, changes: dict[str, str], gone: set[str]) -> Node:
    """A statement that says other names."""
    text = _text(node)
    for old, new in changes.items():
        text = _standing_alone(old).sub(lambda _, new=new: new, text)  # type: ignore[misc]
    used = "".join(new for old, new in changes.items() if old in _text(node))
    fresh = frozenset(_TOKEN.findall(used))
    if isinstance(node, Line):
        defs = node.defs - gone | fresh if node.defs & gone else node.defs
        uses = node.uses - gone | fresh if node.uses & gone else node.uses
        return replace(node, text=text, defs=defs, uses=uses, parts=())
    if isinstance(node, Return):
        names = frozenset(n for n in node.value.names if n[0] not in gone)
        return replace(node, value=replace(node.value, text=text, names=names))
    return node


def _without(forward: list[Node], node: Line, names: set[str]) -> list[Node]:
    kept = tuple(p for p in node.parts if p[0] not in names)
    return _replaced(forward, {id(node): with_parts(node, kept) if kept else None})


def _replaced(nodes: list[Node], made: Mapping[int, Node | None]) -> list[Node]:
    found: list[Node] = []
    for node in nodes:
        if id(node) in made:
            other = made[id(node)]
            if other is not None:
                found.append(other)
        elif isinstance(node, (For, While)):
            found.append(replace(node, body=_replaced(node.body, made)))
        elif isinstance(node, If):
            body, orelse = _replaced(node.body, made), _replaced(node.orelse, made)
            found.append(replace(node, body=body, orelse=orelse))
        else:
            found.append(node)
    return found
