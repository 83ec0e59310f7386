"""Lists and dicts of what training gives, made in one expression: a loop that fills them.

histories = [m.fit(x, y) for m in models]        histories = []
                                                 for m in models:
                                                     histories.append(m.fit(x, y))
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from typing import TypeAlias

from transpiler.regex import regex
from transpiler.source.lexical import comments_in
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.syntax import all_in, parts_of, program_tree

_TRAINS = frozenset({"fit", "train_on_batch"})
#: What gives its own data to each call: these are made before it.
_ASKS = frozenset({"evaluate", "test_on_batch"})
_ROUNDS = regex(r"[^\s:] *\bfor\b[^:\n]*\bin\b|^[ \t]+for\b[^:\n]*\bin\b[^:\n]*$", re.MULTILINE)
_FILLED = regex(r"\.(?:fit|train_on_batch|evaluate|test_on_batch)\(")
_Filling: TypeAlias = "ast.ListComp | ast.GeneratorExp | ast.DictComp"
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_OWN_ROUNDS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def trained_in_turn(text: str) -> Rewritten | None:
    """The text with such loops, if it has any such expressions."""
    if not _FILLED.search(text) or not _ROUNDS.search(text):
        return None
    module = program_tree(text)
    positions = Positions(text)
    edits: dict[Span, str] = {}
    calls: list[str] = []
    for scope, statement in _statements(module, module) if module is not None else ():
        match statement:
            case ast.Assign(
                targets=[ast.Name(name)], value=ast.ListComp() | ast.DictComp() as made
            ):
                start, end = positions.span(statement)
                indent = text[text.rfind("\n", 0, start) + 1 : start]
                alone = not indent.strip() and not comments_in(text[start:end])
                if alone and _is_filled_alike(name, made, scope):
                    calls.append(_fills(name, made, text, positions))
                    edits[start, end] = _loop(name, made, calls[-1], indent, text, positions)
            case ast.Assign(value=value) | ast.Return(ast.expr() as value) | ast.Expr(value):
                inner = _first(value)
                start, (first, last) = positions.span(statement)[0], (0, 0)
                indent = text[text.rfind("\n", 0, start) + 1 : start]
                if inner is None or indent.strip() or comments_in(_source(inner, text, positions)):
                    continue
                name = _free(module) if module is not None else ""
                if name and _is_filled_alike(name, inner, scope):
                    first, last = positions.span(inner)
                    calls.append(_fills(name, inner, text, positions))
                    loop = _loop(name, inner, calls[-1], indent, text, positions)
                    edits[start, start] = f"{loop}\n{indent}"
                    bare = isinstance(inner, ast.GeneratorExp) and text[first] != "("
                    edits[first, last] = f"({name})" if not bare and text[first] == "(" else name
    made_anew = rewritten(text, edits, calls) if edits else None
    if made_anew is None or program_tree(made_anew.text) is None:  # what parentheses held together
        return None
    return made_anew


def _statements(scope: ast.AST, node: ast.AST) -> Iterator[tuple[ast.AST, ast.stmt]]:
    """The statements of a program, each with the function around it, or the module."""
    for inner in parts_of(node):
        if isinstance(inner, ast.ClassDef):
            functions = (part for part in inner.body if isinstance(part, _FUNCTIONS))
            for function in functions:
                yield from _statements(function, function)
            continue
        around = inner if isinstance(inner, _FUNCTIONS) else scope
        if isinstance(inner, ast.stmt):
            yield scope, inner
        if isinstance(inner, (ast.stmt, ast.ExceptHandler)):
            yield from _statements(around, inner)


def _is_filled_alike(name: str, made: _Filling, scope: ast.AST) -> bool:
    """Whether a loop does the same: it gives its variables to all that comes after it, too."""
    inside = [*all_in(made)]
    targets = {n.id for n in all_in(made.generators[0].target) if isinstance(n, ast.Name)}
    trains = any(_is_for_loops(node, targets) for node in inside)
    names = Counter(node.id for node in inside if isinstance(node, ast.Name))
    odd = (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom, ast.Lambda, *_OWN_ROUNDS)
    if not trains or name in names or sum(isinstance(node, odd) for node in inside) > 1:
        return False
    plain = not isinstance(made, ast.DictComp) or isinstance(made.key, (ast.Name, ast.Constant))
    if len(made.generators) > 1 or made.generators[0].is_async or not plain:
        return False
    return not any(_is_seen_outside(target, scope, made) for target in targets)


#: What makes one value of all that a generator gives.
_GATHERS = ("sum", "max", "min", "list", "tuple", "sorted")


def _first(node: ast.expr) -> ast.ListComp | ast.GeneratorExp | None:
    """A list that is made in a statement before all else that it does."""
    while True:
        match node:
            case ast.ListComp():
                return node
            case ast.Call(ast.Name(gathers), [ast.GeneratorExp() as inner]) if gathers in _GATHERS:
                return inner
            case ast.Call(func=ast.Name() | ast.Attribute(ast.Name()), args=[argument, *_]):
                node = argument
            case ast.BinOp(left=inner) | ast.Attribute(value=inner) | ast.Subscript(value=inner):
                node = inner
            case _:
                return None


def _free(module: ast.Module) -> str:
    """A name that the program doesn't have."""
    taken = {n.id for n in all_in(module) if isinstance(n, ast.Name)}
    taken |= {n.arg for n in all_in(module) if isinstance(n, ast.arg)}
    return next((name for name in ("scores", "each_score", "results") if name not in taken), "")


