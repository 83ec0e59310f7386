"""Models that are asked something in the expression that builds them: they get a name before.

build().summary()                     model = build()
history = build(8).fit(x, y)          model.summary()
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from transpiler.regex import regex
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.rewritings.named_models import builders, free_name
from transpiler.source.syntax import parts_of, program_tree

_ASKED = ("fit", "evaluate", "predict", "summary", "count_params", "train_on_batch")
_ASKS = regex(rf"\)\.(?:{'|'.join(_ASKED)})\(")  # which most files are done with in no time
_CHAINED = regex(rf"\b\w+\([^\n]*\)\.(?:{'|'.join(_ASKED)})\(")
_NAME = "model"


def chained_models(text: str) -> Rewritten | None:
    """The text with such names, if it has any such expressions."""
    if not _ASKS.search(text) or not _CHAINED.search(text):
        return None
    module = program_tree(text)
    building = {*builders(module)} if module is not None else set()
    if module is None or not building:
        return None
    positions = Positions(text)
    edits: dict[Span, str] = {}
    left: list[str] = []
    for scope, statement, built in _places(module, module, building):
        start, (first, last) = positions.span(statement)[0], positions.span(built)
        begin = text.rfind("\n", 0, start) + 1
        if text[begin:start].strip():
            continue
        name = free_name(module, scope, _NAME)
        edits[start, start] = f"{name} = {text[first:last]}\n{text[begin:start]}"
        edits[first, last] = name
        left.append(name + text[last : text.index("(", last)])
    return rewritten(text, edits, left) if edits else None


def _places(
    module: ast.Module, scope: ast.AST, building: set[str]
) -> Iterator[tuple[ast.AST, ast.stmt, ast.Call]]:
    """The statements that ask a model in the expression that builds it, before all else."""
    pending = [*parts_of(scope)]
    while pending:
        node = pending.pop(0)
        if isinstance(node, ast.FunctionDef):
            yield from _places(module, node, building)
            continue
        match node:
            case ast.Expr(value) | ast.Assign(value=value) | ast.Return(ast.expr() as value):
                if (built := _first(value, building)) is not None:
                    yield scope, node, built
            case ast.stmt() | ast.ExceptHandler() | ast.match_case():
                pending += parts_of(node)


def _first(node: ast.expr, building: set[str]) -> ast.Call | None:
    """What builds a model that is asked at once, where that comes first."""
    while True:
        match node:
            case ast.Call(func=ast.Attribute(ast.Call(ast.Name(maker)) as built, asked)):
                if maker in building and asked in _ASKED:
                    return built
                node = built
            case ast.Call(func=ast.Name() | ast.Attribute(ast.Name()), args=[argument, *_]):
                node = argument
            case ast.Call(func=ast.Attribute(value=held)) | ast.Attribute(value=held):
                node = held
            case ast.Subscript(value=held):
                node = held
            case _:
                return None
