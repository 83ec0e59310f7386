"""Where a file reads and binds its names, from Python's own parser."""

from __future__ import annotations

import ast
import keyword
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from itertools import islice
from typing import Any, TypeAlias

from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.syntax import all_in, parts_of, program_tree

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
_SCOPES = (*_FUNCTIONS, ast.ClassDef)


@record(frozen=True, slots=True)
class Occurrence:
    """One place where a name stands."""

    start: int
    end: int
    binds: bool
    attribute: str = ""  #: `epoch` where it is read as `history.epoch`
    attribute_end: int = 0
    function: str = ""  #: the innermost function around it
    local: bool = False  #: whether that function, or one around it, has a name of its own so called


class Positions:
    """Offsets in a text of what Python's parser counts in lines, and in bytes of a line."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _starts(self) -> list[int]:
        return _line_starts(self.text)

    @cached_property
    def _lines(self) -> list[str]:
        return self.text.split("\n")

    def offset(self, line: int, column: int) -> int:
        """The offset of a place."""
        row = self._lines[line - 1]
        if not row.isascii():
            column = len(row.encode()[:column].decode(errors="ignore"))
        return self._starts[line - 1] + column

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Where a node begins and ends."""
        assert isinstance(node, (ast.expr, ast.stmt, ast.arg))
        end = node.end_lineno or node.lineno, node.end_col_offset or 0
        return self.offset(node.lineno, node.col_offset), self.offset(*end)


class Occurrences:
    """All places of all names of a file, found when they are first asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._positions = Positions(text)
        self._places: dict[str, list[Occurrence]] = {}
        self._locals: dict[ast.AST, frozenset[str]] = {}

    @cached_property
    def names(self) -> Collection[str]:
        """The names that stand anywhere; none in a text that Python can't parse."""
        return self._found.keys()

    @cached_property
    def _found(self) -> dict[str, list[_Found]]:
        return _names(self.text)

    def of(self, name: str) -> list[Occurrence]:
        """The places of a name, in their order."""
        places = self._places.get(name)
        if places is None and name not in self.text:
            places = self._places[name] = []  # the usual case, without parsing
        if places is None:
            places = [self._occurrence(name, found) for found in self._found.get(name, ())]
            places.sort(key=lambda p: p.start)
            self._places[name] = places
        return places

    def is_own(self, name: str, start: int) -> bool:
        """Whether a name stands in a function, and for what this one binds, or one around it."""
        for node, _, functions in self._found.get(name, ()):
            if self._positions.offset(node.lineno, node.col_offset) == start:
                return any(name in _locals(_within(f)) for f in functions)
        return False

    def _occurrence(self, name: str, found: _Found) -> Occurrence:
        node, around, functions = found
        inner = [one for one in functions if not isinstance(one, ast.ClassDef)]
        function = getattr(inner[-1], "name", "<lambda>") if inner else ""
        local = any(name in self._locals_of(f) for f in functions)
        start = self._positions.offset(node.lineno, node.col_offset)
        if not isinstance(node, ast.Name):
            return Occurrence(start, start, True, "", 0, function, local)
        end = self._end(node)
        binds = not isinstance(node.ctx, ast.Load)
        if around is None:
            return Occurrence(start, end, binds, "", 0, function, local)
        return Occurrence(start, end, binds, around.attr, self._end(around), function, local)

    def _locals_of(self, function: ast.AST) -> frozenset[str]:
        known = self._locals.get(function)
        if known is None:
            inside: Iterable[ast.AST] = islice(all_in(function), 1, None)
            if isinstance(function, ast.ClassDef):
                inside = _within(function)
            known = self._locals[function] = frozenset(_locals(inside))
        return known

    def _end(self, node: ast.expr) -> int:
        return self._positions.span(node)[1]


#: What belongs to a function, and is evaluated where that is defined.
_OUTSIDE = ("defaults", "kw_defaults", "decorator_list", "returns", "bases", "keywords")

#: What binds or reads a name, the attribute that it is read for, and the functions around it.
_Found: TypeAlias = "tuple[Any, ast.Attribute | None, tuple[ast.AST, ...]]"


