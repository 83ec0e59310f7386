"""Recurrent layers of loops that keep their steps in some rounds: one layer that does so.

for i in range(count):                              for i in range(count):
    if i == count - 1:                                  keeps = i != count - 1
        x = LSTM(8)(x)                                  x = LSTM(8, return_sequences=keeps)(x)
    else:
        x = LSTM(8, return_sequences=True)(x)

The condition stands in the call itself.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from transpiler.regex import regex
from transpiler.source.lexical import comments_in
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.syntax import all_in, program_tree

_STEPS = "return_sequences"
#: What only the first layer of a model is told, which later ones leave aside.
_OF_FIRST = frozenset({"input_shape", "input_dim", "batch_input_shape"})
_LAYERS = frozenset({"LSTM", "GRU", "SimpleRNN", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"})
_KEEPS = regex(rf"\bif\b[^\n]*:[ \t]*(?:#[^\n]*)?\n(?:[^\n]*\n){{0,40}}?[^\n]*\b{_STEPS}\b")


def kept_steps(text: str) -> Rewritten | None:
    """The text with such layers as one, if it has any."""
    module = program_tree(text) if _STEPS in text and _KEEPS.search(text) else None
    positions, edits, touched = Positions(text), dict[Span, str](), list[tuple[int, int]]()
    for choice in _choices(module) if module is not None else ():
        made = _as_one(choice, positions)
        if made is not None:
            span = positions.span(choice)
            margin = "\n" + " " * choice.col_offset
            edits[span] = margin.join([*comments_in(text[slice(*span)]), *made])
            touched.append((choice.lineno, choice.end_lineno or 0))
    return rewritten(text, edits, touched=touched) if edits else None


def _choices(module: ast.Module) -> Iterator[ast.If]:
    """The conditions in loops, but for those that are a part of another one."""
    loops = (node for node in all_in(module) if isinstance(node, ast.For))
    for loop in loops:
        yield from (one for one in loop.body if isinstance(one, ast.If))


def _as_one(choice: ast.If, positions: Positions) -> list[str] | None:
    """Statements in the place of all ways of a condition; None where these differ in more."""
    ways = list(_ways(choice))
    bodies = [body for _, body in ways]
    if ways[-1][0] is not None or len({len(body) for body in bodies}) > 1:
        return None
    found: list[str] = []
    for statements in zip(*bodies, strict=True):
        if len({ast.dump(one) for one in statements}) == 1:
            found.append(positions.text[slice(*positions.span(statements[-1]))])
            continue
        made = _one(statements, [test for test, _ in ways if test is not None], positions)
        if made is None:
            return None
        found.append(made)
    return found


def _one(
    statements: tuple[ast.stmt, ...], tests: list[ast.expr], positions: Positions
) -> str | None:
    """One statement for those of all ways, of which the last has no test."""
    found = [layer for one in statements if (layer := _layer(one)) is not None]
    if len(found) < len(statements):
        return None
    alike = {_without(one, layer) for one, layer in zip(statements, found, strict=True)}
    keeps = [_keeps(layer) for layer in found]
    first = [k for k in found[0].keywords if k.arg in _OF_FIRST]
    later = [k for layer in found[1:] for k in layer.keywords if k.arg in _OF_FIRST]
    if len(alike) > 1 or later or not all(isinstance(keep, bool) for keep in keeps[:-1]):
        return None
    condition = keeps[-1]
    for test, keep in zip(reversed(tests), reversed(keeps[:-1]), strict=True):
        condition = _either(test, condition) if keep else _both(_not(test), condition)
    if isinstance(condition, bool):
        return None
    statement, layer, text = statements[-1], found[-1], positions.text
    given = [*(k for k in layer.keywords if k.arg != _STEPS), *first]
    written = [text[slice(*positions.span(one))] for one in layer.args]
    written += [f"{k.arg}={text[slice(*positions.span(k.value))]}" for k in given]
    written.append(f"{_STEPS}={ast.unparse(condition)}")
    (start, end), inner = positions.span(statement), positions.span(layer)
    head = text[start : positions.span(layer.func)[1]]
    return f"{head}({', '.join(written)}){text[inner[1] : end]}"


def _ways(choice: ast.If) -> Iterator[tuple[ast.expr | None, list[ast.stmt]]]:
    """The tests of a condition, each with its statements; at the end those without a test."""
    yield choice.test, choice.body
    match choice.orelse:
        case [ast.If() as other]:
            yield from _ways(other)
        case [_, *_] as statements:
            yield None, statements


def _layer(statement: ast.stmt) -> ast.Call | None:
    """The recurrent layer that a statement makes; None of another statement, or of several."""
    if not isinstance(statement, (ast.Expr, ast.Assign)):
        return None
    calls = [node for node in all_in(statement) if isinstance(node, ast.Call)]
    found = [call for call in calls if _name(call.func) in _LAYERS]
    plain = found and all(k.arg for k in found[0].keywords)
    return found[0] if len(found) == 1 and plain else None


def _name(function: ast.expr) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))


def _without(statement: ast.stmt, layer: ast.Call) -> str:
    """A statement without what may differ."""
    rest = [k for k in layer.keywords if k.arg != _STEPS and k.arg not in _OF_FIRST]
    written = ast.dump(ast.Call(layer.func, layer.args, rest))
    return ast.dump(statement).replace(ast.dump(layer), written)


def _keeps(layer: ast.Call) -> ast.expr | bool:
    """Whether it keeps its steps, or what says so."""
    value = next((k.value for k in layer.keywords if k.arg == _STEPS), None)
    if value is None or isinstance(value, ast.Constant):
        return bool(value is not None and value.value)
    return value


_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
}  # fmt: skip


def _not(test: ast.expr) -> ast.expr:
    match test:
        case ast.Compare(left, [operator], others) if type(operator) in _OPPOSITE:
            return ast.Compare(left, [_OPPOSITE[type(operator)]()], others)
        case ast.UnaryOp(ast.Not(), inner):
            return inner
    return ast.UnaryOp(ast.Not(), test)


def _either(test: ast.expr, other: ast.expr | bool) -> ast.expr | bool:
    if isinstance(other, bool):
        return other or test
    return ast.BoolOp(ast.Or(), [test, other])


def _both(test: ast.expr, other: ast.expr | bool) -> ast.expr | bool:
    if isinstance(other, bool):
        return test if other else False
    return ast.BoolOp(ast.And(), [test, other])
