"""Which variables of a module get another value after functions that read them may have run.

LOSS = "mse"
first = build()     # which compiles with LOSS
LOSS = "mae"
second = build()
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from transpiler.regex import regex
from transpiler.source.changed_inside import METHODS, own_nodes
from transpiler.source.outer_reads import functions_of

#: The variables that lines change, in whole or in part.
_CHANGED = regex(
    r"^[ \t]*(\w+)[^\n=;()#]*=(?!=)"
    rf"|^[ \t]*(\w+)[\w.\[\]\"']*\.(?:{'|'.join(sorted(METHODS))})\(",
    re.MULTILINE,
)
_DEFINED = regex(r"^(?:def|class) +(\w+)", re.MULTILINE)
#: A definition of the module but for its first line.
_INSIDE = regex(r"^(?:def|class) [^\n]*\n(?:(?:[ \t)][^\n]*)?\n)*", re.MULTILINE)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@lru_cache(maxsize=4)
def rebound(text: str) -> frozenset[str]:
    """The variables of a module that change when functions which read them may have run."""
    if "def " not in text and "lambda" not in text:
        return frozenset()
    own = _INSIDE.sub("", text)  # most of a text is in functions, and parsing costs
    given = Counter(one or other for one, other in _CHANGED.findall(own))
    given.update(_DEFINED.findall(text))
    return _rebound(text) if any(n > 1 for n in given.values()) else frozenset()


def _rebound(text: str) -> frozenset[str]:
    functions = functions_of(text)
    made = {s.name for s in functions.module.body if isinstance(s, _DEFINITIONS)}
    read = {r.path[0] for r in functions.reads(functions.all) if r.owner is None}
    given, found, ran = set[str](), set[str](), False
    for nodes in _steps(functions.module.body):
        changed = {path[0] for node in nodes for path in functions.changed_by(node)} & read
        changed |= {node.name for node in nodes if isinstance(node, _DEFINITIONS)} & read
        found |= changed & given if ran else set()
        given |= changed
        ran = ran or any(isinstance(node, ast.Name) and node.id in made for node in nodes)
    return frozenset(found)


def _steps(statements: list[ast.stmt]) -> Iterator[list[ast.AST]]:
    """The nodes of each simple statement, head and definition, in their order."""
    for statement in statements:
        if isinstance(statement, _DEFINITIONS):
            yield [statement]
            continue
        suites = [getattr(statement, name, []) for name in ("body", "orelse", "finalbody")]
        suites[1:1] = [handler.body for handler in getattr(statement, "handlers", ())]
        inside = {node for suite in suites for part in suite for node in (part, *own_nodes(part))}
        nodes = [node for node in own_nodes(statement) if node not in inside]
        if isinstance(statement, (ast.For, ast.While)):
            nodes += inside  # which may have run before, in an earlier round
        yield nodes
        for suite in suites:
            yield from _steps(suite)
