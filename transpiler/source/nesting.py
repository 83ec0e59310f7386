"""Refuses code nested deeper than Python itself allows, before a native parser meets it.

LibCST's parser recurses on the machine's stack, and takes time that grows with the square of the
depth. CPython refuses brackets 200 deep, and expressions some thousand operators long.
"""

from __future__ import annotations

import ast
import re
import warnings

from transpiler.regex import regex
from transpiler.source.syntax import parts_of

LIMIT = 1000  #: how many operators, brackets, lambdas or `elif`s may stand inside one another

_TOKEN = regex(
    r'''"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""'''
    r"""|\'\'\'[^\'\\]*(?:(?:\\.|\'(?!\'\'))[^\'\\]*)*\'\'\'"""
    r"""|"[^"\\\n]*(?:\\.[^"\\\n]*)*"|'[^'\\\n]*(?:\\.[^'\\\n]*)*\'"""
    r"""|\#[^\n]*|\\\n|([(\[{])|([)\]}])|(,|\n|;|:=)|([-+*/%@.&|^~<>]|\bnot\b|\blambda\b|\belse\b)""",
    re.DOTALL,
)
_OPEN, _CLOSE, _BREAK, _LINK = 1, 2, 3, 4


def too_deep(text: str) -> str:
    """Why the text is nested too deeply to be parsed, or nothing.

    A quick estimate over tokens decides nearly always; only where it is high is the text parsed.
    """
    if text.count("elif") <= LIMIT and _estimate(text) <= LIMIT:
        return ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except SyntaxError as error:
        return error.msg
    except (RecursionError, MemoryError, ValueError):
        return "too deeply nested"
    depth = _depth(tree)
    return f"nested {depth} levels deep; {LIMIT} is the most" if depth > LIMIT else ""


def _estimate(text: str) -> int:
    """The most brackets and operators that can stand inside one another in the text.

    A bracket counts for five: CPython's own limit, 200 of them, is then the same as `LIMIT`.
    """
    deepest = links = total = 0
    outer: list[int] = []
    for match in _TOKEN.finditer(text):
        kind = match.lastindex
        if kind == _LINK:
            links += 1
            deepest = max(deepest, total + links)
        elif kind == _OPEN:
            outer.append(links)
            total += links + 5
            links = 0
            deepest = max(deepest, total)
        elif kind == _CLOSE and outer:
            links = outer.pop()
            total -= links + 5
            links += 1  # `f(1)(1)(1)` and `a[1][1]` are chains too
            deepest = max(deepest, total + links)
        elif kind == _BREAK and (not outer or match.group() == ","):
            links = 0
    return deepest


def _depth(tree: ast.AST) -> int:
    """How many nodes stand inside one another in a tree; does not itself recurse."""
    depth = 0
    level: list[ast.AST] = [tree]
    while level:
        depth += 1
        level = [child for node in level for child in parts_of(node)]
    return depth
