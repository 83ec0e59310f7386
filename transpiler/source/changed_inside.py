"""Which variables of a module, or of a function, the functions in it change.

def grow():
    sizes.append(4)              # `sizes`
    options["units"] = 8         # `options`
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from textwrap import dedent

from transpiler.source.syntax import python_tree

#: Methods that change a list or dict.
METHODS = frozenset(
    {
        "append", "extend", "insert", "pop", "popitem", "remove", "clear", "reverse", "sort",
        "update", "setdefault",
    }
)  # fmt: skip
_MENTIONED = re.compile(r"\bdef |\blambda\b")
#: What there is where something is changed: most suites have nothing of it, and aren't parsed.
_MAY_CHANGE = re.compile(
    rf"\.(?:{'|'.join(sorted(METHODS))})\b|\][ \t]*(?:[-+*/|&@%^]|\*\*|//|<<|>>)?=(?!=)"
    r"|\][ \t]*[,)\]][^\n]*=(?!=)|\b(?:del|for|as)\b[^\n]*\]|\b(?:global|nonlocal)\b"
)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@lru_cache(maxsize=32)
def changed_inside(text: str) -> frozenset[str]:
    """Their names, of the statements of a suite; none of a text that Python can't parse."""
    mentioned = _MENTIONED.search(text)
    if mentioned is None or _MAY_CHANGE.search(text, mentioned.start()) is None:
        return frozenset()
    module = python_tree(dedent(text))
    if module is None:
        return frozenset()
    return frozenset(_in_scope(module, frozenset(), inside=False))


def _in_scope(scope: ast.AST, local: frozenset[str], inside: bool) -> Iterator[str]:
    """What a function changes that is none of its own, with the functions in it."""
    nodes = list(own_nodes(scope))
    if inside:
        declared = (node for node in nodes if isinstance(node, (ast.Global, ast.Nonlocal)))
        ours = {name for node in declared for name in node.names}
        bound = _bound(nodes)
        arguments = ast.walk(scope.args) if isinstance(scope, _FUNCTIONS) else ()
        local |= (bound - ours) | {a.arg for a in arguments if isinstance(a, ast.arg)}
        yield from bound & ours
        for node in nodes:
            if (name := _changed_in_place(node)) and name not in local:
                yield name
    for node in nodes:
        if isinstance(node, _FUNCTIONS):
            yield from _in_scope(node, local, inside=True)


def own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope, those in functions inside of it left out; classes are looked into."""
    pending = list(ast.iter_child_nodes(scope))
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, _FUNCTIONS):
            pending += ast.iter_child_nodes(node)


def _bound(nodes: list[ast.AST]) -> set[str]:
    """The names that these nodes give something."""
    stored = (ast.Store, ast.Del)
    found = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, stored)}
    return found | {n.name for n in nodes if isinstance(n, (*_FUNCTIONS[:2], ast.ClassDef))}


def _changed_in_place(node: ast.AST) -> str:
    """The variable whose list or dict a node changes, "" if it changes none."""
    held: ast.AST | None = None
    if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
        held = node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        held = node.func.value if node.func.attr in METHODS else None
    while isinstance(held, (ast.Subscript, ast.Attribute)):
        held = held.value
    return held.id if isinstance(held, ast.Name) else ""
