"""Functions that give functions on tensors: blocks that are called in two steps.

def conv_bn(filters):
    def wrapper(x):
        return layers.BatchNormalization()(layers.Conv2D(filters, 3)(x))
    return wrapper

`conv_bn(64)(x)` is what `conv_bn(64, x=x)` of one function with both parts would be. So both are
joined, and what gives the inner function is a function with some of its arguments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from transpiler.interpret.arguments import Argument
from transpiler.interpret.context import FileContext
from transpiler.interpret.dispatch import provides
from transpiler.interpret.functions.parameters import bind_arguments, parameters_of
from transpiler.interpret.region import GiveUp
from transpiler.interpret.values import Framework, Function, Partial
from transpiler.regex import regex
from transpiler.source.lexical import words_in
from transpiler.source.suites import assigned_names, is_docstring, leaf_statements
from transpiler.source.tree import Tree

#: A layer that is made of a module called `layers`, whichever that turns out to be.
_MAKES = regex(r"\blayers\.[A-Z]\w*\(")


def joined(file: FileContext, function: Function) -> Function:
    """The function with both parts, where it gives a function that makes layers; else itself."""
    node = function.node
    if isinstance(node, cst.Lambda):
        return function
    if id(node) not in file.joined:
        file.joined[id(node)] = _join(file, function, node)
    whole, names = file.joined[id(node)]
    if not names:
        return function
    made = Function(
        function.name, whole, function.closure, function.owner, function.nested_in, function.file
    )
    made.closes, made.of_class = names, function.of_class
    return made


def partly_called(function: Function, arguments: list[Argument]) -> Partial | None:
    """What the first of the two calls gives; None for the second one, and for other functions."""
    if not function.closes or any(keyword in function.closes for keyword, _ in arguments):
        return None
    if any(keyword == "*" for keyword, _ in arguments):
        raise GiveUp(f"`{function.name}` is called with arguments that are not known")
    return Partial(function, tuple(arguments))


@provides("with_second")
def with_second(partial: Partial, given: list[Argument]) -> list[Argument]:
    """The arguments of both calls, those of the second one first, by name."""
    function = partial.callee
    assert isinstance(function, Function)
    inner = [p for p in parameters_of(function.node) if p.name in function.closes]
    for parameter in inner:
        parameter.keyword_only = False
    bound = bind_arguments(function, inner, given)
    return [*bound.items(), *partial.arguments]


def _join(
    file: FileContext, function: Function, outer: cst.FunctionDef
) -> tuple[cst.FunctionDef, tuple[str, ...]]:
    """The joined function and the parameters of the inner one; none where it is no such pair."""
    body: list[cst.CSTNode] = list(outer.body.body)
    if len(body) < 2:
        return outer, ()
    *before, inner, final = body
    if not isinstance(inner, cst.FunctionDef) or not _gives(final, inner.name.value):
        return outer, ()
    names = tuple(p.name.value for p in inner.params.params)
    if not _is_plain(inner) or not _is_apart(outer, before, names):
        return outer, ()
    if any(isinstance(s, (cst.FunctionDef, cst.Return)) for s in _small(before)):
        return outer, ()
    taken = {*(p.name for p in parameters_of(outer)), *_assigned(before)}
    if changes_in_place(file.tree.source(inner), taken):
        return outer, ()
    if not _makes_layers(file, function, inner) or any(
        _makes_layers(file, function, statement) for statement in before
    ):  # layers of the outer function are shared by all calls of the inner one
        return outer, ()
    return _together(file.tree, outer, before, inner), names


def _gives(statement: cst.CSTNode | None, name: str) -> bool:
    """Whether it is `return name`."""
    small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    return (
        isinstance(small, cst.Return)
        and isinstance(small.value, cst.Name)
        and small.value.value == name
    )


def _is_plain(inner: cst.FunctionDef) -> bool:
    """Whether it takes its arguments one by one, with defaults that are the same everywhere."""
    params = inner.params
    starred = isinstance(params.star_arg, cst.Param) or params.star_kwarg is not None
    if inner.decorators or starred or params.posonly_params or params.kwonly_params:
        return False
    plain = (cst.Integer, cst.Float, cst.SimpleString)
    for parameter in params.params:
        default = parameter.default
        constant = isinstance(default, cst.Name) and default.value in ("None", "True", "False")
        if default is not None and not constant and not isinstance(default, plain):
            return False
    return bool(params.params) and params.params[0].default is None


def _is_apart(outer: cst.FunctionDef, before: list[cst.CSTNode], names: tuple[str, ...]) -> bool:
    """Whether the names of the inner function's parameters mean nothing in the outer one."""
    taken = {p.name for p in parameters_of(outer)} | set(_assigned(before))
    return not taken & set(names)


def _assigned(statements: list[cst.CSTNode]) -> Iterator[str]:
    for small in _small(statements):
        if isinstance(small, cst.Assign):
            yield from (name for t in small.targets for name in assigned_names(t.target))
        elif isinstance(small, (cst.AnnAssign, cst.AugAssign)):
            yield from assigned_names(small.target)


def _small(statements: list[cst.CSTNode]) -> Iterator[cst.CSTNode]:
    """The simple statements in them, those of inner blocks too."""
    for leaf in leaf_statements(statements):
        yield from leaf.body if isinstance(leaf, cst.SimpleStatementLine) else (leaf,)


_IN_PLACE = r"\b({})(\.(append|extend|insert|pop|remove|update|setdefault)\(|\[[^\]]*\] *=[^=])"


def changes_in_place(source: str, names: set[str]) -> set[str]:
    """The names whose lists or dicts some code changes, which others see then."""
    found = re.finditer(_IN_PLACE.format("|".join(names)), source) if names else ()
    return {match.group(1) for match in found}


def _makes_layers(file: FileContext, function: Function, node: cst.CSTNode) -> bool:
    """Whether some code makes layers, itself or by a function of this kind."""
    source = file.tree.source(node)
    if _MAKES.search(source):
        return True
    for word in words_in(source):
        held = function.closure.get(word) or file.globals.get(word)
        if isinstance(held, Framework) and held.name.startswith("keras.layers."):
            return True
        if isinstance(held, Function) and held.closes:
            return True
    return False


def _together(
    tree: Tree, outer: cst.FunctionDef, before: list[cst.CSTNode], inner: cst.FunctionDef
) -> cst.FunctionDef:
    """One function with the statements of both, and the inner one's parameters by name only."""
    statements = list(inner.body.body)
    if before and is_docstring(before[0]) and is_docstring(statements[0]):
        del statements[0]
    lines = [_line(tree, s) for s in statements]
    suite = outer.body.with_changes(body=[*before, *lines])
    params = outer.params.with_changes(
        kwonly_params=[*outer.params.kwonly_params, *inner.params.params]
    )
    made = outer.with_changes(params=params, body=suite)
    tree.stand_in(suite, outer.body)
    tree.stand_in(made, outer)
    return made


def _line(tree: Tree, statement: cst.CSTNode) -> cst.CSTNode:
    """A statement of `def f(x): return x` on a line of its own."""
    if not isinstance(statement, cst.BaseSmallStatement):
        return statement
    line = cst.SimpleStatementLine([statement])
    tree.stand_in(line, statement)
    return line
