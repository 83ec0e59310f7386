"""Which variables an expression reads, and what is reached through them: `self.rate`."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import lru_cache

from transpiler.source.effects import path_of
from transpiler.source.syntax import all_in, parts_of, python_tree

CALLED = "()"  #: ends the last part of the path of a method that is called


@lru_cache(maxsize=256)
def paths_read(expression: str) -> tuple[tuple[str, ...], ...]:
    """The variables that an expression reads, with what is reached through them."""
    parsed = python_tree(expression)
    return () if parsed is None else tuple(dict.fromkeys(paths_in(parsed)))


def paths_in(node: ast.AST) -> Iterator[tuple[str, ...]]:
    """The variables, attributes and entries that are read, as far as their paths go."""
    parts: Iterable[ast.AST] = parts_of(node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if path := path_of(node.func.value):
            yield (*path, node.func.attr + CALLED)
            parts = [*node.args, *node.keywords, *_keys(node.func.value)]
    elif path := path_of(node):
        yield path
        parts = _keys(node)
    for part in parts:
        yield from paths_in(part)


def _keys(node: ast.AST) -> list[ast.AST]:
    return [one.slice for one in all_in(node) if isinstance(one, ast.Subscript)]
