"""The statements of a program: suites, simple statements, the lines they stand on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import libcst as cst

from transpiler.source.children import children_of
from transpiler.source.tree import Tree

_Node = TypeVar("_Node", bound=cst.CSTNode)


def nodes_of(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and all that is in it, in their order; `libcst.matchers` takes long to load."""
    yield node
    for part in children_of(node):
        yield from nodes_of(part)


def statement_lines(tree: Tree, statement: cst.CSTNode) -> tuple[int, int]:
    """The offsets of a statement's whole lines, its leading comments included."""
    start, end = tree.span(statement)
    decorators = getattr(statement, "decorators", ())
    if decorators:
        start = min(start, *(tree.span(d)[0] for d in decorators))
    first = tree.line_start(start)
    for empty in reversed(getattr(statement, "leading_lines", ())):
        previous = tree.line_start(max(first - 1, 0))
        if empty.comment is None:
            break
        first = previous
    last = tree.line_end(max(len(tree.text[:end].rstrip()) - 1, start))
    return first, last


def is_bare_name(statement: cst.CSTNode) -> bool:
    """Whether a statement is one name, which does nothing: where a cell of a notebook begins."""
    match statement:
        case cst.SimpleStatementLine(body=[cst.Expr(value=cst.Name())]):
            return True
    return False


def is_docstring(leaf: cst.CSTNode) -> bool:
    """Whether a statement is nothing but a string."""
    if type(leaf) is not cst.SimpleStatementLine:
        return False
    small = leaf.body[0]
    return isinstance(small, cst.Expr) and isinstance(
        small.value, (cst.SimpleString, cst.ConcatenatedString)
    )


def is_inside(inner: tuple[int, int], outer: tuple[int, int]) -> bool:
    """Whether one span lies in another."""
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def suites(statement: cst.CSTNode) -> list[cst.BaseSuite]:
    """The blocks of a statement, in their order; none for a simple one."""
    found: list[cst.BaseSuite] = []
    if type(statement) is cst.SimpleStatementLine:
        return found
    if type(statement) is cst.If:
        rest: cst.If | cst.Else | None = statement
        while rest is not None:
            found.append(rest.body)
            rest = rest.orelse if isinstance(rest, cst.If) else None
    elif isinstance(statement, (cst.For, cst.While, cst.With, cst.FunctionDef, cst.ClassDef)):
        found.append(statement.body)
    elif isinstance(statement, cst.Try):
        found.append(statement.body)
        found += [h.body for h in statement.handlers]
        if statement.orelse is not None:
            found.append(statement.orelse.body)
        if statement.finalbody is not None:
            found.append(statement.finalbody.body)
    return found


def blocks_around(
    tree: Tree, root: cst.Module | cst.FunctionDef, offset: int
) -> list[tuple[cst.CSTNode, cst.BaseSuite]]:
    """The compound statements of a room around a place, each with the block of it."""
    found: list[tuple[cst.CSTNode, cst.BaseSuite]] = []
    body = list(root.body if isinstance(root, cst.Module) else root.body.body)
    place = (offset, offset)
    while body:
        statement = next((s for s in body if is_inside(place, tree.span(s))), None)
        inner = suites(statement) if statement is not None else []
        suite = next((s for s in inner if is_inside(place, tree.span(s))), None)
        if statement is None or suite is None:
            break
        found.append((statement, suite))
        body = list(suite.body)
    return found


def is_in_head(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether a node is a part of a compound statement, but of none in it: `for x in node:`."""
    if not tree.has_span(node):
        return False
    span = tree.span(node)
    around = blocks_around(tree, tree.module, span[0])
    body = around[-1][1].body if around else tree.module.body
    statement = next((s for s in body if is_inside(span, tree.span(s))), None)
    return statement is not None and bool(suites(statement))


def bodies(statement: cst.CSTNode) -> list[list[cst.CSTNode]]:
    """The statements of each of its blocks."""
    return [list(s.body) for s in suites(statement)]


def is_plain_try(statement: cst.CSTNode) -> bool:
    """Whether it is a `try` that does nothing where its body does nothing."""
    plain = isinstance(statement, cst.Try) and statement.orelse is None
    return plain and statement.finalbody is None  # type: ignore[attr-defined]


def is_one(statement: cst.CSTNode, of_module: bool) -> bool:
    """Whether a definition counts as one statement; what a class of the module says does not."""
    kind = type(statement)
    return kind is cst.FunctionDef or (kind is cst.ClassDef and not of_module)


def leaf_statements(body: list[cst.CSTNode], of_module: bool = False) -> list[cst.CSTNode]:
    """The simple statements of a suite, those of nested suites too; functions count as one."""
    found: list[cst.CSTNode] = []
    for statement in body:
        if isinstance(statement, cst.SimpleStatementLine) or is_one(statement, of_module):
            found.append(statement)
            continue
        suites = bodies(statement)
        if suites:
            for suite in suites:
                found += leaf_statements(suite, of_module)
        else:
            found.append(statement)
    return found


def assigned_names(target: cst.CSTNode) -> list[str]:
    """The plain names in an assignment target."""
    if isinstance(target, cst.Name):
        return [target.value]
    if isinstance(target, (cst.Tuple, cst.List)):
        return [n for e in target.elements for n in assigned_names(e.value)]
    return []


def returns_of(function: cst.FunctionDef) -> list[cst.Return]:
    """The `return` statements of a function, those of functions in it left out."""
    return own_nodes(function, cst.Return)


def yields_of(function: cst.FunctionDef) -> list[cst.Yield]:
    """The `yield` expressions of a function, those of functions in it left out."""
    return own_nodes(function, cst.Yield)


def own_nodes(function: cst.FunctionDef, kind: type[_Node]) -> list[_Node]:
    """The nodes of a function in the order of its text, those of functions in it left out."""
    found: list[_Node] = []
    pending: list[cst.CSTNode] = [function.body]
    while pending:
        node = pending.pop()
        if type(node) is kind:
            found.append(node)
        if type(node) not in _SCOPES:
            pending += reversed(children_of(node))
    return found


_SCOPES = frozenset({cst.FunctionDef, cst.Lambda, cst.ClassDef})
