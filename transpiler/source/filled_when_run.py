"""Dicts of settings that get values under keys which only the run tells.

for option in sys.argv[1:]:              def override(settings, given):
    key, value = option.split("=")           settings.update({k: v for k, v in given})
    CFG[key] = value                     override(CFG, pairs)
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from transpiler.source.syntax import all_in, program_tree

_ROUNDS = 3  #: from one name to the next: variables, parameters, attributes


def filled_when_run(texts: Iterable[str], expression: str) -> bool:
    """Whether what an expression reads, or what that is made of, is such a dict in some files."""
    trees = [tree for text in texts if (tree := program_tree(text)) is not None]
    nodes = [node for tree in trees for node in all_in(tree)]
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    filled = {name for node in nodes if id(node) not in called for name in _filled(node)}
    if not filled:
        return False
    try:
        wanted = {*_names(ast.parse(expression, mode="eval").body)}
    except SyntaxError:  # it has tokens for what is named later
        return True
    functions = {n.name: n for n in nodes if isinstance(n, (ast.FunctionDef, ast.ClassDef))}
    for _ in range(_ROUNDS):
        if wanted & filled:
            return True
        wanted |= {name for node in nodes for name in _other_names(node, wanted, functions)}
    return bool(wanted & filled)


def _filled(node: ast.AST) -> Iterator[str]:
    """What a statement gives values under keys that aren't written there."""
    match node:
        case ast.Subscript(value=of, slice=key, ctx=ast.Store()):
            if not isinstance(key, (ast.Constant, ast.Slice, ast.Tuple)):
                yield from _last(of)
        case ast.Call(func=ast.Attribute(value=of, attr="update"), args=[given]):
            if not _is_written(given):
                yield from _last(of)
        case ast.Attribute(value=of, attr="update" | "__setitem__"):  # called by another name
            yield from _last(of)


def _is_written(given: ast.expr) -> bool:
    """Whether the keys of a dict stand there, or where a variable has it from."""
    match given:
        case ast.Dict(keys=keys):
            return all(key is None or isinstance(key, ast.Constant) for key in keys)
    return isinstance(given, (ast.Name, ast.Attribute))


def _other_names(
    node: ast.AST, wanted: set[str], functions: dict[str, ast.FunctionDef | ast.ClassDef]
) -> Iterator[str]:
    """The names that a statement gives what has one of some names, and those of what it is."""
    match node:
        case ast.Assign(targets=targets, value=value):
            names = {name for target in targets for name in _last(target)}
            held = {*_last(value)}
            if names & wanted:
                yield from _names(value) if _is_read(value) else ()
            elif held & wanted:
                yield from names
        case ast.Call(func=func, args=args, keywords=keywords):
            given = [*args, *(keyword.value for keyword in keywords)]
            if any({*_last(one)} & wanted for one in given):
                for called in _last(func):
                    yield from _parameters(functions.get(called))


def _parameters(function: ast.FunctionDef | ast.ClassDef | None) -> Iterator[str]:
    nodes = all_in(function) if isinstance(function, ast.ClassDef) else [function]
    for node in nodes:
        if isinstance(node, ast.FunctionDef) and (node is function or node.name == "__init__"):
            arguments = node.args
            for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
                yield one.arg


def _is_read(value: ast.expr) -> bool:
    """Whether it is something that is read, or gets a default: no call of anything else."""
    calls = (node for node in all_in(value) if isinstance(node, ast.Call))
    return all(isinstance(call.func, ast.Attribute) and call.func.attr == "get" for call in calls)


def _last(node: ast.expr) -> Iterator[str]:
    """The name of a variable or of an attribute, or the key of a dict in another one."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            yield name
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            yield name


def _names(node: ast.expr) -> Iterator[str]:
    """The names of the variables and attributes in an expression, and of what holds others."""
    methods = {id(one.func) for one in all_in(node) if isinstance(one, ast.Call)}
    for one in all_in(node):
        if isinstance(one, (ast.Name, ast.Attribute)) and id(one) not in methods:
            yield from _last(one)
        if isinstance(one, (ast.Subscript, ast.Attribute)):
            yield from _last(one.value)
