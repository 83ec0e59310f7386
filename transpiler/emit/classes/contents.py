"""What statements of the two programs say, read, make and ask for."""

from __future__ import annotations

from transpiler.ir.code import Construct, For, If, Line, Node, Return, While
from transpiler.passes.liveness import names, walk


def texts_of(node: Node) -> list[str]:
    """The texts of a statement itself, without those inside of it."""
    match node:
        case Line():
            return [node.text]
        case Construct():
            return [node.module.constructor.text]
        case For():
            return [node.target, node.iterable.text]
        case While() | If():
            return [node.test.text]
        case Return():
            return [node.value.text]


def uses_of(node: Node) -> frozenset[str]:
    """The names that a statement itself reads."""
    match node:
        case Line():
            return node.uses
        case Construct():
            return names(node.module.constructor)
        case For():
            return names(node.iterable)
        case While() | If():
            return names(node.test)
        case Return():
            return names(node.value)


def names_read_by(nodes: list[Node]) -> frozenset[str]:
    """All names that some statements read."""
    return frozenset[str]().union(*(uses_of(n) for n in walk(nodes)))


def mentions(node: Node, name: str) -> bool:
    """Whether a statement, or one inside of it, reads or assigns a name."""
    for inner in walk([node]):
        if name in uses_of(inner):
            return True
        if isinstance(inner, Line) and name in inner.defs:
            return True
    return False


def constructs_in(
    nodes: list[Node], path: tuple[int, ...]
) -> list[tuple[Construct, tuple[int, ...]]]:
    """The statements that make modules, each with the loops around it."""
    found: list[tuple[Construct, tuple[int, ...]]] = []
    for node in nodes:
        if isinstance(node, Construct):
            found.append((node, path))
        elif isinstance(node, If):
            found += constructs_in(node.body, path) + constructs_in(node.orelse, path)
        elif isinstance(node, (For, While)):
            found += constructs_in(node.body, (*path, node.id))
    return found


def made_here(nodes: list[Node]) -> list[str]:
    """Tokens of the modules, and lists of modules, that a block makes at its own loop level."""
    found: list[str] = []
    for node in nodes:
        if isinstance(node, Construct):
            found.append(node.module.token)
        elif isinstance(node, If):
            found += [t for t in (*made_here(node.body), *made_here(node.orelse)) if t not in found]
        elif isinstance(node, (For, While)):
            found += [t for t in made_inside(node.body) if t not in found]
    return found


def made_inside(nodes: list[Node]) -> list[str]:
    """Tokens of all modules that some statements make, at any level."""
    return list(dict.fromkeys(c.module.token for c, _ in constructs_in(nodes, ())))


def asked_inside(nodes: list[Node]) -> list[str]:
    """Tokens of the modules of which branches ask if they are there."""
    return [m.token for n in walk(nodes) if isinstance(n, If) for m in n.test.modules]
