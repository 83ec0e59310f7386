"""Outputs of a model that are made in turn, over names that are written out: each by itself.

TASKS = ["age", "gender"]
outputs = [Dense(1, name=k)(x) for k in TASKS]     outputs = [Dense(1, name="age")(x), ...]
model = Model(inputs, outputs)                     model = Model(inputs, outputs)

So does a loop that appends them. What trains such a model knows each of its outputs. Inputs that a
loop appends to others are written likewise: those of a loop alone are `*inputs` of `forward`.
"""

from __future__ import annotations

import ast
import re
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
    rounds_of,
    used_besides,
)
from transpiler.source.syntax import all_in, program_tree

_MADE = regex(r"\bModel\(")
_FOR_EACH = ("loss", "loss_weights", "metrics", "weighted_metrics")
_IN_TURN = regex(r"\)\s*for\b|\.append\(|\w\[\w+\]\s*=")


def written_outputs(text: str) -> Rewritten | None:
    """The text with such outputs one by one, if it trains a model that has any."""
    if ".compile(" not in text or not _MADE.search(text) or not _IN_TURN.search(text):
        return None
    module = program_tree(text)
    edits: dict[Span, str] = {}
    touched: list[tuple[int, int]] = []
    for room in all_in(module) if module is not None else ():
        if isinstance(room, (ast.Module, ast.FunctionDef)):
            for model, inputs, outputs in _models(room):
                made_there = _Room(text, room)
                found = [*made_there.written(outputs), *made_there.inputs_written(inputs)]
                for node, written in found:
                    edits[Positions(text).span(node)] = written
                    whole = room if isinstance(room, ast.FunctionDef) else model
                    touched.append((whole.lineno, whole.end_lineno or 0))
                    touched.append((node.lineno, node.end_lineno or 0))
    for room in all_in(module) if module is not None and edits else ():
        if isinstance(room, (ast.Module, ast.FunctionDef)):
            for given in _compiled_with(room):
                for node, written in _Room(text, room).written(given):
                    edits[Positions(text).span(node)] = written
    made = rewritten(text, edits, touched=touched) if edits else None
    if made is None or program_tree(made.text) is None:
        return None
    return made


def _models(room: ast.AST) -> Iterator[tuple[ast.Call, ast.expr, ast.expr]]:
    """The calls that make functional models, with their inputs and outputs."""
    for node in own_nodes(room):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        given = {k.arg: k.value for k in node.keywords}
        outputs = given.get("outputs", given.get("output"))
        inputs = given.get("inputs", given.get("input", next(iter(node.args), None)))
        if outputs is None and len(node.args) == 2:
            outputs = node.args[1]
        if name == "Model" and inputs is not None and outputs is not None:
            yield node, inputs, outputs


def _compiled_with(room: ast.AST) -> Iterator[ast.expr]:
    """What `compile` gets for each output, where that is made in turn."""
    for node in own_nodes(room):
        match node:
            case ast.Call(func=ast.Attribute(attr="compile"), keywords=keywords):
                each = (k.value for k in keywords if k.arg in _FOR_EACH)
                yield from (v for v in each if isinstance(v, (ast.ListComp, ast.DictComp)))