def _is_for_loops(node: ast.AST, targets: set[str]) -> bool:
    """Whether a call trains, or asks a model of data that differ from round to round."""
    match node:
        case ast.Call(ast.Attribute(attr=name)) if name in _TRAINS:
            return True
        case ast.Call(ast.Attribute(attr=name), args, keywords) if name in _ASKS:
            data = [*args, *(one.value for one in keywords)]
            read = {n.id for one in data for n in all_in(one) if isinstance(n, ast.Name)}
            return bool(read & targets)
    return False


def _is_seen_outside(name: str, scope: ast.AST, made: ast.AST) -> bool:
    """Whether a variable is anything in a scope but that of loops and expressions over something.

    What reads it elsewhere would see what the loop has left in it.
    """
    declared = (ast.Global, ast.Nonlocal)
    nodes = [*_outside(scope, name, made)]
    if any(isinstance(node, declared) and name in node.names for node in all_in(scope)):
        return True
    return any(isinstance(node, ast.Name) and node.id == name for node in nodes)


def _outside(node: ast.AST, name: str, made: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those in loops and expressions that give a variable its values.

    A loop around the expression that is `made` one is among them: it would find another value.
    """
    for inner in parts_of(node):
        if isinstance(inner, _OWN_ROUNDS):
            first = inner.generators[0]
            if any(_binds(one.target, name) for one in inner.generators):
                yield from _outside(first.iter, name, made)
                yield first.iter
                continue
        own = isinstance(inner, ast.For) and _binds(inner.target, name)
        if isinstance(inner, ast.For) and own and not any(n is made for n in all_in(inner)):
            yield inner.iter
            yield from _outside(inner.iter, name, made)
            for rest in inner.orelse:
                yield from _outside(rest, name, made)
            continue
        if isinstance(inner, (*_FUNCTIONS, ast.Lambda)) and _is_own(inner, name):
            continue
        if isinstance(inner, ast.arg) and inner.arg == name:
            yield ast.Name(name)
        yield inner
        yield from _outside(inner, name, made)


def _binds(target: ast.expr, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in all_in(target))


def _is_own(function: ast.AST, name: str) -> bool:
    """Whether a function has a variable of its own of this name."""
    for node in all_in(function):
        if isinstance(node, ast.arg) and node.arg == name:
            return True
        if isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load):
            return True
    return False


def _source(node: ast.AST, text: str, positions: Positions) -> str:
    start, end = positions.span(node)
    return text[start:end]


def _fills(name: str, made: _Filling, text: str, positions: Positions) -> str:
    """The statement that puts one element there."""
    if isinstance(made, ast.DictComp):
        key, value = (_source(node, text, positions) for node in (made.key, made.value))
        return f"{name}[{key}] = {value}"
    return f"{name}.append({_source(made.elt, text, positions)})"


def _loop(
    name: str, made: _Filling, fills: str, indent: str, text: str, positions: Positions
) -> str:
    rounds = made.generators[0]
    target, over = (_source(node, text, positions) for node in (rounds.target, rounds.iter))
    lines = [f"{name} = {'{}' if isinstance(made, ast.DictComp) else '[]'}"]
    lines.append(f"for {target} in {over}:")
    tests = [_source(test, text, positions) for test in rounds.ifs]
    lines += [f"{'    ' * (n + 1)}if {test}:" for n, test in enumerate(tests)]
    lines.append("    " * (len(tests) + 1) + fills)
    return f"\n{indent}".join(lines)
