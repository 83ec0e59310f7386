"""Losses and metrics that are functions inside of what trains with them: they stand before it.

def experiment(scale):                              def make_scaled(scale):
    def scaled(y_true, y_pred):                         def scaled(y_true, y_pred):
        return scale * K.mean(...)                          return scale * K.mean(...)
                                                        return scaled
    model.compile("adam", scaled)
                                                    def experiment(scale):
                                                        model.compile("adam", make_scaled(scale))

Those that read no variable of the function around them are functions of the module.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.changed_inside import own_nodes
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.syntax import all_in, program_tree

_NESTED = regex(r"^[ \t]+def \w+\(\s*\w+\s*(?::[^,)]*)?,\s*\w+[^()]*\)", re.MULTILINE)
_GIVEN = frozenset({"loss", "metrics", "weighted_metrics"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_ODD = (ast.Global, ast.Nonlocal, ast.Yield, ast.YieldFrom, ast.Await, ast.ClassDef)
_BLANK = regex(r"(?:[ \t]*\n)+")
_COMMENTS = regex(r"(?:^[ \t]*#[^\n]*\n)+\Z", re.MULTILINE)


def nested_losses(text: str) -> Rewritten | None:
    """The text with such functions before those that they are in, if it has any."""
    module = program_tree(text) if ".compile(" in text and _NESTED.search(text) else None
    if module is None:
        return None
    program = _Program(text, module)
    edits: dict[Span, str] = {}
    touched: list[tuple[int, int]] = []
    for top in module.body:
        rooms = [top, *(top.body if isinstance(top, ast.ClassDef) else ())]
        for room in rooms:
            if isinstance(room, ast.FunctionDef) and (found := program.moved(room, top)):
                edits |= found
                touched.append((room.lineno, room.end_lineno or 0))
    made = rewritten(text, edits, touched=touched) if edits else None
    if made is None or program_tree(made.text) is None:
        return None
    return made


@record(frozen=True, slots=True)
class _Nested:
    """A function inside of another one, what it reads of that, and where that gives it away."""

    node: ast.FunctionDef
    read: tuple[str, ...]
    uses: list[ast.Name]


class _Program:
    """A program as far as it tells which functions may stand elsewhere."""

    def __init__(self, text: str, module: ast.Module) -> None:
        self._text, self._positions = text, Positions(text)
        nodes = [*all_in(module)]
        self._names = [n.id for n in nodes if isinstance(n, ast.Name)]
        self._names += [n.arg for n in nodes if isinstance(n, ast.arg)]
        self._defined = [n.name for n in nodes if isinstance(n, (*_FUNCTIONS[:2], ast.ClassDef))]
        self._defined += [(a.asname or a.name) for n in nodes if isinstance(n, (ast.Import,
                          ast.ImportFrom)) for a in n.names]  # fmt: skip
        self._known = {*self._names, *self._defined}

    def moved(self, room: ast.FunctionDef, top: ast.stmt) -> dict[Span, str]:
        """The edits that move such functions of a function; none where one has to stay."""
        inner = [s for s in room.body if isinstance(s, ast.FunctionDef)]
        nodes = [*own_nodes(room)] if inner else []
        given = {id(n) for n in _given_to_compile(nodes)}
        moving, found = inner, list[_Nested]()
        while moving:
            each = [self._nested(room, node, moving, nodes, given) for node in moving]
            found = [one for one in each if one is not None and not _is_read_by(one, inner, moving)]
            if len(found) == len(moving):
                break
            moving = [one.node for one in found]  # do they without the others?
        if not any(one.uses for one in found):
            return {}
        edits, before = dict[Span, str](), list[str]()
        for one in found:
            before.append(self._source_of(one))
            edits[self._lines(one.node)] = ""
            if one.read:
                for use in one.uses:
                    made = f"make_{one.node.name}({', '.join(one.read)})"
                    edits[self._positions.span(use)] = made
        start = self._start(top)
        edits[start, start] = "".join(f"{source}\n\n\n" for source in before)
        return edits

    def _nested(
        self,
        room: ast.FunctionDef,
        node: ast.FunctionDef,
        inner: list[ast.FunctionDef],
        nodes: list[ast.AST],
        given: set[int],
    ) -> _Nested | None:
        """A function that may move: only `compile` gets it, or others that move as well."""
        inside = [*all_in(node)]
        if node.decorator_list or any(isinstance(n, _ODD) for n in inside):
            return None
        if self._defined.count(node.name) > 1 or f"make_{node.name}" in self._known:
            return None
        uses = [n for n in nodes if isinstance(n, ast.Name) and n.id == node.name]
        if any(id(n) not in given for n in uses):
            return None
        bound = {n.arg for n in inside if isinstance(n, ast.arg)}
        bound |= {n.id for n in inside if isinstance(n, ast.Name) and not _is_read(n)}
        read = dict.fromkeys(n.id for n in inside if isinstance(n, ast.Name) and n.id not in bound)
        others = {one.name for one in inner}
        own = _own_names(room, nodes)
        captured = [name for name in read if name in own and name not in others]
        if any(not self._is_steady(room, nodes, name, node) for name in captured):
            return None
        asked = [one for one in inner if one.name in read]
        if captured and not uses:
            return None  # another one calls it, by its name
        if any(self._reads_own(one, own - others) for one in asked):
            return None
        if not uses and not self._is_called_by(node, inner):
            return None
        return _Nested(node, tuple(captured), uses)

    def _reads_own(self, node: ast.FunctionDef, own: set[str]) -> bool:
        """Whether a function reads variables of the one around it."""
        inside = [*all_in(node)]
        bound = {n.arg for n in inside if isinstance(n, ast.arg)}
        bound |= {n.id for n in inside if isinstance(n, ast.Name) and not _is_read(n)}
        return any(isinstance(n, ast.Name) and n.id in own - bound for n in inside)

    def _is_called_by(self, node: ast.FunctionDef, inner: list[ast.FunctionDef]) -> bool:
        each = (n for one in inner if one is not node for n in all_in(one))
        return any(isinstance(n, ast.Name) and n.id == node.name for n in each)

    def _is_steady(
        self, room: ast.FunctionDef, nodes: list[ast.AST], name: str, node: ast.FunctionDef
    ) -> bool:
        """Whether a variable has one value all along: a parameter, or what is set before."""
        if name in ("self", "cls"):
            return False
        stores = [n for n in nodes if isinstance(n, ast.Name) and n.id == name and not _is_read(n)]
        arguments = [*room.args.posonlyargs, *room.args.args, *room.args.kwonlyargs]
        if name in {one.arg for one in arguments}:
            return not stores
        plain = [s for s in room.body if isinstance(s, ast.Assign) and stores == s.targets]
        return len(stores) == len(plain) == 1 and plain[0].lineno < node.lineno

    def _source_of(self, one: _Nested) -> str:
        """The function as it stands in the module, or in one that makes it."""
        start, end = self._lines(one.node)
        lines = self._text[start:end].rstrip().split("\n")
        width = one.node.col_offset
        source = "\n".join(line[width:] if line[:width].isspace() else line for line in lines)
        if not one.read:
            return source
        body = "\n".join(f"    {line}" if line else line for line in source.split("\n"))
        name = one.node.name
        return f"def make_{name}({', '.join(one.read)}):\n{body}\n\n    return {name}"

    def _lines(self, node: ast.FunctionDef) -> Span:
        """The lines of a function, with comments above and blank lines below."""
        start, end = self._positions.span(node)
        last = self._text.find("\n", end) + 1 or len(self._text)
        blank = _BLANK.match(self._text, last)
        return self._above(start), blank.end() if blank is not None else last

    def _above(self, start: int) -> int:
        first = self._text.rfind("\n", 0, start) + 1
        comments = _COMMENTS.search(self._text[:first])
        return comments.start() if comments is not None else first

    def _start(self, top: ast.stmt) -> int:
        """Where a statement of the module begins, with what decorates it."""
        marks = getattr(top, "decorator_list", [])
        line = min([top.lineno, *(mark.lineno for mark in marks)])
        return self._above(self._positions.offset(line, 0))


def _is_read_by(one: _Nested, inner: list[ast.FunctionDef], moving: list[ast.FunctionDef]) -> bool:
    """Whether a function that stays reads one by its name."""
    nodes = (n for other in inner if other not in moving for n in all_in(other))
    return any(isinstance(n, ast.Name) and n.id == one.node.name for n in nodes)


def _given_to_compile(nodes: list[ast.AST]) -> Iterator[ast.Name]:
    """The names that `compile` gets as losses and metrics."""
    for node in nodes:
        match node:
            case ast.Call(func=ast.Attribute(attr="compile"), args=args, keywords=keywords):
                given = [*args[1:3], *(k.value for k in keywords if k.arg in _GIVEN)]
                for value in given:
                    plain = (ast.Name, ast.List, ast.Tuple, ast.Dict, ast.Constant)
                    if isinstance(value, plain):
                        yield from (n for n in all_in(value) if isinstance(n, ast.Name))


def _own_names(room: ast.FunctionDef, nodes: list[ast.AST]) -> set[str]:
    """The variables of a function."""
    found = {n.id for n in nodes if isinstance(n, ast.Name) and not _is_read(n)}
    found |= {n.name for n in nodes if isinstance(n, (*_FUNCTIONS[:2], ast.ClassDef))}
    found |= {a.asname or a.name for n in nodes if isinstance(n, (ast.Import, ast.ImportFrom))
              for a in n.names}  # fmt: skip
    return found | {one.arg for one in all_in(room.args) if isinstance(one, ast.arg)}


def _is_read(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Load)
