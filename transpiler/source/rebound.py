"""Which variables of a module get another value after functions that read them may have run.

LOSS = "mse"
first = build()     # which compiles with LOSS
LOSS = "mae"
second = build()
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from transpiler.regex import regex
from transpiler.source.changed_inside import METHODS, own_nodes
from transpiler.source.outer_reads import functions_of

#: What lines change, in whole or in part: the text of the targets, also of loops, or what has
#: the method.
_CHANGED = regex(
    r"^[ \t]*([A-Za-z_](?:(?!\.__)[^\n=;()#])*)=(?!=)"
    r"|^[ \t]*for\b([^\n]*?)\bin\b"
    rf"|^[ \t]*(\w+)[\w.\[\]\"']*\.(?:{'|'.join(sorted(METHODS))})\(",
    re.MULTILINE,
)
_LOOP = regex(r"^[ \t]*(?:for|while)\b", re.MULTILINE)
_WORD = regex(r"(?<![\w.])[A-Za-z_]\w*")
#: A definition of the module.
_DEFINED = regex(r"^(?:def|class) +(\w+)[^\n]*\n(?:(?:[ \t)][^\n]*)?\n)*", re.MULTILINE)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def rebound(text: str, blanked: str) -> frozenset[str]:
    """The variables of a module that change when functions which read them may have run.

    Also of the text with blanks for strings and comments.
    """
    if "def " not in text and "lambda" not in text:
        return frozenset()
    return _rebound(text) if _may_be_rebound(blanked) else frozenset()


def _may_be_rebound(text: str) -> bool:
    """Whether some name gets a second value behind the first word that is of a definition.

    Parsing costs, and most of a text is in functions.
    """
    definitions = [*_DEFINED.finditer(text)]
    made = {found.group(1) for found in definitions}
    ends = [0, *(found.end() for found in definitions)]
    between = [*zip(ends, [*(found.start() for found in definitions), len(text)], strict=True)]
    words = (word for gap in between for word in _WORD.finditer(text, *gap))
    ran = next((word.start() for word in words if word.group() in made), len(text))
    if ran == len(text) and made:
        return False
    loops = (loop.start() for gap in between for loop in _LOOP.finditer(text, *gap))
    ran = min(ran, next(loops, ran))  # what is first in a loop comes before its second round, too
    given = {found.group(1) for found in definitions if found.start() < ran}
    for found in (one for gap in between for one in _CHANGED.finditer(text, *gap)):
        targets, rounds, whole = found.groups()
        names = {whole} if whole else set(_WORD.findall(targets or rounds))
        if found.start() > ran - bool(rounds) and names & given:
            return True
        given |= names
    return any(found.start() > ran and found.group(1) in given for found in definitions)


def _rebound(text: str) -> frozenset[str]:
    functions = functions_of(text)
    made = {s.name for s in functions.module.body if isinstance(s, _DEFINITIONS)}
    reads = [
        (function.lineno, {r.path[0] for r in functions.reads([function]) if r.owner is None})
        for function in functions.all
    ]
    read = set[str]().union(*(names for _, names in reads))
    given, found = set[str](), set[str]()
    ran = set[str]()  #: what functions may have read by now
    since = set[str]()  #: what of that has another value now
    for nodes, again in _steps(functions.module.body):
        changed = {path[0] for node in nodes for path in functions.changed_by(node)} & read
        changed |= {node.name for node in nodes if isinstance(node, _DEFINITIONS)} & read
        used = [n.lineno for n in nodes if isinstance(n, ast.Name) and n.id in made]
        runs = set[str]().union(*(names for line, names in reads if used and line <= max(used)))
        since |= changed & given & (ran | runs if again else ran)
        given |= changed
        ran |= runs
        found |= since if used else set()
        called = {node.func for node in nodes if isinstance(node, ast.Call)}
        if any(isinstance(n, ast.Name) and n.id in made and n not in called for n in nodes):
            made |= {path[0] for node in nodes for path in functions.changed_by(node)}
    return frozenset(found)


def _steps(statements: list[ast.stmt]) -> Iterator[tuple[list[ast.AST], bool]]:
    """The nodes of each simple statement, head and definition, in order; whether they run again."""
    for statement in statements:
        if isinstance(statement, _DEFINITIONS):
            yield [statement], False
            continue
        suites = [getattr(statement, name, []) for name in ("body", "orelse", "finalbody")]
        suites[1:1] = [handler.body for handler in getattr(statement, "handlers", ())]
        inside = {node for suite in suites for part in suite for node in (part, *own_nodes(part))}
        nodes = [node for node in own_nodes(statement) if node not in inside]
        again = isinstance(statement, (ast.For, ast.While))
        if again:
            nodes += inside  # which may have run before, in an earlier round
        yield nodes, again
        for suite in suites:
            yield from _steps(suite)
