"""Variables that a program gives to functions of other files which change what they get.

from overrides import merge

CFG = {"loss": "mse"}
merge(CFG, {"loss": "mae"})             # `CFG` is not what its text says
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator

from transpiler.regex import regex
from transpiler.source.acting import changes_given
from transpiler.source.imported import locate, read_text, real_path, taken_texts
from transpiler.source.occurrences import Positions
from transpiler.source.remembered import remembered
from transpiler.source.syntax import all_in, nodes_of_kind, program_tree


@remembered
def changed_by_others(text: str, path: str) -> frozenset[str]:
    """Their names, wherever that may happen: those of lists and dicts that the program makes."""
    made = {name for names in _MADE.findall(text) for name in re.split("[,=]", names) if path}
    made = {name.strip() for name in made}
    pairs = _ALIASES.findall(text) if made else []
    made = _with_aliases(made, pairs)
    given = "|".join(sorted(map(re.escape, made)))
    if not made or re.search(rf"[(,=*][ \t\n]*(?:{given})[ \t\n]*[,)\[.]", text) is None:
        return frozenset()
    found: set[str] = set()
    for _, roots in _changing_calls(text, path, frozenset(made)):
        found |= _with_aliases(roots, pairs)
    return frozenset(found)


def given_between(text: str, path: str, names: frozenset[str], begin: int, end: int) -> bool:
    """Whether such a function gets one of some arrays of a program between two places."""
    calls = _changing_calls(text, path, names, True) if path else []
    return any(begin <= start < end for start, _ in calls)


@remembered
def _changing_calls(
    text: str, path: str, names: frozenset[str], arrays: bool = False
) -> list[tuple[int, set[str]]]:
    """The calls of such functions with some variables: where they begin, and with which."""
    module = program_tree(text)
    every = nodes_of_kind(module, ast.Call) if module is not None else []
    calls = [(node, roots) for node in every if (roots := set(names.intersection(_roots(node))))]
    homes = dict(_homes(module, text, path)) if calls and module is not None else {}
    found: list[tuple[int, set[str]]] = []
    for call, roots in calls if homes else ():
        home, name = _called(call.func, homes)
        if home and changes_given(name, home, arrays):
            found.append((Positions(text).span(call)[0], roots))
    return found


def _with_aliases(names: set[str], pairs: list[tuple[str, str]]) -> set[str]:
    """Some variables, and those that are given what these hold, or the other way round."""
    found, before = set(names), -1
    while len(found) > before:
        before = len(found)
        found |= {name for pair in pairs if not found.isdisjoint(pair) for name in pair}
    return found


#: `OTHER = CFG`, and `A = B = {}`.
_ALIASES = regex(r"^[ \t]*(\w+)[ \t]*=[ \t]*(\w+)[ \t]*(?:#.*)?(?:=(?!=)|$)", re.M)


#: The names that get a list or dict which is written out, perhaps several in one statement.
_MADE = regex(
    r"^[ \t]*(\w+(?:[ \t]*[,=][ \t]*\w+)*)[ \t]*(?::[^=\n]+)?=[ \t]*(?:[\[{]|dict\(|list\()",
    re.M,
)


def _homes(module: ast.Module, text: str, path: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """What names of the project stand for: the path of a module, and what of it; "" for all."""
    folder = os.path.dirname(real_path(path))
    for node in all_in(module):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if (other := locate(folder, alias.name, text)) is not None:
                    yield alias.asname or alias.name, (str(other), "")
        elif isinstance(node, ast.ImportFrom):
            above = "." * node.level + (node.module or "")
            other = locate(folder, above, text) if above.strip(".") else None
            for alias in node.names:
                dot = "" if above.endswith(".") else "."
                inner = locate(folder, f"{above}{dot}{alias.name}", text)
                if inner is not None:
                    yield alias.asname or alias.name, (str(inner), "")
                elif other is not None:
                    yield alias.asname or alias.name, (str(other), alias.name)


def _called(function: ast.expr, homes: dict[str, tuple[str, str]]) -> tuple[str, str]:
    """The text of the module whose function or class is called, and its name there."""
    match function:
        case ast.Name(id=name) if name in homes:
            path, wanted = homes[name]
        case ast.Attribute(value=ast.Name(id=held), attr=wanted) if held in homes:
            path, inner = homes[held]
            wanted = "" if inner else wanted
        case ast.Attribute(value=ast.Attribute() as package, attr=wanted) if module := homes.get(
            ast.unparse(package)
        ):
            path, inner = module
            wanted = "" if inner else wanted
        case _:
            return "", ""
    text = read_text(path) if wanted else ""
    if wanted and wanted not in _defined(text):  # a package passes it on
        text = next((one for one in taken_texts(text, path) if wanted in _defined(one)), "")
    return text, wanted


@remembered
def _defined(text: str) -> frozenset[str]:
    """What a file defines at its top: functions, classes and variables."""
    return frozenset(name or variable for name, variable in _DEFINED.findall(text))


_DEFINED = regex(r"^(?:(?:def|class)[ \t]+(\w+)|(\w+) = )", re.MULTILINE)


def _roots(call: ast.Call) -> Iterator[str]:
    """The variables that a call gets, or parts of what they hold."""
    for node in (*call.args, *(keyword.value for keyword in call.keywords)):
        held: ast.expr = node.value if isinstance(node, ast.Starred) else node
        while isinstance(held, (ast.Subscript, ast.Attribute)):
            held = held.value
        if isinstance(held, ast.Name):
            yield held.id
