"""Names of the program's own that hide what converted code calls by them: Python's, or new ones.

def run(x, y, evaluate=True):       len = 3
    ...                             ...
    evaluate(model, loader)         loss_sum / len(loader)
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from transpiler.diagnostics import LEFT_CODE
from transpiler.emit.clashes import BOTH
from transpiler.emit.draft import Draft
from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.occurrences import Positions
from transpiler.source.syntax import all_in, parts_of, program_tree

#: What converted code calls of Python's own.
_PYTHONS = frozenset(
    {
        "abs", "all", "any", "bool", "callable", "dict", "enumerate", "float", "format", "getattr",
        "hasattr", "int", "isinstance", "iter", "len", "list", "map", "max", "min", "next", "open",
        "print", "range", "reversed", "round", "set", "setattr", "slice", "sorted", "str", "sum",
        "super", "tuple", "type", "zip",
    }
)  # fmt: skip
_TOP = regex(
    r"^(?:def|class)[ \t]+(\w+)|^(?:import|from)[ \t]([^\n(]+(?:\([^)]*\))?)", re.MULTILINE
)


@lru_cache(maxsize=64)
def _binding(names: frozenset[str]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Where some names stand that are not called, and what of a line may bind one of them."""
    every = rf"(?:{'|'.join(sorted(names))})\b"
    one = rf"(?<![\w.]){every}"
    # in a signature of several lines; others than Python's are arguments of many calls
    python = rf"(?<![\w.])(?:{'|'.join(sorted(names & _PYTHONS)) or '(?!)'})\b"
    # without a look behind, which costs more than the finds in other words and behind dots
    found = re.compile(rf"{every}(?!\s*\()|(?:def|class)\s+{every}")
    binds = re.compile(
        rf"^[ \t]*(?:[\w.\[\]]+\s*,\s*)*{one}\s*(?:,.*)?=(?!=)|^[ \t]*{one}\s*[,:]"
        rf"|,[ \t]*{python}[ \t]*[,:=]|,[ \t]*{python}[ \t]*\)[^\n,]*:[ \t]*$"
        rf"|\bfor\b.*{one}.*\sin\b"
        rf"|\b(?:import|as)\b.*{one}|\b(?:def|class)\s+{one}"
        rf"|\b(?:def|lambda)\b(?:.*[(,*])?\s*{one}\s*[,:=)]|{one}\s*:="
    )
    return found, binds


def _may_bind(text: str, names: frozenset[str]) -> bool:
    """Whether a program may bind one of some names: most don't."""
    found, binds = _binding(names)
    for place in found.finditer(text):
        start, end = text.rfind("\n", 0, place.start()) + 1, text.find("\n", place.end())
        if binds.search(text[start : end if end >= 0 else None]):
            return True
    return False


def report_captured(draft: Draft, text: str) -> None:
    """A diagnostic where a name is bound that converted code takes for another thing."""
    new = _defined(text) - _defined(draft.tree.text)
    named = {one for one in new & draft.tree.words if one.islower() or len(one) == 1}
    names = _PYTHONS.union(named)  # classes have names that no variable has
    if not _may_bind(draft.tree.blanked, names):
        return
    before = program_tree(draft.tree.text)
    if before is None or not _binds_any(before, names):
        return
    after = program_tree(text)
    if after is None:
        return
    known, made = _Scopes(before), _Scopes(after)
    for (scope, name), number in made.called.items():
        hidden = name in _PYTHONS or (scope and name in new)
        if hidden and (scope, name) in known.bound and number > known.called[scope, name]:
            start, _ = Positions(draft.tree.text).span(known.bound[scope, name])
            line, column = draft.tree.line_column(start)
            draft.say_at(LEFT_CODE, line, column, f"`{name}` {BOTH}: rename it")


def _binds_any(module: ast.Module, names: frozenset[str]) -> bool:
    """Whether a function binds one of some names, or anything does one of Python's."""
    functions: list[tuple[int, int]] = []
    imports: list[int] = []  #: the lines of those that are not at the top
    for node in all_in(module):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                if name in names:
                    return True
            case ast.ExceptHandler(name=str(name)) if name in names:
                return True
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                functions.append((node.lineno, node.end_lineno or 0))
                if name in names & _PYTHONS:
                    return True
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                bound = {a.asname or a.name for a in aliases} & names
                if bound & _PYTHONS:
                    return True
                imports += [node.lineno] if bound and node.col_offset else []
    return any(first < line <= last for line in imports for first, last in functions)


@record(frozen=True, slots=True)
class _Scope:
    """A function, or the module, with the names that are bound there."""

    path: str  #: the names of the functions and classes that it is in; "" of the module
    names: dict[str, ast.AST]


class _Scopes:
    """What is bound in each scope of a program, and how often it is called by that name."""

    def __init__(self, module: ast.Module) -> None:
        self.bound: dict[tuple[str, str], ast.AST] = {}
        self.called: Counter[tuple[str, str]] = Counter()
        whole = _Scope("", dict(_bound(module)))
        self._read(module, [whole], "")

    def _read(self, node: ast.AST, scopes: list[_Scope], path: str) -> None:
        scope = scopes[-1]
        self.bound |= {(scope.path, name): one for name, one in scope.names.items()}
        pending = [*parts_of(node)]
        while pending:
            inner = pending.pop()
            match inner:
                case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                    name = getattr(inner, "name", "<lambda>")
                    own = _Scope(f"{path}.{name}", dict(_bound(inner)))
                    self._read(inner, [*scopes, own], own.path)
                    continue
                case ast.ClassDef():
                    inside = f"{path}.{inner.name}"
                    for part in parts_of(inner):
                        self._read(ast.Module([part], []) if isinstance(part, ast.stmt) else part,
                                   scopes, inside)  # fmt: skip
                    continue
                case ast.Call(func=ast.Name(name)) | ast.Attribute(value=ast.Name(name)):
                    owner = next((s for s in reversed(scopes) if name in s.names), None)
                    if owner is not None:
                        self.called[owner.path, name] += 1
            pending += parts_of(inner)


def _defined(text: str) -> set[str]:
    """The functions, classes and imports at the top of a program, by their names."""
    found: set[str] = set()
    for defined, imported in _TOP.findall(text):
        *_, names = imported.rpartition(" import ")  # all else is where these are from
        each = (one.split() for one in names.strip("() \t").split(","))
        found.update({defined} if defined else {one[-1].partition(".")[0] for one in each if one})
    return found


def _bound(scope: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """The names that a scope binds, with what does; later ones first."""
    found: list[tuple[str, ast.AST]] = []
    shared: set[str] = set()
    pending = [*parts_of(scope)]
    while pending:
        node = pending.pop()
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.append((name, node))
                continue
            case ast.ClassDef(name=name):
                found.append((name, node))
                continue
            case ast.Lambda():
                continue
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                found.append((name, node))
            case ast.ExceptHandler(name=str(name)):
                found.append((name, node))
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                shared.update(names)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                found += (((a.asname or a.name).partition(".")[0], node) for a in aliases)
        pending += parts_of(node)
    yield from ((name, node) for name, node in found if name not in shared)
