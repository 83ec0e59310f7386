"""Outputs of a model that are made in turn, over names that are written out: each by itself.

TASKS = ["age", "gender"]
outputs = [Dense(1, name=k)(x) for k in TASKS]     outputs = [Dense(1, name="age")(x), ...]
model = Model(inputs, outputs)                     model = Model(inputs, outputs)

So does a loop that appends them. What trains such a model knows each of its outputs.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from copy import deepcopy

from transpiler.regex import regex
from transpiler.source.lexical import comments_in
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.stores import stores_of
from transpiler.source.syntax import program_tree

_MADE = regex(r"\bModel\(")
_IN_TURN = regex(r"\[[^\[\]\n]*\)\s*for\b|\.append\(")
_ROOMS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_OWN_NAMES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_MOST = 12  #: outputs of a model, which are written one by one


def written_outputs(text: str) -> Rewritten | None:
    """The text with such outputs one by one, if it trains a model that has any."""
    if ".compile(" not in text or not _MADE.search(text) or not _IN_TURN.search(text):
        return None
    module = program_tree(text)
    edits: dict[Span, str] = {}
    touched: list[tuple[int, int]] = []
    for room in ast.walk(module) if module is not None else ():
        if isinstance(room, (ast.Module, ast.FunctionDef)):
            for model, outputs in _models(room):
                for node, written in _Room(text, room).written(outputs):
                    edits[Positions(text).span(node)] = written
                    whole = room if isinstance(room, ast.FunctionDef) else model
                    touched.append((whole.lineno, whole.end_lineno or 0))
                    touched.append((node.lineno, node.end_lineno or 0))
    made = rewritten(text, edits, touched=touched) if edits else None
    if made is None or program_tree(made.text) is None:
        return None
    return made


def _models(room: ast.AST) -> Iterator[tuple[ast.Call, ast.expr]]:
    """The calls that make functional models, and their outputs."""
    for node in _own(room):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        given = {k.arg: k.value for k in node.keywords}
        outputs = given.get("outputs", given.get("output"))
        if outputs is None and len(node.args) == 2:
            outputs = node.args[1]
        if name == "Model" and outputs is not None:
            yield node, outputs


class _Room:
    """A function, or a module, in which outputs are made."""

    def __init__(self, text: str, room: ast.AST) -> None:
        self._text, self._room, self._positions = text, room, Positions(text)
        self._nodes = list(_own(room))

    def written(self, outputs: ast.expr) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
        """What makes outputs in turn, and what stands there instead."""
        if isinstance(outputs, ast.ListComp):
            yield from self._listed(outputs)
        if not isinstance(outputs, ast.Name):
            return
        name = outputs.id
        made = [
            node
            for node in self._nodes
            if isinstance(node, ast.Assign)
            and any(isinstance(t, ast.Name) and t.id == name for t in node.targets)
        ]
        match made:
            case [ast.Assign(targets=[_], value=ast.ListComp() as listed)]:
                for _, written in self._listed(listed):
                    margin = f"\n{' ' * made[0].col_offset}"
                    parts = ast.parse(written, mode="eval").body
                    assert isinstance(parts, ast.List)
                    appends = (f"{name}.append({ast.unparse(one)})" for one in parts.elts)
                    yield made[0], margin.join([f"{name} = []", *appends])
            case [ast.Assign(value=ast.List(elts=[]))]:
                for loop in self._nodes:
                    if isinstance(loop, ast.For):
                        yield from self._looped(loop, name)

    def _listed(self, made: ast.ListComp) -> Iterator[tuple[ast.expr, str]]:
        if len(made.generators) != 1 or made.generators[0].ifs or made.generators[0].is_async:
            return
        over = made.generators[0]
        if comments_in(self._source(made)) or _has_names_of_its_own(made.elt):
            return
        if rows := _rows(self._text, over.target, over.iter):
            yield made, f"[{', '.join(_with(made.elt, row) for row in rows)}]"

    def _looped(self, loop: ast.For, name: str) -> Iterator[tuple[ast.stmt, str]]:
        appends = [s for s in loop.body if _appends(s, name)]
        others = [s for s in loop.body if s not in appends]
        named = {n for s in others for n in _named(s)}
        plain = all(map(_named, others)) and not loop.orelse and len(appends) == 1
        nodes = [n for s in loop.body for n in ast.walk(s)]
        if not plain or any(_has_names_of_its_own(n) for n in nodes if isinstance(n, ast.expr)):
            return
        rows = _rows(self._text, loop.target, loop.iter)
        variables = {n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name)}
        inside = {*ast.walk(loop)}
        outside = {n.id for n in self._nodes if isinstance(n, ast.Name) and n not in inside}
        if not rows or variables & (outside | named) or any(map(_makes_input, nodes)):
            return
        lines: list[str] = []
        for number, constants in enumerate(rows):
            again = {one: f"{one}_{number + 1}" for one in named} if number else {}
            if any(re.search(rf"\b{one}\b", self._text) for one in again.values()):
                return
            own = {one: ast.Name(other, ast.Load()) for one, other in again.items()}
            row = {**constants, **own}
            end = (loop.iter.end_lineno or loop.lineno) + 1
            for statement in loop.body:
                before = self._lines(end, statement.lineno) if number == 0 else []
                lines += [*before, _with(statement, row)]
                end = (statement.end_lineno or statement.lineno) + 1
        margin = " " * loop.col_offset
        yield loop, f"\n{margin}".join("\n".join(lines).split("\n"))

    def _lines(self, begin: int, end: int) -> list[str]:
        """The comments in some lines."""
        lines = self._text.split("\n")[begin - 1 : end - 1]
        return [line.strip() for line in lines if line.strip().startswith("#")]

    def _source(self, node: ast.AST) -> str:
        return self._text[slice(*self._positions.span(node))]


def _own(room: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a room, without those of rooms in it."""
    pending = [*ast.iter_child_nodes(room)]
    while pending:
        node = pending.pop()
        if not isinstance(node, _ROOMS):
            yield node
            pending += ast.iter_child_nodes(node)


