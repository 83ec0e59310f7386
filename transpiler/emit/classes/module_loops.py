"""Loops over modules: `forward` runs over the lists that `__init__` filled."""

from __future__ import annotations

from transpiler.emit.classes.contents import asked_inside, made_inside, names_read_by, uses_of
from transpiler.emit.classes.headers import Header, header
from transpiler.ir import tokens
from transpiler.ir.code import For, If, Node, While
from transpiler.ir.expr import Expr
from transpiler.passes.liveness import modules_used, prune, walk
from transpiler.record import replace
from transpiler.regex import regex

TOKENS = regex(tokens.ANY)


#: What a loop may run over: tokens, names, attributes of `self`.
_SOURCES = regex(f"{TOKENS.pattern}|(?<![\\w.])self\\.\\w+|(?<![\\w.])[A-Za-z_]\\w*")


def loop_over_modules(
    init: list[Node], forward: list[Node], shared: dict[str, tuple[str, str, tuple[int, ...]]]
) -> list[Node]:
    """In `forward`, a loop over modules needs no counter that nobody reads."""
    made: dict[int, set[str]] = {}
    for token, (_, _, path) in shared.items():
        for serial in path:
            made.setdefault(serial, set()).add(token)
    for node in walk(init):
        if isinstance(node, (For, While)):
            made.setdefault(node.id, set()).update(made_inside(node.body))
    forward = [_over_modules(node, made) for node in forward]
    for node in list(walk(forward)):
        if isinstance(node, For) and node.iterable.names:
            called = set(modules_used(node.body)) | set(asked_inside(node.body))
            if called & made.get(node.id, set()):
                forward = _without_items(forward, node)
    return forward


def _without_items(forward: list[Node], loop: For) -> list[Node]:
    """The program with a loop over modules only, if nothing that matters reads what it was over."""
    bare = replace(loop, iterable=Expr(loop.iterable.text))
    changed = _replaced(forward, loop, bare)
    kept, _ = prune(changed, frozenset(), effects=False)
    left = next((n for n in walk(kept) if isinstance(n, For) and n.id == loop.id), None)
    if left is None or any(uses_of(n) & loop.target_names for n in walk(left.body)):
        return forward
    return changed


def _replaced(nodes: list[Node], old: Node, new: Node) -> list[Node]:
    """The statements with one of them changed, however deep it stands."""
    made: list[Node] = []
    for node in nodes:
        if node is old:
            made.append(new)
        elif isinstance(node, If):
            body, orelse = (_replaced(part, old, new) for part in (node.body, node.orelse))
            made.append(replace(node, body=body, orelse=orelse))
        elif isinstance(node, (For, While)):
            made.append(replace(node, body=_replaced(node.body, old, new)))
        else:
            made.append(node)
    return made


def _over_modules(node: Node, made: dict[int, set[str]]) -> Node:
    if isinstance(node, If):
        return replace(
            node,
            body=[_over_modules(n, made) for n in node.body],
            orelse=[_over_modules(n, made) for n in node.orelse],
        )
    if not isinstance(node, (For, While)):
        return node
    node = replace(node, body=[_over_modules(n, made) for n in node.body])
    called = set(modules_used(node.body)) | set(asked_inside(node.body))
    if not called & made.get(node.id, set()):
        return node
    if isinstance(node, While):
        return replace(node, test=Expr(node.test.text))
    lean = lean_header(node, True)
    words = set(_SOURCES.findall(" ".join([lean.start, *(s for _, s in lean.pairs)])))
    iterable = node.iterable
    kept = tuple(m for m in iterable.modules if m.token in words)
    read = frozenset(pair for pair in iterable.names if pair[0] in words)
    return replace(node, iterable=replace(iterable, modules=kept, names=read))


def lean_header(node: For, bounded: bool) -> Header:
    """The header of a loop, as far as somebody reads what it gives."""
    lean = header(node.target, node.iterable.text, bounded)
    return lean.lean(names_read_by(node.body) | node.outlives, bounded)


def uncounted(node: For, line: str) -> str:
    """`for _ in range(n)`, where nobody reads the counter."""
    read = names_read_by(node.body) | node.outlives
    if not node.iterable.text.startswith("range(") or node.target_names & read:
        return line
    return line.replace(node.target, "_", 1)
