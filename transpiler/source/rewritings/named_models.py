"""Models that a function gets at once from the one that builds them: they get a name before.

losses = train(build(), x, y)        model = build()
                                     losses = train(model, x, y)
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator

from transpiler.regex import regex
from transpiler.source.imported import locate, read_text
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.syntax import all_in, parts_of, program_tree

_GIVEN = regex(r"(?<![\w.])(\w+)\(\s*(?:\w+\s*=\s*)?\w+\(")
_TRAINS = frozenset({"fit", "fit_generator", "train_on_batch"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_FRAMEWORK = frozenset({"keras", "tensorflow", "tf_keras"})


def named_models(text: str, path: str) -> Rewritten | None:
    """The text with such names, if it has any such calls."""
    if not _GIVEN.search(text):
        return None
    module = program_tree(text)
    if module is None:
        return None
    building = {*builders(module)}
    training = {f.name: f for f in _functions(module) if _trains(f)} if building else {}
    training = {**_imported(text, path, module), **training} if building else training
    found = [*_places(module, module, training, building)] if training else []
    positions = Positions(text)
    edits: dict[Span, str] = {}
    left: list[str] = []
    names: dict[ast.AST, dict[str, str]] = {}
    for scope, statement, outer, inner in found:
        start, (first, last) = positions.span(statement)[0], positions.span(inner)
        begin = text.rfind("\n", 0, start) + 1
        if text[begin:start].strip():
            continue
        function = training[outer.func.id] if isinstance(outer.func, ast.Name) else None
        assert function is not None
        wanted = function.args.args[0].arg
        known = names.setdefault(scope, {})
        name = known.setdefault(wanted, free_name(module, scope, wanted))
        edits[start, start] = f"{name} = {text[first:last]}\n{text[begin:start]}"
        edits[first, last] = name
        if function in module.body:
            left += [text[slice(*positions.span(call))] for call in _trains(function)]
        else:  # which gets more, then
            begin, end = positions.span(outer)
            left.append(f"{text[begin:first]}{name}{text[last:end]}")
    return rewritten(text, edits, left) if edits else None


def _functions(module: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and not node.decorator_list:
            yield node


def _imported(text: str, path: str, module: ast.Module) -> dict[str, ast.FunctionDef]:
    """The functions of other files that train what they get, by their names in this one."""
    found: dict[str, ast.FunctionDef] = {}
    called = {*_GIVEN.findall(text)} if path else set()
    for statement in module.body:
        names = statement.names if isinstance(statement, ast.ImportFrom) else []
        if called.isdisjoint(alias.asname or alias.name for alias in names):
            continue
        if isinstance(statement, ast.ImportFrom) and not _is_framework(statement):
            name = f"{'.' * statement.level}{statement.module or ''}"
            home = locate(os.path.dirname(os.path.realpath(path)), name, text)
            read = read_text(str(home)) if home is not None else ""
            there = program_tree(read) if ".fit" in read or ".train_on" in read else None
            known = {f.name: f for f in _functions(there)} if there is not None else {}
            for alias in statement.names:
                if (function := known.get(alias.name)) is not None and _trains(function):
                    found[alias.asname or alias.name] = function
    return found


def _is_framework(statement: ast.ImportFrom) -> bool:
    return (statement.module or "").partition(".")[0] in _FRAMEWORK


def _trains(node: ast.FunctionDef) -> list[ast.Call]:
    """Where a function trains its first parameter."""
    found: list[ast.Call] = []
    if not node.args.args:
        return found
    for call in all_in(node):
        match call:
            case ast.Call(func=ast.Attribute(value=ast.Name(name), attr=asked)):
                if asked in _TRAINS and name == node.args.args[0].arg:
                    found.append(call)
    return found


def builders(module: ast.Module) -> Iterator[str]:
    """The functions that may give a model that they have compiled."""
    for node in module.body:
        if isinstance(node, ast.FunctionDef):
            asked = {n.attr for n in all_in(node) if isinstance(n, ast.Attribute)}
            gives = any(isinstance(n, ast.Return) for n in all_in(node))
            if "compile" in asked and gives and not asked & _TRAINS:
                yield node.name
        elif isinstance(node, ast.ImportFrom):
            if not _is_framework(node):
                yield from (alias.asname or alias.name for alias in node.names)


def _places(
    module: ast.Module, scope: ast.AST, training: dict[str, ast.FunctionDef], building: set[str]
) -> Iterator[tuple[ast.AST, ast.stmt, ast.Call, ast.Call]]:
    """The statements whose first act is to build a model that a function gets."""
    pending = [*parts_of(scope)]
    while pending:
        node = pending.pop(0)
        if isinstance(node, ast.FunctionDef):
            yield from _places(module, node, training, building)
            continue
        match node:
            case (
                ast.Expr(value)
                | ast.Assign(value=value)
                | ast.AugAssign(target=ast.Name(), value=value)
                | ast.Return(ast.expr() as value)
            ):
                if (found := _first(value, training, building)) is not None:
                    yield scope, node, *found
            case ast.stmt() | ast.ExceptHandler() | ast.match_case():
                pending += parts_of(node)


def _first(
    node: ast.expr, training: dict[str, ast.FunctionDef], building: set[str]
) -> tuple[ast.Call, ast.Call] | None:
    """A call that gets a model, and what builds it, where that comes before all else."""
    while True:
        match node:
            case ast.Call(func=ast.Name(outer), args=args, keywords=keywords) if outer in training:
                given = args[0] if args else next(iter(k.value for k in keywords), None)
                match given:
                    case ast.Call(func=ast.Name(inner)) if inner in building:
                        return node, given
                return None
            case ast.Call(func=ast.Attribute(value=held), args=args) if not _is_plain(held):
                node = held
            case ast.Call(args=[argument, *_]):
                node = argument
            case ast.Attribute(value=inner) | ast.Subscript(value=inner) | ast.BinOp(left=inner):
                node = inner
            case ast.Tuple(elts=[inner, *_]) | ast.List(elts=[inner, *_]):
                node = inner
            case _:
                return None


def _is_plain(node: ast.expr) -> bool:
    """Whether it is a name, or an attribute of one."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def free_name(module: ast.Module, scope: ast.AST, wanted: str) -> str:
    """A name that nothing else has in a scope, nor reads of the module where that is the scope."""
    taken = {n.id for n in _own_nodes(scope) if isinstance(n, ast.Name)}
    taken |= (
        {n.arg for n in all_in(scope) if isinstance(n, ast.arg)} if scope is not module else set()
    )
    if scope is module:
        for function in (n for n in all_in(module) if isinstance(n, _FUNCTIONS)):
            inside = [n for n in all_in(function) if isinstance(n, ast.Name)]
            bound = {n.id for n in inside if not isinstance(n.ctx, ast.Load)}
            bound |= {n.arg for n in all_in(function.args) if isinstance(n, ast.arg)}
            taken |= {n.id for n in inside} - bound
            declared = (n for n in all_in(function) if isinstance(n, ast.Global))
            taken |= {name for one in declared for name in one.names}
    numbered = (f"{wanted}_{number}" for number in range(2, 99))
    return next(name for name in (wanted, f"built_{wanted}", *numbered) if name not in taken)


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope; those in functions inside belong to it where it is a function."""
    pending = [*parts_of(scope)]
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(scope, ast.Module) or not isinstance(node, _FUNCTIONS):
            pending += parts_of(node)