def _names(text: str) -> dict[str, list[_Found]]:
    found: dict[str, list[_Found]] = {}
    module = program_tree(text)
    if module is None:
        return found
    pending: list[tuple[ast.AST, tuple[ast.AST, ...]]] = [(module, ())]
    while pending:
        node, functions = pending.pop()
        if isinstance(node, ast.Name):
            found.setdefault(node.id, []).append((node, None, functions))
            continue
        if isinstance(node, ast.Constant):
            continue
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found.setdefault(node.value.id, []).append((node.value, node, functions))
            continue
        if isinstance(node, _BINDING):
            for name in _bound_otherwise(node):
                found.setdefault(name, []).append((node, None, functions))
        outer = functions[:-1] if isinstance(node, ast.arguments) else functions
        if isinstance(node, _SCOPES):  # what a class binds, its methods don't see
            seen = (one for one in functions if not isinstance(one, ast.ClassDef))
            functions = (*seen, node)
        for part in node._fields:
            value = getattr(node, part, None)
            around = outer if part in _OUTSIDE else functions
            if isinstance(value, list):
                pending += [(v, around) for v in value if isinstance(v, ast.AST)]
            elif isinstance(value, ast.AST) and part not in ("ctx", "op"):
                pending.append((value, around))
    return found


def _line_starts(text: str) -> list[int]:
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    return starts


def _bound_otherwise(node: ast.AST) -> Iterator[str]:
    """Names that a node binds other than by assignment."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            yield (alias.asname or alias.name).split(".")[0]
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name


def _within(node: ast.AST) -> Iterator[ast.AST]:
    """What is inside of a function, but not of another one or a class in that."""
    pending = list(parts_of(node))
    while pending:
        inner = pending.pop()
        yield inner
        if not isinstance(inner, _SCOPES):
            pending += parts_of(inner)


def _locals(inside: Iterable[ast.AST]) -> Iterator[str]:
    """The names of a function's own: its parameters, and what it binds but for imports."""
    shared: set[str] = set()
    bound: list[str] = []
    for inner in inside:
        if isinstance(inner, (ast.Global, ast.Nonlocal)):
            shared |= set(inner.names)
        elif isinstance(inner, _BINDING) and not isinstance(inner, (ast.Import, ast.ImportFrom)):
            bound += _bound_otherwise(inner)
        elif isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load):
            bound.append(inner.id)
    return (n for n in bound if n not in shared)


#: What may stand before a name in the targets of an assignment, on its line.
_TARGETS = regex(r"(?:[A-Za-z_]\w*\s*,\s*|\()*")
_LEAVING = regex(r"\b(?:break|continue|return|raise|yield)\b")


class FreeNames:
    """Gives new variables names that nothing else in the file has."""

    def __init__(
        self,
        found: Occurrences,
        ignored: list[tuple[int, int]],
        function: tuple[int, int] | None = None,
        reserved: frozenset[str] = frozenset(),
    ) -> None:
        self.found = found
        self.reserved = reserved  #: names of what is emitted elsewhere
        self.ignored = ignored  #: spans that will be gone
        self.function = function  #: the span of the function that the variables are local to
        self.given: set[str] = set()

    def lasting(self, *wanted: str) -> str:
        """A name for something that lives on; the first of the wanted ones that is free."""
        return self._first(wanted, lambda name: not self._places(name))

    def seen_everywhere(self, *wanted: str) -> str:
        """A name for something of the module that functions read: none has its own so called."""
        return self._first(wanted, lambda name: not self._places(name) and not self._hidden(name))

    def _hidden(self, name: str) -> bool:
        return any(place.binds and place.local for place in self.found.of(name))

    def passing(self, *wanted: str, end: int, looped: int | None = None) -> str:
        """A name for something that is dead at `end`: it may be bound anew after that.

        `looped` is where the statement begins, if it is in a loop, which runs it again.
        """

        def possible(name: str) -> bool:
            places = self._places(name)
            if not places:
                return True
            first = places[0]
            later = first.start > end and first.binds
            return later and (looped is None or self._surely_bound(looped, end, first.start))

        return self._first(wanted, possible)

    def _surely_bound(self, start: int, end: int, place: int) -> bool:
        """Whether an assignment follows a statement in its block, or outside of all loops."""
        text = self.found.text
        margin = text[text.rfind("\n", 0, start) + 1 : start]
        line = text[text.rfind("\n", 0, place) + 1 : place]
        if _TARGETS.fullmatch(line) is not None:
            return True
        between = text[end : place - len(line)]
        deeper = all(row.startswith(margin) for row in between.split("\n")[1:] if row.strip())
        target = line.startswith(margin) and _TARGETS.fullmatch(line[len(margin) :]) is not None
        return not margin.strip() and deeper and target and _LEAVING.search(between) is None

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
            if not keyword.iskeyword(name) and name not in self.reserved and possible(name):
                return name
        number = 2
        while not possible(f"{wanted[-1]}_{number}"):
            number += 1
        return f"{wanted[-1]}_{number}"
