"""Loops whose first round takes something else: it is taken before them.

for i in range(layers):                         x = inputs
    if i == 0:                                  for i in range(layers):
        x = Dense(8)(inputs)                        x = Dense(8)(x)
    else:
        x = Dense(8)(x)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from copy import deepcopy

from transpiler.regex import regex
from transpiler.source.changed_inside import own_nodes
from transpiler.source.lexical import comments_in
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.stores import names_bound
from transpiler.source.syntax import all_in, program_tree

_FIRST = regex(
    r"\bfor (\w+) in range\([^\n]*\):[^\n]*\n(?:[ \t]*(?:#[^\n]*)?\n)*"
    r"[ \t]+if (?:\1 == 0|not \1):"
)

_BUILDS = regex(r"\b(?:layers\.|Input\(|Model\(|Sequential\(|Dense\(|Conv\dD\(|LSTM\(|GRU\()")


def first_rounds(text: str) -> Rewritten | None:
    """The text with such loops alike in all rounds, if it has any."""
    may_be = " in range(" in text and ("== 0:" in text or "if not " in text)
    module = program_tree(text) if may_be and _FIRST.search(text) else None
    positions, edits, touched = Positions(text), dict[Span, str](), list[tuple[int, int]]()
    for room in all_in(module) if module is not None else ():
        for loop in _loops(room) if _builds(text, room) else ():
            choice, number = loop.body[0], loop.target
            assert isinstance(choice, ast.If)
            assert isinstance(number, ast.Name)
            names = _taken(choice) if _is_first(choice.test, number.id) else None
            if names is None or _is_bound_before(room, loop, names[1]):
                continue
            start = positions.span(loop)[0]
            edits[start, start] = f"{names[1]} = {names[0]}\n{' ' * loop.col_offset}"
            sources = [text[slice(*positions.span(other))] for other in choice.orelse]
            comments = comments_in(text[slice(*positions.span(choice))])
            inside = [c for source in sources for c in comments_in(source)]
            lines = [*(c for c in comments if c not in inside), *sources]
            edits[positions.span(choice)] = f"\n{' ' * choice.col_offset}".join(lines)
            touched.append((loop.lineno, loop.end_lineno or 0))
    made = rewritten(text, edits, touched=touched) if edits else None
    return made if made is not None and program_tree(made.text) is not None else None


def _builds(text: str, room: ast.AST) -> bool:
    """Whether a function names something of which models are made."""
    if not isinstance(room, ast.FunctionDef):
        return False
    lines = text.split("\n")[room.lineno - 1 : room.end_lineno]
    return _BUILDS.search("\n".join(lines)) is not None


def _loops(room: ast.AST) -> Iterator[ast.For]:
    """The loops of a function over a `range` that begin with an `if` statement."""
    for node in own_nodes(room) if isinstance(room, ast.FunctionDef) else ():
        match node:
            case ast.For(
                target=ast.Name(),
                iter=ast.Call(func=ast.Name("range"), args=[_], keywords=[]),
                body=[ast.If(), *_],
                orelse=[],
            ):
                yield node


def _is_first(test: ast.expr, number: str) -> bool:
    match test:
        case ast.Compare(ast.Name(name), [ast.Eq()], [ast.Constant(value=0)]):
            return name == number
        case ast.UnaryOp(ast.Not(), ast.Name(name)):
            return name == number
    return False


def _taken(choice: ast.If) -> tuple[str, str] | None:
    """What the first round takes, and what the others do, if they do the same with it."""
    bound = names_bound(ast.Module(choice.orelse, []))
    one_line = all(s.lineno == s.end_lineno for s in choice.orelse)
    here, there = _names(choice.body), _names(choice.orelse)
    first, carried = [*here - there], [*bound & there]
    if not one_line or len(first) != 1:
        return None
    for name in carried:
        others = [_Renaming(first[0], name).visit(deepcopy(s)) for s in choice.body]
        if [*map(ast.dump, others)] == [*map(ast.dump, choice.orelse)]:
            return first[0], name
    return None


def _names(body: list[ast.stmt]) -> set[str]:
    nodes = (n for s in body for n in all_in(s))
    return {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def _is_bound_before(room: ast.AST, loop: ast.For, name: str) -> bool:
    """Whether a variable has a value before the loop, or is not one of the function's own."""
    for node in all_in(room):
        match node:
            case ast.Name(id=other, ctx=held) if not isinstance(held, ast.Load):
                if other == name and node.lineno < loop.lineno:
                    return True
            case ast.arg(arg=other) if other == name:
                return True
            case ast.Global(names=names) | ast.Nonlocal(names=names) if name in names:
                return True
    return any(isinstance(n, ast.Name) and n.id == name for n in all_in(loop.iter))


class _Renaming(ast.NodeTransformer):
    def __init__(self, old: str, new: str) -> None:
        self._old, self._new = old, new

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self._new, node.ctx) if node.id == self._old else node
