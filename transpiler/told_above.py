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

    A comment stands above the statement that it is in, or above what has come after that.
    """
    said, todos = list(made.diagnostics), dict[int, str]()
    lines = original.split("\n")
    every = sorted(kept_lines(original, made.text).items())
    kept = [(old, new) for old, new in every if lines[old - 1].strip()]
    end = made.text.count("\n") + 1
    for node, message in parts:
        said.append(LEFT_CODE.at(node.lineno, node.col_offset + 1, message))
        line = next((new for old, new in kept if old >= node.lineno), end)
        todos.setdefault(statement_line(made.text, line), message)
    said.sort(key=lambda one: (one.line, one.column))
    return replace(made, text=with_todos(made.text, todos), diagnostics=tuple(said))


def with_todos(text: str, todos: dict[int, str]) -> str:
    """A text with comments above some of its lines."""
    lines = text.split("\n")
    for number, message in sorted(todos.items(), reverse=True):
        line = lines[number - 1]
        margin = line[: len(line) - len(line.lstrip())]
        lines.insert(number - 1, f"{margin}# TODO(tf2torch) {LEFT_CODE.code}: {message}")
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
