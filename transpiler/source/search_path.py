"""Where a file lets Python look for modules, by its text.

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "src"))
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator

from transpiler.regex import regex
from transpiler.source.ignored import project_root
from transpiler.source.remembered import remembered
from transpiler.source.syntax import all_in, program_tree

#: What adds to it; parsing costs.
_ADDS = regex(r"sys\.path\s*(?:\.\s*(?:append|insert|extend)\b|\+=)")
_UP = {"dirname", "parent"}
#: What gives the path that it gets, as far as folders go.
_SAME = {"abspath", "realpath", "normpath", "Path", "PurePath", "str", "fspath", "resolve",
         "absolute", "as_posix", "expanduser"}  # fmt: skip
_JOINS = {"join", "joinpath"}
_HERE = {"getcwd", "cwd"}
_NAMES = {"pardir": os.pardir, "curdir": os.curdir, "sep": os.sep}


@remembered
def added_folders(text: str, home: str) -> tuple[list[str], list[str]]:
    """The folders that a text in a folder puts before all others, and behind them.

    What is relative is meant as seen from the folder of the file, or from that of the project.
    """
    before: list[str] = []
    behind: list[str] = []
    module = program_tree(text) if _ADDS.search(text) else None
    if module is None:
        return before, behind
    paths = _Paths(module, home)
    for first, node in _added(module):
        if (path := paths.of(node)) is not None:
            roots = dict.fromkeys((home, project_root(home)))
            found = [os.path.normpath(os.path.join(root, path)) for root in roots]
            (before if first else behind).extend(one for one in found if os.path.isdir(one))
    return before[::-1], behind


def _added(module: ast.Module) -> Iterator[tuple[bool, ast.expr]]:
    """What is added to `sys.path`, and whether it comes before all that is there."""
    for node in all_in(module):
        match node:
            case ast.Call(func=ast.Attribute(value=path, attr=how), args=[*_, last]):
                if ast.unparse(path) != "sys.path":
                    continue
                if how in ("append", "insert"):
                    yield how == "insert" and ast.unparse(node.args[0]) == "0", last
                elif how == "extend" and isinstance(last, (ast.List, ast.Tuple)):
                    yield from ((False, one) for one in last.elts)
            case ast.AugAssign(target=path, value=ast.List(elts=ones)):
                if ast.unparse(path) == "sys.path":
                    yield from ((False, one) for one in ones)


class _Paths:
    """What expressions of a module say of paths."""

    def __init__(self, module: ast.Module, home: str) -> None:
        self.home = home
        self.values: dict[str, ast.expr | None] = {}  #: of the variables; None of several
        for node in all_in(module):
            if isinstance(node, ast.Assign):
                for name in (t.id for t in node.targets if isinstance(t, ast.Name)):
                    self.values[name] = None if name in self.values else node.value

    def of(self, node: ast.expr, depth: int = 0) -> str | None:
        """A path; None where it is not known."""
        if depth > 20:  # a variable that is made of itself
            return None
        match node:
            case ast.Constant(value=str(text)):
                return text
            case ast.Name("__file__"):
                return os.path.join(self.home, "_")
            case ast.Name(name):
                value = self.values.get(name)
                return None if value is None else self.of(value, depth + 1)
            case ast.Attribute(attr=name) if name in _NAMES:
                return _NAMES[name]
            case ast.Attribute(value=of, attr=name) if name in _UP:
                return self._up(of, 1, depth)
            case ast.Subscript(
                value=ast.Attribute(value=of, attr="parents"),
                slice=ast.Constant(value=int(number)),
            ):
                return self._up(of, number + 1, depth)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return self._joined([left, right], depth)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                one, other = self.of(left, depth + 1), self.of(right, depth + 1)
                return None if one is None or other is None else one + other
            case ast.Call(func=function, args=given):
                return self._called(function, given, depth)
        return None

    def _called(self, function: ast.expr, given: list[ast.expr], depth: int) -> str | None:
        name = ast.unparse(function).rpartition(".")[2]
        of = function.value if isinstance(function, ast.Attribute) else None
        if name in _HERE:
            return ""
        if name in _UP and given:
            return self._up(given[0], 1, depth)
        if name in _SAME:
            return self._joined(given or ([] if of is None else [of]), depth)
        if name in _JOINS:
            return self._joined(given if name == "join" or of is None else [of, *given], depth)
        return None

    def _up(self, node: ast.expr, count: int, depth: int) -> str | None:
        path = self.of(node, depth + 1)
        for _ in range(count if path is not None else 0):
            path = os.path.dirname(os.path.normpath(path)) if path else os.pardir
        return path

    def _joined(self, parts: list[ast.expr], depth: int) -> str | None:
        found = [self.of(part, depth + 1) for part in parts]
        known = [part for part in found if part is not None]
        return os.path.join(*known) if known and len(known) == len(found) else None
