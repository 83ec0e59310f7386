"""Drops from `__init__` and `forward` what neither needs."""

from __future__ import annotations

from collections.abc import Iterator

from transpiler.ir import tokens
from transpiler.ir.code import Construct, For, If, Line, Node, Return, While
from transpiler.ir.expr import TERNARY, Expr, Module, reads
from transpiler.record import replace
from transpiler.regex import regex


def prune(
    nodes: list[Node],
    live: frozenset[str],
    effects: bool,
    modules: frozenset[str] | None = None,
    outside: frozenset[str] = frozenset(),
) -> tuple[list[Node], frozenset[str]]:
    """The statements that matter for `live` names after them, and the names live before them.

    `effects`: keep statements that have an effect. `modules`: the tokens of the modules whose
    construction is wanted. `outside`: the names live behind the loop that they stand in.
    """
    kept: list[Node] = []
    for node in reversed(nodes):
        if isinstance(node, Line) and not node.text:
            live -= node.defs
            continue
        if isinstance(node, Line) and node.jump:
            live = outside
            kept.append(node)
            continue
        result = _prune_node(node, live, effects, modules, outside)
        if result is not None:
            made, live = result
            kept.append(made)
    kept.reverse()
    return kept, live


def names(expr: Expr) -> frozenset[str]:
    """The names that an expression reads."""
    return reads(expr)


def _prune_node(
    node: Node,
    live: frozenset[str],
    effects: bool,
    modules: frozenset[str] | None,
    outside: frozenset[str],
) -> tuple[Node, frozenset[str]] | None:
    match node:
        case Line():
            if not ((node.effect and effects) or node.defs & live):
                return None
            if node.effect and node.text.startswith("raise "):
                return node, node.uses  # nothing after it runs
            node = _with_read_targets(node, live)
            made = node.defs if node.kills else node.defs - node.uses
            return node, (live - made) | node.uses
        case Construct():
            if modules is not None and node.module.token not in modules:
                return None
            return node, live | names(node.module.constructor)
        case Return():
            return node, names(node.value)
        case If():
            body, live_body = prune(node.body, live, effects, modules, outside)
            orelse, live_else = prune(node.orelse, live, effects, modules, outside)
            if not body and not orelse:
                return None
            return replace(node, body=body, orelse=orelse), live_body | live_else | names(node.test)
        case For():
            if _matters_not(node, live, effects, modules):
                return None
            body, head = _prune_loop(node.body, live, effects, modules, node.target_names)
            loop = replace(node, body=body, outlives=live & node.target_names)
            made = _surely_made(body) if node.sure else frozenset()
            return loop, (live - made) | (head - node.target_names) | names(node.iterable)
        case While():
            if _matters_not(node, live, effects, modules):
                return None  # it may still change what its own condition reads
            body, head = _prune_loop(
                node.body, live | names(node.test), effects, modules, frozenset()
            )
            return replace(node, body=body), live | head | names(node.test)


def _matters_not(
    node: For | While, live: frozenset[str], effects: bool, modules: frozenset[str] | None
) -> bool:
    """Whether nobody needs what a loop does, but for when to leave it."""
    targets = node.target_names if isinstance(node, For) else frozenset[str]()
    body = without_jumps(node.body) if jumps_out(node.body) else node.body
    return not _prune_loop(body, live, effects, modules, targets)[0]


def without_jumps(nodes: list[Node]) -> list[Node]:
    """The body of a loop, of which nothing leaves it."""
    found: list[Node] = []
    for node in nodes:
        if isinstance(node, If):
            body, orelse = without_jumps(node.body), without_jumps(node.orelse)
            found.append(replace(node, body=body, orelse=orelse))
        elif not (isinstance(node, Line) and node.jump):
            found.append(node)
    return found


def jumps_out(nodes: list[Node]) -> bool:
    """Whether some statements leave the loop that they stand in."""
    return any(
        (
            jumps_out([*node.body, *node.orelse])
            if isinstance(node, If)
            else isinstance(node, Line) and node.jump
        )
        for node in nodes
    )


def _surely_made(nodes: list[Node]) -> frozenset[str]:
    """The names that every round of a loop gives a value."""
    lines = [n for n in nodes if isinstance(n, Line) and n.kills]
    return frozenset[str]().union(*(n.defs for n in lines))


def with_parts(node: Line, parts: tuple[tuple[str, Expr], ...]) -> Line:
    """`a, b = x, y` with other parts."""
    names = ", ".join(name for name, _ in parts)
    values = ", ".join(value.wrapped(TERNARY) for _, value in parts)
    modules = tuple({m.token: m for _, value in parts for m in value.modules}.values())
    uses = frozenset[str]().union(*(reads(value) for _, value in parts))
    defs = frozenset(name for name, _ in parts)
    return replace(
        node, text=f"{names} = {values}", defs=defs, uses=uses, modules=modules, parts=parts
    )


_TARGET = regex(tokens.ANY_VARIABLE)


def _with_read_targets(node: Line, live: frozenset[str]) -> Line:
    """A statement that assigns several names, of which only those that are read get a value."""
    if len(node.defs) < 2 or node.defs <= live or node.effect or not node.kills:
        return node
    if node.parts:
        return with_parts(node, tuple(p for p in node.parts if p[0] in live))
    left, _, right = node.text.partition(" = ")
    if not all(_TARGET.fullmatch(name) for name in node.defs):
        return node
    left = _TARGET.sub(lambda m: m.group() if m.group() in live else "_", left)
    return replace(node, text=f"{left.replace('(_, _)', '_')} = {right}", defs=node.defs & live)


def _prune_loop(
    nodes: list[Node],
    live: frozenset[str],
    effects: bool,
    modules: frozenset[str] | None,
    targets: frozenset[str],
) -> tuple[list[Node], frozenset[str]]:
    """A loop's body: what one round leaves may be read by the next."""
    end = live
    while True:
        body, head = prune(nodes, end, effects, modules, live)
        if head - targets <= end:
            return body, head
        end = end | (head - targets)


def walk(nodes: list[Node]) -> Iterator[Node]:
    """All statements, nested ones too."""
    for node in nodes:
        yield node
        if isinstance(node, (If, For, While)):
            yield from walk(node.body)
            if isinstance(node, If):
                yield from walk(node.orelse)


def modules_used(nodes: list[Node]) -> dict[str, Module]:
    """The modules that statements call, in the order of the calls."""
    found: dict[str, Module] = {}
    for node in walk(nodes):
        used: tuple[Module, ...] = ()
        if isinstance(node, Line):
            used = node.modules
        elif isinstance(node, Return):
            used = node.value.modules
        elif isinstance(node, For):
            used = node.iterable.modules
        for module in used:
            found.setdefault(module.token, module)
    return found


def modules_of(node: Node) -> tuple[Module, ...]:
    """The modules that a statement of `forward` itself calls."""
    if isinstance(node, Line):
        return node.modules
    if isinstance(node, Return):
        return node.value.modules
    if isinstance(node, For):
        return node.iterable.modules
    return node.test.modules if isinstance(node, (If, While)) else ()