class _Room:
    """A function, or a module, in which outputs are made."""

    def __init__(self, text: str, room: ast.AST) -> None:
        self._text, self._room, self._positions = text, room, Positions(text)
        self._nodes = list(own_nodes(room))

    def written(self, outputs: ast.expr) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
        """What makes outputs in turn, and what stands there instead."""
        if isinstance(outputs, (ast.ListComp, ast.DictComp)):
            yield from self._listed(outputs)
        if not isinstance(outputs, ast.Name):
            return
        name, made = outputs.id, self._made(outputs.id)
        match made:
            case [(ast.Assign(targets=[ast.Name()]) as statement, ast.ListComp() as listed)]:
                for _, written in self._listed(listed):
                    margin = f"\n{' ' * statement.col_offset}"
                    parts = ast.parse(written, mode="eval").body
                    assert isinstance(parts, ast.List)
                    appends = (f"{name}.append({ast.unparse(one)})" for one in parts.elts)
                    yield statement, margin.join([f"{name} = []", *appends])
            case [(ast.Assign(targets=[ast.Name()]), ast.DictComp() as table)]:
                yield from self._listed(table)
            case [(_, ast.List(elts=[]) | ast.Dict(keys=[]))]:
                for loop in self._loops:
                    yield from self._looped(loop, name)
            case [_, *_]:  # the variable was that of the tensor before: x = [Dense(n)(x) for ...]
                last, value = max(made, key=lambda one: one[0].lineno)
                alone = last in getattr(self._room, "body", ()) and last.lineno < outputs.lineno
                if alone and isinstance(value, ast.ListComp):
                    yield from self._listed(value)

    def inputs_written(self, inputs: ast.expr) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
        """The same of a loop that makes inputs, and appends them to others."""
        match inputs:
            case ast.Name(name):
                behind = False
            case ast.BinOp(ast.List(elts=[_, *_]), ast.Add(), ast.Name(name)):
                behind = True
            case ast.List(elts=[_, *_, ast.Starred(ast.Name(name))]):
                behind = True
            case _:
                return
        match self._made(name):
            case [(_, ast.List(elts=first))]:
                behind = behind or bool(first)
            case [(_, ast.Dict(keys=keys))]:
                filled = sum(any(_appends(s, name) for s in loop.body) for loop in self._loops)
                behind = bool(keys) or filled > 1
            case _:
                return
        loops = self._loops
        inside = {node for loop in loops for node in all_in(loop)}
        appended = [n for n in self._nodes if isinstance(n, ast.stmt) and _appends(n, name)]
        others = [n.lineno for n in appended if n not in inside]
        for loop in loops:
            if behind or min(others, default=loop.lineno) < loop.lineno:
                yield from self._looped(loop, name, makes_inputs=True)

    @property
    def _loops(self) -> list[ast.For]:
        return [node for node in self._nodes if isinstance(node, ast.For)]

    def _made(self, name: str) -> list[tuple[ast.Assign, ast.expr]]:
        """The statements that give a variable a value, and which: `inputs, encoded = [], []`."""
        found: list[tuple[ast.Assign, ast.expr]] = []
        for node in self._nodes:
            for target in node.targets if isinstance(node, ast.Assign) else ():
                assert isinstance(node, ast.Assign)
                match target, node.value:
                    case ast.Name(id=one), value if one == name:
                        found.append((node, value))
                    case ast.Tuple(elts=targets), ast.Tuple(elts=values):
                        pairs = zip(targets, values, strict=False)
                        same = ((t, v) for t, v in pairs if isinstance(t, ast.Name))
                        found += ((node, v) for t, v in same if t.id == name)
        return found

    def _listed(self, made: ast.ListComp | ast.DictComp) -> Iterator[tuple[ast.expr, str]]:
        if len(made.generators) != 1 or made.generators[0].ifs or made.generators[0].is_async:
            return
        over = made.generators[0]
        parts = [made.elt] if isinstance(made, ast.ListComp) else [made.key, made.value]
        if comments_in(self._source(made)) or any(map(has_names_of_its_own, parts)):
            return
        if rows := rounds_of(self._text, over.target, over.iter):
            items = (": ".join(in_round(part, row) for part in parts) for row in rows)
            opening, closing = "[]" if len(parts) == 1 else "{}"
            yield made, f"{opening}{', '.join(items)}{closing}"

    def _looped(
        self, loop: ast.For, name: str, makes_inputs: bool = False
    ) -> Iterator[tuple[ast.stmt, str]]:
        appends = [s for s in loop.body if _appends(s)]
        others = [s for s in loop.body if s not in appends]
        named = {n for s in others for n in _named(s)}
        plain = all(map(_named, others)) and not loop.orelse
        plain = plain and sum(_appends(s, name) for s in appends) == 1
        nodes = [n for s in loop.body for n in all_in(s)]
        if not plain or any(has_names_of_its_own(n) for n in nodes if isinstance(n, ast.expr)):
            return
        rows = rounds_of(self._text, loop.target, loop.iter)
        variables = {n.id for n in all_in(loop.target) if isinstance(n, ast.Name)}
        if not rows or variables & (used_besides(self._nodes, loop) | named):
            return
        if any(map(_makes_input, nodes)) is not makes_inputs:
            return
        if not all(self._is_of_one_round(loop, one) for one in named):
            return
        lines: list[str] = []
        for number, constants in enumerate(rows):
            mark = next(filter(str.isidentifier, _texts(constants)), str(number + 1))
            again = {one: f"{one}_{mark}" for one in named} if number or mark != "1" else {}
            if any(re.search(rf"\b{one}\b", self._text) for one in again.values()):
                return
            own = {one: ast.Name(other, ast.Load()) for one, other in again.items()}
            row = {**constants, **own}
            for statement in loop.body:
                lines += comments_of(self._text, loop, statement) if number == 0 else []
                value = _constant(statement, row)
                if value is not None and sum(_named(s) == _named(statement) for s in others) == 1:
                    row |= dict.fromkeys(_named(statement), value)  # which needs no name
                else:
                    lines.append(in_round(statement, row))
        margin = " " * loop.col_offset
        yield loop, f"\n{margin}".join("\n".join(lines).split("\n"))

    def _is_of_one_round(self, loop: ast.For, name: str) -> bool:
        """Whether a variable has a value of its own in each round, which nothing reads after it."""
        around = (n for n in self._nodes if isinstance(n, (ast.For, ast.While)) and n is not loop)
        if any(loop in all_in(other) for other in around):
            return False
        for statement in loop.body:
            reads = [n for n in all_in(statement) if isinstance(n, ast.Name) and n.id == name]
            if reads:
                first = _named(statement) == [name] and len(reads) == 1
                if not first:
                    return False
                break
        inside, end = {*all_in(loop)}, loop.end_lineno or loop.lineno
        others = (n for n in self._nodes if isinstance(n, ast.Name) and n.id == name)
        return all(n in inside or n.lineno < end for n in others)

    def _source(self, node: ast.AST) -> str:
        return self._text[slice(*self._positions.span(node))]


def _appends(statement: ast.stmt, name: str = "") -> bool:
    """Whether it puts something into a list or dict, any or that of a name."""
    match statement:
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=ast.Name(held), attr="append"), args=[_], keywords=[]
            )
        ):
            return name in ("", held)
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(held))]):
            return name in ("", held)
    return False


def _named(statement: ast.stmt) -> list[str]:
    """The variable that a statement gives a value, if that is all that it does."""
    match statement:
        case ast.Assign(targets=[ast.Name(name)]):
            return [name]
    return []


def _constant(statement: ast.stmt, row: dict[str, ast.expr]) -> ast.expr | None:
    """The number or text that a statement gives a variable in one round."""
    return constant_in_round(statement.value, row) if isinstance(statement, ast.Assign) else None


def _makes_input(node: ast.AST) -> bool:
    return getattr(node, "attr", getattr(node, "id", "")) == "Input"


def _texts(row: dict[str, ast.expr]) -> Iterator[str]:
    """The texts among what the variables of a round are."""
    for value in row.values():
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value
