"""Where a file reads and binds its names, from Python's own parser."""

from __future__ import annotations

import ast
import keyword
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

_BINDING = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.arg,
    ast.Import,
    ast.ImportFrom,
    ast.ExceptHandler,
)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One place where a name stands."""

    start: int
    end: int
    binds: bool
    attribute: str = ""  #: `epoch` where it is read as `history.epoch`
    attribute_end: int = 0
    function: str = ""  #: the innermost function around it
    local: bool = False  #: whether that function, or one around it, has a name of its own so called


class Occurrences:
    """All places of all names of a file, found when they are first asked for."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def names(self) -> dict[str, list[Occurrence]]:
        """The places by name; none in a text that Python can't parse."""
        return _names(self.text)

    def of(self, name: str) -> list[Occurrence]:
        """The places of a name, in their order."""
        return self.names.get(name, [])


def _names(text: str) -> dict[str, list[Occurrence]]:
    found: dict[str, list[Occurrence]] = {}
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return found
    starts = _line_starts(text)
    lines = text.split("\n")

    def offset(line: int, column: int) -> int:
        row = lines[line - 1]
        if not row.isascii():
            column = len(row.encode()[:column].decode(errors="ignore"))
        return starts[line - 1] + column

    def note(node: ast.Name, around: ast.Attribute | None, function: str, own: bool) -> None:
        place = Occurrence(
            offset(node.lineno, node.col_offset),
            offset(node.end_lineno or node.lineno, node.end_col_offset or 0),
            not isinstance(node.ctx, ast.Load),
            around.attr if around is not None else "",
            offset(around.end_lineno or 1, around.end_col_offset or 0) if around else 0,
            function,
            own,
        )
        found.setdefault(node.id, []).append(place)

    pending: list[tuple[ast.AST, str, frozenset[str]]] = [(module, "", frozenset())]
    while pending:
        node, function, local = pending.pop()
        if isinstance(node, ast.Name):
            note(node, None, function, node.id in local)
            continue
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            note(node.value, node, function, node.value.id in local)
            continue
        if isinstance(node, _BINDING):
            for name, line, column in _bound_otherwise(node):
                spot = offset(line, column)
                place = Occurrence(spot, spot, True, "", 0, function, name in local)
                found.setdefault(name, []).append(place)
        if isinstance(node, _FUNCTIONS):
            function = getattr(node, "name", "<lambda>")
            local = local | frozenset(_locals(node))
        for part in node._fields:
            value = getattr(node, part, None)
            if isinstance(value, list):
                pending += [(v, function, local) for v in value if isinstance(v, ast.AST)]
            elif isinstance(value, ast.AST) and part != "ctx":
                pending.append((value, function, local))
    for places in found.values():
        places.sort(key=lambda p: p.start)
    return found


def _line_starts(text: str) -> list[int]:
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    return starts


def _bound_otherwise(node: ast.AST) -> Iterator[tuple[str, int, int]]:
    """Names that a node binds other than by assignment."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name, node.lineno, node.col_offset
    elif isinstance(node, ast.arg):
        yield node.arg, node.lineno, node.col_offset
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            name = (alias.asname or alias.name).split(".")[0]
            yield name, node.lineno, node.col_offset
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name, node.lineno, node.col_offset


def _locals(node: ast.AST) -> Iterator[str]:
    """The names of a function's own: its parameters, and what it assigns."""
    shared: set[str] = set()
    bound: list[str] = []
    for inner in ast.walk(node):
        if isinstance(inner, (ast.Global, ast.Nonlocal)):
            shared |= set(inner.names)
        elif isinstance(inner, ast.arg):
            bound.append(inner.arg)
        elif isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load):
            bound.append(inner.id)
    return (n for n in bound if n not in shared)


class FreeNames:
    """Gives new variables names that nothing else in the file has."""

    def __init__(
        self,
        found: Occurrences,
        ignored: list[tuple[int, int]],
        function: tuple[int, int] | None = None,
    ) -> None:
        self.found = found
        self.ignored = ignored  #: spans that will be gone
        self.function = function  #: the span of the function that the variables are local to
        self.given: set[str] = set()

    def lasting(self, *wanted: str) -> str:
        """A name for something that lives on; the first of the wanted ones that is free."""
        return self._first(wanted, lambda name: not self._places(name))

    def passing(self, *wanted: str, end: int, looped: bool = False) -> str:
        """A name for something that is dead at `end`: it may be bound anew after that."""

        def possible(name: str) -> bool:
            places = self._places(name)
            if not places:
                return True
            if looped:
                return False
            return places[0].start > end and places[0].binds

        return self._first(wanted, possible)

    def _places(self, name: str) -> list[Occurrence]:
        return [
            p
            for p in self.found.of(name)
            if not any(start <= p.start < stop for start, stop in self.ignored)
            and (not p.local or self._is_here(p))
        ]

    def _is_here(self, place: Occurrence) -> bool:
        """Whether a name of a function is one of the function where the new names go."""
        return self.function is not None and self.function[0] <= place.start < self.function[1]

    def _first(self, wanted: tuple[str, ...], possible: object) -> str:
        assert callable(possible)
        for name in wanted:
            if not keyword.iskeyword(name) and possible(name):
                return name
        number = 2
        while not possible(f"{wanted[-1]}_{number}"):
            number += 1
        return f"{wanted[-1]}_{number}"
