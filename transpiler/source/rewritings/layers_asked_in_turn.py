"""Layers that loops over constants ask a model for by name: each is asked for by itself.

for number in range(2):                                     x = Dense(8, name="hidden_0")(x)
    x = Dense(8, name=f"hidden_{number}")(x)                x = Dense(8, name="hidden_1")(x)
...                                                         ...
for name in ("hidden_0", "hidden_1"):                       hidden_0.trainable = False
    model.get_layer(name).trainable = False                 hidden_1.trainable = False

So are the layers that a loop makes with such names: then each is an attribute of the model.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from transpiler.regex import regex
from transpiler.source.changed_inside import own_nodes
from transpiler.source.lexical import comments_in
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.rewritings.constant_rounds import (
    comments_of,
    constant_in_round,
    has_names_of_its_own,
    in_round,
    replaced_in_round,
    rounds_of,
    used_besides,
)
from transpiler.source.syntax import all_in, program_tree

_ASKS = regex(r"\.get_layer\(")
_IN_TURN = regex(
    r"\.get_layer\(\s*(?:name\s*=\s*)?(?:[fF]?[\"'][^\"'\n]*[\"']\s*[%.+]|[fF][\"']|\w+)"
)
_LEAVES = (
    ast.Break, ast.Continue, ast.Return, ast.Yield, ast.YieldFrom, ast.Await, ast.FunctionDef,
    ast.AsyncFunctionDef, ast.ClassDef, ast.Global, ast.Nonlocal, ast.NamedExpr, ast.Try,
)  # fmt: skip
_ROOMS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_LONGEST = 40  #: lines that a loop may become


def layers_asked_in_turn(text: str) -> Rewritten | None:
    """The text with such loops written out, if it has any."""
    if not _ASKS.search(text) or "for " not in text:
        return None
    module = program_tree(text)
    if module is None:
        return None
    rooms = [n for n in all_in(module) if isinstance(n, (ast.Module, ast.FunctionDef))]
    each = [_Room(text, room) for room in rooms]
    found = {node: one for room in each for node, one in room.asking()}
    asked = {name for room in each for name in room.asked}
    if not found and not any(room.has_loops for room in each):
        return None
    for room in each:
        found |= {node: one for node, one in room.making(asked) if node not in found}
    positions = Positions(text)
    edits: dict[Span, str] = {positions.span(node): one for node, one in found.items()}
    touched = [(node.lineno, node.end_lineno or 0) for node in found]
    made = rewritten(text, edits, touched=touched) if edits else None
    if made is None or program_tree(made.text) is None:
        return None
    return made


class _Room:
    """A function, or a module, and its loops over constants."""

    def __init__(self, text: str, room: ast.Module | ast.FunctionDef) -> None:
        self._text, self._room, self._positions = text, room, Positions(text)
        self._nodes = [*own_nodes(room)]
        self._loops = [n for n in self._nodes if isinstance(n, ast.For)]
        self._lists = [n for n in self._nodes if isinstance(n, ast.ListComp)]
        self.asked: set[str] = set()  #: the names of layers that it asks for, as it says them
        for node in self._nodes:
            if (name := _asked(node)) is not None and (one := _said(name, {})):
                self.asked.add(one)

    @property
    def has_loops(self) -> bool:
        """Whether it goes over anything."""
        return bool(self._loops or self._lists)

    def asking(self) -> Iterator[tuple[ast.stmt | ast.expr, str]]:
        """The loops that ask for layers, each as it stands without."""
        for loop in self._loops:
            asks = [name for n in all_in(loop) if (name := _asked(n)) is not None]
            yield from self._written(loop, asks)
        for listed in self._lists:
            asks = [name for n in all_in(listed.elt) if (name := _asked(n)) is not None]
            if not _is_output(listed.elt):  # those of names that are listed are known
                yield from self._listed(listed, asks)

    def making(self, asked: set[str]) -> Iterator[tuple[ast.stmt | ast.expr, str]]:
        """The loops that make layers with names among some, each as it stands without."""
        for loop in self._loops:
            names = [k.value for n in all_in(loop) for k in _keywords(n) if k.arg == "name"]
            yield from self._written(loop, names, asked)
        for listed in self._lists:
            names = [k.value for n in all_in(listed) for k in _keywords(n) if k.arg == "name"]
            yield from self._listed(listed, names, asked)

    def _written(
        self, loop: ast.For, names: list[ast.expr], among: set[str] | None = None
    ) -> Iterator[tuple[ast.stmt, str]]:
        rows = rounds_of(self._text, loop.target, loop.iter) if names else []
        if not self._are_told(names, rows, among) or not self._may_be_written(loop):
            return
        lines: list[str] = []
        for number, constants in enumerate(rows):
            row = dict(constants)
            for statement in loop.body:
                lines += comments_of(self._text, loop, statement) if not number else []
                if (held := self._layer_held(loop, statement)) is not None:
                    row[held[0]] = replaced_in_round(held[1], row)
                else:
                    lines += in_round(statement, row).split("\n")
        if len(lines) <= _LONGEST:
            yield loop, f"\n{' ' * loop.col_offset}".join(lines)

    def _layer_held(self, loop: ast.For, statement: ast.stmt) -> tuple[str, ast.expr] | None:
        """The variable for a layer that is asked for, which only this loop has; and what asks."""
        match statement:
            case ast.Assign(targets=[ast.Name(name)], value=value) if _asked(value) is not None:
                inside = {*all_in(loop)}
                each = [n for n in self._nodes if isinstance(n, ast.Name) and n.id == name]
                stores = [n for n in each if not _is_read(n)]
                first = all(n.lineno > statement.lineno for n in each if _is_read(n))
                if len(stores) == 1 and first and inside.issuperset(each):
                    return name, value
        return None

    def _listed(
        self, listed: ast.ListComp, names: list[ast.expr], among: set[str] | None = None
    ) -> Iterator[tuple[ast.expr, str]]:
        over = listed.generators[0]
        if len(listed.generators) > 1 or over.ifs or over.is_async or not names:
            return
        source = self._text[slice(*self._positions.span(listed))]
        rows = rounds_of(self._text, over.target, over.iter)
        if not comments_in(source) and not has_names_of_its_own(listed.elt):
            if self._are_told(names, rows, among):
                yield listed, f"[{', '.join(in_round(listed.elt, row) for row in rows)}]"

    def _are_told(
        self, names: list[ast.expr], rows: list[dict[str, ast.expr]], among: set[str] | None
    ) -> bool:
        """Whether the constants tell such names, some of which are among others if these count."""
        told = {one for name in names for row in rows if (one := _said(name, row))}
        fixed = {one for name in names if (one := _said(name, {}))}
        if among is None:
            self.asked |= told
        return bool(told - fixed if among is None else (told - fixed) & among)

    def _may_be_written(self, loop: ast.For) -> bool:
        """Whether the statements of a loop mean the same where it is not."""
        inside = {*all_in(loop)}
        variables = {n.id for n in all_in(loop.target) if isinstance(n, ast.Name)}
        body = [n for s in loop.body for n in all_in(s)]
        if loop.orelse or any(isinstance(n, _LEAVES) for n in body):
            return False
        if any(isinstance(n, ast.expr) and has_names_of_its_own(n) for n in body):
            return False
        line = self._text.split("\n")[loop.lineno - 1]
        if line.encode()[: loop.col_offset].strip() or loop.body[0].lineno == loop.lineno:
            return False
        stored = {n.id for n in body if isinstance(n, ast.Name) and not _is_read(n)}
        hidden = {
            n.id
            for part in self._nodes
            if isinstance(part, _ROOMS)
            for n in all_in(part)
            if isinstance(n, ast.Name) and part not in inside
        } - self._own_of_inner()
        return not variables & (stored | hidden | used_besides(self._nodes, loop))

    def _own_of_inner(self) -> set[str]:
        """The names that functions inside have as their own."""
        inner = [n for part in self._nodes if isinstance(part, _ROOMS) for n in all_in(part)]
        own = {n.id for n in inner if isinstance(n, ast.Name) and not _is_read(n)}
        return own | {n.arg for n in inner if isinstance(n, ast.arg)}


def _asked(node: ast.AST) -> ast.expr | None:
    """What a call gives `get_layer` as the name."""
    match node:
        case ast.Call(func=ast.Attribute(attr="get_layer"), args=[name], keywords=[]):
            return name
        case ast.Call(
            func=ast.Attribute(attr="get_layer"),
            args=[],
            keywords=[ast.keyword(arg="name", value=name)],
        ):
            return name
    return None


def _said(name: ast.expr, row: dict[str, ast.expr]) -> str:
    """The text that an expression is in one round; "" of others."""
    found = constant_in_round(name, row)
    return found.value if found is not None and isinstance(found.value, str) else ""


def _keywords(node: ast.AST) -> list[ast.keyword]:
    return node.keywords if isinstance(node, ast.Call) else []


def _is_output(node: ast.expr) -> bool:
    match node:
        case ast.Attribute(value=ast.Call() as call, attr="output"):
            return isinstance(_asked(call), ast.Name)
    return False


def _is_read(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Load)
