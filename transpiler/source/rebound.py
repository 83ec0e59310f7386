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
from transpiler.source.effects import Function
from transpiler.source.outer_reads import FUNCTIONS, Functions, functions_of
from transpiler.source.syntax import all_in

#: What lines change, in whole or in part: the text of the targets, also of loops, or what has
#: the method.
_CHANGED = regex(
    r"^[ \t]*([A-Za-z_](?:(?!\.__)[^\n=;()#])*)=(?!=)"
    r"|^[ \t]*for\b([^\n]*?)\bin\b"
    rf"|^[ \t]*(\w+)[\w.\[\]\"']*\.(?:{'|'.join(sorted(METHODS))})\(",
    re.MULTILINE,
)
_LOOP = regex(r"^[ \t]*(?:for|while)\b", re.MULTILINE)
_LAMBDA = regex(r"\blambda\b")
#: The targets of a line: of a loop, or what an assignment changes, which is looked for but once.
_BOUND = regex(
    r"^[ \t]*(?:for ([\w, ()\[\]]+?)\bin\b|(?=([\w, ()\[\]]+))\2(?:[-+*/%@&|^<>]+)?=(?!=))",
    re.MULTILINE,
)
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
    return _rebound(functions_of(text)) if _may_be_rebound(blanked) else frozenset()


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
    made_here = (found.start() for gap in between for found in _LAMBDA.finditer(text, *gap))
    ran = min(ran, next(made_here, ran))
    if ran == len(text):
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


def is_bound_again(name: str, function: str) -> bool:
    """Whether the text of a function with others in it gives a variable a value more than once."""
    if ("def " not in function[4:] and "lambda" not in function) or function.count(name) < 3:
        return False
    return _times_bound(function)[name] > 1


@lru_cache(maxsize=8)
def _times_bound(function: str) -> Counter[str]:
    """How many lines of a function may give each name a value."""
    lines = (_WORD.findall(found.group(1) or found.group(2)) for found in _BOUND.finditer(function))
    return Counter(name for names in lines for name in {*names})


def rebound_in_function(text: str, line: int, name: str) -> bool:
    """Whether a variable of the function whose `def` stands in a line changes in that way.

    The functions that read it are those inside of this one.
    """
    return name in _rebound_in_function(text, line)


@lru_cache(maxsize=64)
def _rebound_in_function(text: str, line: int) -> frozenset[str]:
    functions = functions_of(text)
    scopes = (f for f in functions.all if f.lineno == line and not isinstance(f, ast.Lambda))
    scope = next(scopes, None)
    return frozenset() if scope is None else _rebound(functions, scope)


def _rebound(functions: Functions, scope: Function | None = None) -> frozenset[str]:
    """Those of a function, or of the module."""
    body = functions.module.body if isinstance(scope, (ast.Lambda, type(None))) else scope.body
    made = {s.name for s in body if isinstance(s, _DEFINITIONS)}
    inside = {s.name: _inside(s) for s in body if isinstance(s, _DEFINITIONS)}
    reads = [
        (function.lineno, {r.path[0] for r in functions.reads([function]) if r.owner is scope})
        for function in functions.all
        if function is not scope
    ]
    read = set[str]().union(*(names for _, names in reads))
    parameters = all_in(scope.args) if scope is not None else ()
    given, found = {one.arg for one in parameters if isinstance(one, ast.arg)}, set[str]()
    ran = set[str]()  #: what functions may have read by now
    since = set[str]()  #: what of that has another value now
    handed = set[str]()  #: what functions read that are in other hands: they may run at any time
    for nodes, again in _steps(body):
        changed = {path[0] for node in nodes for path in functions.changed_by(node)} & read
        changed |= {node.name for node in nodes if isinstance(node, _DEFINITIONS)} & read
        used = [n.lineno for n in nodes if isinstance(n, ast.Name) and n.id in made]
        runs = set[str]().union(*(names for line, names in reads if used and line <= max(used)))
        since |= changed & given & (ran | runs if again else ran)
        found |= changed & handed
        given |= changed
        ran |= runs
        found |= since if used else set()
        called = {node.func for node in nodes if isinstance(node, ast.Call)}
        given_on = {n.id for n in nodes if isinstance(n, ast.Name) and n not in called}
        if given_on & made:
            made |= {path[0] for node in nodes for path in functions.changed_by(node)}
        lambdas = [n for n in nodes if isinstance(n, ast.Lambda)]
        names = {n.id for n in nodes if isinstance(n, ast.Name)}
        inner = [f for name in names & inside.keys() for f in inside[name]]
        out = [*lambdas, *inner, *(f for f in functions.all if getattr(f, "name", "") in given_on)]
        reached = functions.reads(functions.reaching(out))
        handed |= {read.path[0] for read in reached if read.owner is scope}
    return frozenset(found)


def _inside(definition: ast.stmt) -> list[Function]:
    """The functions in a definition, which what it gives may have: methods, and nested ones."""
    nodes = all_in(definition)
    return [n for n in nodes if isinstance(n, FUNCTIONS) and n is not definition]


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
