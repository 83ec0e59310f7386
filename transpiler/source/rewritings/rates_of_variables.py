"""Rates that are set as those of a variable for an optimizer, where a model has it, too.

opt = Adam(1e-3)
model.compile(opt, "mse")
model.fit(x, y)
opt.learning_rate = 1e-4                        model.optimizer.learning_rate = 1e-4
model.compile(opt, "mse")
"""

from __future__ import annotations

import ast
from itertools import pairwise

from transpiler.regex import regex
from transpiler.source.changed_inside import own_nodes
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.syntax import all_in, parts_of, program_tree

_RATES = ("lr", "learning_rate")
_SETS = regex(r"(?<![\w.])(?!self\b)\w+\.(?:lr|learning_rate)\b")


def rates_of_variables(text: str) -> Rewritten | None:
    """The text that asks the models for their optimizers, if it sets rates so."""
    asks = "compile(" in text and _SETS.search(text) is not None
    module = program_tree(text) if asks else None
    edits = dict[Span, str]()
    for room in all_in(module) if module is not None else ():
        if isinstance(room, (ast.Module, ast.FunctionDef)):
            edits |= _edits(text, room)
    if module is None or not edits:
        return None
    lines = {text.count("\n", 0, start) + 1 for start, _ in edits}
    parts = [(part.lineno, part.end_lineno or 0) for part in module.body]
    touched = [span for span in parts if any(span[0] <= line <= span[1] for line in lines)]
    return rewritten(text, edits, touched=touched)


def _edits(text: str, room: ast.Module | ast.FunctionDef) -> dict[Span, str]:
    """The variables that are asked for their rates, and which optimizer of a model each is."""
    nodes, at = [*own_nodes(room)], Positions(text)
    around = {child: node for node in nodes for child in parts_of(node)}
    names = [node for node in all_in(room) if isinstance(node, ast.Name)]
    shared = {n for node in nodes if isinstance(node, ast.Global) for n in node.names}
    found = dict[Span, str]()
    for statement in room.body:
        match statement:
            case ast.Assign(targets=[ast.Name(optimizer)], value=ast.Call()) if (
                optimizer not in shared
            ):
                each = [n for n in names if n.id == optimizer]
                asked = [n for n in each if _is_rate(around.get(n))]
                given = {n: _model_of(around.get(n), around) for n in each}
                compiled = [n for n in each if given[n]]
                models = {given[n] for n in compiled}
                whole = len(each) == 1 + len(asked) + len(compiled)
                if not asked or not whole or len(models) != 1:
                    continue
                (model,) = models
                if _is_settled(room, model, compiled, asked):
                    found |= {at.span(n): f"{model}.optimizer" for n in asked}
    return found


def _is_rate(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in _RATES


def _model_of(node: ast.AST | None, around: dict[ast.AST, ast.AST]) -> str:
    """The variable for the model that a `compile` is of, of which a node is an argument."""
    call = around.get(node) if isinstance(node, ast.keyword) else node
    match call:
        case ast.Call(func=ast.Attribute(value=ast.Name(model), attr="compile")):
            return model
    return ""


def _is_settled(
    room: ast.Module | ast.FunctionDef,
    model: str,
    compiled: list[ast.Name],
    asked: list[ast.Name],
) -> bool:
    """Whether the model has the optimizer, and no other one, from before it is first asked."""
    nodes = [*all_in(room)]
    calls = [n for n in nodes if isinstance(n, ast.Call) and _model_of(n, {}) == model]
    names = [n for n in nodes if isinstance(n, ast.Name) and n.id == model]
    bound = [n for n in names if _is_stored(n)]
    read = [n.value for n in nodes if isinstance(n, ast.Attribute) and n.value in names]
    if len(calls) != len(compiled) or len(bound) != 1 or len(read) != len(names) - 1:
        return False  # another name of it may be compiled, or a function may do that
    first = min(compiled, key=lambda name: name.lineno)
    straight = any(
        isinstance(statement, ast.Expr) and any(n is first for n in all_in(statement))
        for statement in room.body
    )
    places = [bound[0].lineno, first.lineno, min(name.lineno for name in asked)]
    return straight and all(a < b for a, b in pairwise(places))


def _is_stored(name: ast.Name) -> bool:
    return not isinstance(name.ctx, ast.Load)
