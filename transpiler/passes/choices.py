"""Layers of which one is made: one attribute, where they are called in the same way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from transpiler.ir import tokens
from transpiler.ir.code import Construct, For, If, Line, Node, While
from transpiler.ir.expr import Module, ternary
from transpiler.passes.liveness import modules_of, walk
from transpiler.record import record, replace
from transpiler.regex import regex


def merge_choices(init: list[Node], forward: list[Node]) -> tuple[list[Node], list[Node]]:
    """Two layers of which one is made, and called in the same way: one attribute."""
    called = {n.id: n for n in walk(forward) if isinstance(n, If)}
    counts = Counter(m.token for n in walk(forward) for m in modules_of(n) if _calls_it(n, m))
    merged: dict[int, list[Node]] = {}
    init = _with_choices(init, called, counts, merged)
    return init, _with_merged(forward, merged)


def _with_choices(
    nodes: list[Node], called: dict[int, If], counts: Counter[str], merged: dict[int, list[Node]]
) -> list[Node]:
    """Statements of `__init__` with one attribute for two; what `forward` does then is `merged`."""
    made: list[Node] = []
    for node in nodes:
        if isinstance(node, (For, While)):
            node = replace(node, body=_with_choices(node.body, called, counts, merged))
        elif isinstance(node, If):
            there = called.get(node.id)
            one = _one_attribute(node, there, counts) if there is not None else None
            body, orelse = (
                _with_choices(part, called, counts, merged) for part in (node.body, node.orelse)
            )
            node = replace(node, body=body, orelse=orelse)
            same = _same_call(node, there)
            if same is not None and there is not None:
                merged[node.id] = there.body
                made.append(same)
                continue
            if one is not None:
                merged[node.id] = list(one.calls)
                made += one.made
                continue
            pair = _same_recurrent(node, there, counts)
            if pair is not None:
                node, merged[node.id] = pair[0], [pair[1]]
        made.append(node)
    return made


def _with_merged(nodes: list[Node], merged: dict[int, list[Node]]) -> list[Node]:
    """Statements of `forward`, in which branches are as they were merged."""
    made: list[Node] = []
    for node in nodes:
        if isinstance(node, (For, While)):
            node = replace(node, body=_with_merged(node.body, merged))
        elif isinstance(node, If):
            if node.id in merged:
                made += merged[node.id]
                continue
            body, orelse = (_with_merged(part, merged) for part in (node.body, node.orelse))
            node = replace(node, body=body, orelse=orelse)
        made.append(node)
    return made


def _same_call(made: If, called: If | None) -> Construct | None:
    """One construction for two, if both sides of a branch differ in nothing else."""
    if called is None or len(made.body) != 1 or len(made.orelse) != 1:
        return None
    one, other = made.body[0], made.orelse[0]
    if not isinstance(one, Construct) or not isinstance(other, Construct):
        return None
    here, there = _calls(called.body, one.module.token), _calls(called.orelse, other.module.token)
    if here is None or here != there:
        return None
    constructor = ternary(made.test, one.module.constructor, other.module.constructor)
    hint = min(one.module.hint, other.module.hint, key=len)
    origins = (*made.origins, *one.origins, *other.origins)
    return Construct(Module(constructor, hint, one.module.token), origins=origins)


def _calls(lines: Sequence[Node], token: str) -> list[str] | None:
    """Plain statements that call a module, without what it and their own variables are called."""
    own: dict[str, str] = {token: "module"}
    texts: list[str] = []
    for position, node in enumerate(lines, start=1):
        if not isinstance(node, Line):
            return None
        if position < len(lines):
            for name in sorted(d for d in node.defs - node.uses if d.startswith(tokens.VARIABLE)):
                own.setdefault(name, f"{tokens.VARIABLE}{len(own)}")
        text = node.text
        for name, plain in own.items():
            text = text.replace(name, plain)
        texts.append(text)
    return texts or None


def _calls_it(node: Node, module: Module) -> bool:
    """Whether a statement itself calls a module, not only what the one before it gave."""
    return not isinstance(node, Line) or module.token in node.text


@record(frozen=True, slots=True)
class _OneOf:
    """Statements of `__init__` that make one of several modules, and how `forward` calls it."""

    made: tuple[Node, ...]
    token: str
    calls: tuple[Line, ...]


def _one_attribute(made: If, called: If, counts: Counter[str]) -> _OneOf | None:
    """One attribute for the modules of all ways, if they are called in the same way."""
    one = _way(made.body, called.body, counts)
    other = _way(made.orelse, called.orelse, counts)
    if one is None or other is None or made.test.modules:
        return None
    if _calls(one.calls, one.token) != _calls(other.calls, other.token):
        return None
    sides = [n.module for n in walk([*one.made, *other.made]) if isinstance(n, Construct)]
    recurrent = all(_RECURRENT.match(m.constructor.text) for m in sides)
    hint = "rnn" if recurrent and len({m.hint for m in sides}) > 1 else ""
    body = [_with_token(n, one.token, one.token, hint) for n in one.made]
    orelse = [_with_token(n, other.token, one.token, hint) for n in other.made]
    branch = replace(made, body=body, orelse=orelse)
    return _OneOf((branch,), one.token, one.calls)


def _same_recurrent(made: If, called: If | None, counts: Counter[str]) -> tuple[If, If] | None:
    """One attribute for two recurrent layers of a kind, though their results are read otherwise.

    Of one in both directions and one in one direction, `forward` takes other steps.
    """
    if called is None:
        return None
    sides = [[n for n in side if isinstance(n, Construct)] for side in (made.body, made.orelse)]
    if [len(side) for side in sides] != [1, 1]:
        return None
    one, other = (side[0].module for side in sides)
    kinds = {m.group() if (m := _RECURRENT.match(x.constructor.text)) else "" for x in (one, other)}
    calls = [
        _calls_of(side, x.token)
        for side, x in zip((called.body, called.orelse), (one, other), strict=True)
    ]
    if len(kinds) != 1 or "" in kinds or calls != [counts[one.token], counts[other.token]]:
        return None
    constructed = [_with_token(n, other.token, one.token, one.hint) for n in made.orelse]
    return replace(made, orelse=constructed), replace(
        called, orelse=[_calling(n, other, one) for n in called.orelse]
    )


def _calls_of(nodes: list[Node], token: str) -> int:
    """How many plain statements call a module."""
    lines = [n for n in walk(nodes) if isinstance(n, Line) and not n.parts]
    return sum(1 for n in lines for m in n.modules if m.token == token and _calls_it(n, m))


def _calling(node: Node, before: Module, after: Module) -> Node:
    """A statement of `forward` in which another module is called instead of this one."""
    if isinstance(node, If):
        body, orelse = (
            [_calling(n, before, after) for n in side] for side in (node.body, node.orelse)
        )
        return replace(node, body=body, orelse=orelse)
    if not isinstance(node, Line) or before not in node.modules:
        return node
    modules = tuple(after if m is before else m for m in node.modules)
    return replace(node, text=node.text.replace(before.token, after.token), modules=modules)


_RECURRENT = regex(r"(?:nn\.|Stateful)(LSTM|GRU|RNN)\(")


def _way(made: list[Node], called: list[Node], counts: Counter[str]) -> _OneOf | None:
    """One way of a branch that makes one module, or goes on to another branch that does."""
    inner = called[0] if len(called) == 1 else None
    if isinstance(inner, If):
        found = next((n for n in made if isinstance(n, If) and n.id == inner.id), None)
        deeper = None if found is None else _one_attribute(found, inner, counts)
        if deeper is None or any(isinstance(n, Construct) for n in made):
            return None
        statements = [s for n in made for s in (deeper.made if n is found else (n,))]
        return replace(deeper, made=tuple(statements))
    constructs = [n for n in made if isinstance(n, Construct)]
    lines = [n for n in called if isinstance(n, Line)]
    if len(constructs) != 1 or len(lines) != len(called):
        return None
    token = constructs[0].module.token
    here = [m.token for n in lines for m in n.modules if _calls_it(n, m)]
    if here != [token] or counts[token] != 1:
        return None
    if any(n.comments.leading or n.comments.trailing for n in lines):
        return None
    return _OneOf(tuple(made), token, tuple(lines))


def _with_token(node: Node, token: str, other: str, hint: str) -> Node:
    """A statement of `__init__` that says another module, of this name, where it says one."""
    if isinstance(node, Construct) and node.module.token == token:
        module = Module(node.module.constructor, hint or node.module.hint, other)
        return replace(node, module=module)
    if isinstance(node, Line):
        return replace(node, text=node.text.replace(token, other))
    if isinstance(node, If):
        sides = node.body, node.orelse
        body, orelse = ([_with_token(n, token, other, hint) for n in side] for side in sides)
        return replace(node, body=body, orelse=orelse)
    return node
