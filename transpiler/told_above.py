"""Errors of the last looks at a converted file, with the comments that tell of them in it."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TypeAlias

from transpiler.conversion import Conversion
from transpiler.diagnostics import LEFT_CODE
from transpiler.far import kept_lines
from transpiler.record import replace
from transpiler.source.syntax import all_in, program_tree

#: Expressions of a program, and what is wrong with each.
Reasons: TypeAlias = Iterable[tuple[ast.expr, str]]


def told_above(made: Conversion, original: str, parts: Reasons) -> Conversion:
    """A conversion with an error for each of these expressions of the original.

    A comment stands where it was: next to the nearest line that is still there.
    """
    said, todos = list(made.diagnostics), dict[int, str]()
    lines, end = original.split("\n"), made.text.count("\n") + 1
    every = sorted(kept_lines(original, made.text).items())
    kept = [(old, new) for old, new in every if lines[old - 1].strip()]
    for node, message in parts:
        said.append(LEFT_CODE.at(node.lineno, node.col_offset + 1, message))
        behind = [(old, new) for old, new in kept if old >= node.lineno] or [(len(lines), end)]
        before = [(old, new + 1) for old, new in kept if old < node.lineno]
        near = [behind[0], *before[-1:]]
        _, line = min(near, key=lambda one: abs(one[0] - node.lineno))
        todos.setdefault(statement_line(made.text, line), message)
    said.sort(key=lambda one: (one.line, one.column))
    return replace(made, text=with_todos(made.text, todos), diagnostics=tuple(said))


def with_todos(text: str, todos: dict[int, str]) -> str:
    """A text with comments above some of its lines."""
    lines = text.split("\n")
    for number, message in sorted(todos.items(), reverse=True):
        line = lines[number - 1]
        margin = line[: len(line) - len(line.lstrip())]
        lines.insert(number - 1, margin + LEFT_CODE.todo(message))
    return "\n".join(lines)


def statement_line(text: str, line: int) -> int:
    """The first line of the innermost statement that a line is in; itself where it is in none."""
    nodes = all_in(program_tree(text) or ast.Module([], []))
    around = (
        n.lineno
        for n in nodes
        if isinstance(n, ast.stmt) and n.lineno <= line <= (n.end_lineno or n.lineno)
    )
    return max(around, default=line)