def _appends(statement: ast.stmt, name: str) -> bool:
    match statement:
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=ast.Name(held), attr="append"), args=[_], keywords=[]
            )
        ):
            return held == name
    return False


def _named(statement: ast.stmt) -> list[str]:
    """The variable that a statement gives a value, if that is all that it does."""
    match statement:
        case ast.Assign(targets=[ast.Name(name)]):
            return [name]
    return []


def _makes_input(node: ast.AST) -> bool:
    return getattr(node, "attr", getattr(node, "id", "")) == "Input"


def _has_names_of_its_own(node: ast.AST) -> bool:
    return any(isinstance(inner, _OWN_NAMES) for inner in ast.walk(node))


def _rows(text: str, target: ast.expr, over: ast.expr) -> list[dict[str, ast.expr]]:
    """What the variables of a loop are in each of its rounds; nothing where that is not known."""
    items = _items(text, over)
    if items is None or not 1 < len(items) <= _MOST:
        return []
    rows = [_bound(target, item) for item in items]
    return [row for row in rows if row is not None] if None not in rows else []


def _bound(target: ast.expr, item: ast.expr) -> dict[str, ast.expr] | None:
    """The variables of a target, with the constants that they get."""
    match target, item:
        case ast.Name(name), _:
            return {name: item} if _is_constant(item) else None
        case ast.Tuple(elts=targets), ast.Tuple(elts=parts) | ast.List(elts=parts):
            each = [_bound(t, p) for t, p in zip(targets, parts, strict=False)]
            if len(targets) != len(parts) or None in each:
                return None
            return {name: value for one in each if one for name, value in one.items()}
    return None


def _items(text: str, over: ast.expr) -> list[ast.expr] | None:
    """What an expression goes over, as far as the program says it once and for all."""
    match over:
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return items
        case ast.Dict(keys=keys):
            return [key for key in keys if key is not None] if None not in keys else None
        case ast.Name():
            held = _held(text, over)
            return _items(text, held) if held is not None else None
        case ast.Call(func=ast.Name("range"), args=[ast.Constant(value=int(count))]):
            return [ast.Constant(number) for number in range(min(count, _MOST + 1))]
        case ast.Call(func=ast.Name("enumerate"), args=[inner], keywords=[]):
            items = _items(text, inner) or []
            pairs = enumerate(items)
            return [ast.Tuple([ast.Constant(n), one], ast.Load()) for n, one in pairs]
        case ast.Call(func=ast.Name("zip"), args=parts, keywords=[]) if parts:
            lists = [_items(text, part) for part in parts]
            each = [one for one in lists if one is not None]
            if len(each) < len(lists):
                return None
            return [ast.Tuple([*row], ast.Load()) for row in zip(*each, strict=False)]
        case ast.Call(func=ast.Attribute(value=of, attr="items" | "keys" | "values" as view)):
            table = _held(text, of) if isinstance(of, ast.Name) else of
            if not isinstance(table, ast.Dict) or None in table.keys:
                return None
            known = [key for key in table.keys if key is not None]
            if view == "items":
                both = zip(known, table.values, strict=True)
                return [ast.Tuple([k, v], ast.Load()) for k, v in both]
            return known if view == "keys" else table.values
    return None


def _held(text: str, name: ast.Name) -> ast.expr | None:
    """The list or dict that a variable of the module stands for throughout a program."""
    module, stores = program_tree(text), stores_of(text)
    if module is None or stores is None or not stores.is_steady(name):
        return None
    values = [
        statement.value
        for statement in module.body
        if isinstance(statement, ast.Assign)
        and any(isinstance(t, ast.Name) and t.id == name.id for t in statement.targets)
    ]
    entries = {base for base, _ in stores.entries}
    return values[0] if len(values) == 1 and name.id not in entries else None


def _is_constant(node: ast.expr) -> bool:
    match node:
        case ast.Constant() | ast.UnaryOp(operand=ast.Constant()):
            return True
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return all(map(_is_constant, parts))
    return False


def _with(node: ast.AST, row: dict[str, ast.expr]) -> str:
    """The source of something in one round."""
    return ast.unparse(_Replacing(row).visit(deepcopy(node)))


class _Replacing(ast.NodeTransformer):
    """Puts what the variables are in their places, and makes one text of its parts."""

    def __init__(self, row: dict[str, ast.expr]) -> None:
        self._row = row

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return deepcopy(self._row.get(node.id, node))

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.BinOp(
                left=ast.Constant(value=str(one)),
                op=ast.Add(),
                right=ast.Constant(value=str(other)),
            ):
                return ast.Constant(one + other)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        self.generic_visit(node)
        parts: list[str] = []
        for part in node.values:
            match part:
                case ast.Constant(value=str(said)):
                    parts.append(said)
                case ast.FormattedValue(
                    value=ast.Constant(value=value), conversion=-1, format_spec=None
                ):
                    parts.append(str(value))
                case _:
                    return node
        return ast.Constant("".join(parts))
