"""Loops that only compile some models which are trained by their own names: one call for each.

for model in (small, large):                 small.compile("sgd", "mse")
    model.compile("sgd", "mse")              large.compile("sgd", "mse")
small.fit(x, y)                              small.fit(x, y)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from transpiler.regex import regex
from transpiler.source.lexical import comments_in
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.syntax import all_in, program_tree

_COMPILES = regex(r"^([ \t]*)for [^\n]*:[ \t]*(?:\n|#|\w+\.compile\()", 8)
_METHODS = frozenset({"compile", "summary"})
_TRAINED = r"(?<![\w.]){}\.(?:fit|train_on_batch|fit_generator)\("


def compiled_one_by_one(text: str) -> Rewritten | None:
    """The text with a call for each model, if it has such loops."""
    if ".compile(" not in text or not _COMPILES.search(text):
        return None
    module = program_tree(text)
    edits: dict[Span, str] = {}
    calls: list[str] = []
    for scope in _scopes(module) if module is not None else ():
        for node in _loops(scope):
            rounds = _rounds(node)
            if rounds is None or not _is_forgotten(scope, node):
                continue
            if not all(regex(_TRAINED.format(one)).search(text) for one, _ in rounds):
                continue
            lines = [line for _, given in rounds for line in _round(node, given, text)]
            calls += [line for line in lines if ".compile(" in line]
            start, end = Positions(text).span(node)
            lines = [*comments_in(text[start:end]), *lines]
            edits[start, end] = f"\n{' ' * node.col_offset}".join(lines)
    return rewritten(text, edits, calls) if edits else None


def _scopes(module: ast.Module) -> Iterator[ast.Module | ast.FunctionDef]:
    yield module
    yield from (n for n in all_in(module) if isinstance(n, ast.FunctionDef))


def _loops(scope: ast.Module | ast.FunctionDef) -> Iterator[ast.For]:
    """The loops in the statements of a scope, outside of other loops."""
    pending: list[ast.stmt] = [*scope.body]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.For) and not node.orelse:
            yield node
        elif isinstance(node, (ast.If, ast.With)):
            pending += [*node.body, *getattr(node, "orelse", [])]


def _rounds(node: ast.For) -> list[tuple[str, dict[str, ast.expr]]] | None:
    """The model of each round, and what its variables stand for; None where that is not seen."""
    names = [*_names_of(node.target)]
    if not names or not isinstance(node.iter, (ast.Tuple, ast.List)):
        return None
    models = {
        statement.value.func.value.id
        for statement in node.body
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
        if isinstance(statement.value.func, ast.Attribute)
        if isinstance(statement.value.func.value, ast.Name)
        if statement.value.func.attr in _METHODS
    }
    whole = all(isinstance(s, ast.Expr) and _calls_model(s.value) for s in node.body)
    compiles = sum(ast.unparse(s).count(".compile(") for s in node.body)
    if len(models) != 1 or not models <= {*names} or not whole or compiles != 1:
        return None
    (model,) = models
    found: list[tuple[str, dict[str, ast.expr]]] = []
    for element in node.iter.elts:
        parts = element.elts if isinstance(element, ast.Tuple) else [element]
        single = isinstance(node.target, ast.Name)
        if (single and isinstance(element, ast.Tuple)) or len(parts) != len(names):
            return None
        given = dict(zip(names, parts, strict=True))
        held = given[model]
        plain = all(isinstance(part, (ast.Name, ast.Constant)) for part in parts)
        if not plain or not isinstance(held, ast.Name):
            return None
        found.append((held.id, given))
    return found if len({one for one, _ in found}) == len(found) > 1 else None


def _names_of(target: ast.expr) -> Iterator[str]:
    parts = target.elts if isinstance(target, ast.Tuple) else [target]
    if all(isinstance(part, ast.Name) for part in parts):
        yield from (part.id for part in parts if isinstance(part, ast.Name))


def _calls_model(value: ast.expr) -> bool:
    match value:
        case ast.Call(func=ast.Attribute(value=ast.Name(), attr=method)):
            return method in _METHODS
    return False


def _is_forgotten(scope: ast.Module | ast.FunctionDef, loop: ast.For) -> bool:
    """Whether nothing reads the variables of a loop that another one has not bound anew."""
    names = {*_names_of(loop.target)}
    known: dict[str, set[ast.AST]] = {name: set() for name in names}
    for node in all_in(scope):
        for name in names & _binds(node) if node is not scope else ():
            known[name] |= {*all_in(node)}
    return not any(
        isinstance(node, ast.Name) and node.id in names and node not in known[node.id]
        for node in all_in(scope)
    )


def _binds(node: ast.AST) -> set[str]:
    """The variables that a loop, comprehension or function binds for what is inside."""
    match node:
        case ast.For(target=target):
            bound = [*all_in(target)]
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            bound = [n for g in node.generators for n in all_in(g.target)]
        case ast.FunctionDef(args=args) | ast.Lambda(args=args):
            return {n.arg for n in all_in(args) if isinstance(n, ast.arg)}
        case _:
            return set()
    return {n.id for n in bound if isinstance(n, ast.Name)}


def _round(loop: ast.For, given: dict[str, ast.expr], text: str) -> Iterator[str]:
    """The statements of one round."""
    positions = Positions(text)
    for statement in loop.body:
        start, end = positions.span(statement)
        line = text[start:end]
        places = [
            (positions.span(n), given[n.id])
            for n in all_in(statement)
            if isinstance(n, ast.Name) and n.id in given
        ]
        for (first, last), value in sorted(places, key=lambda p: p[0], reverse=True):
            line = f"{line[: first - start]}{ast.unparse(value)}{line[last - start :]}"
        shift = statement.col_offset - loop.col_offset
        yield line.replace(f"\n{' ' * shift}", "\n") if shift > 0 else line
