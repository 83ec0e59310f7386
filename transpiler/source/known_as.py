"""By which names files may call functions: aliases of imports, variables, tables, other functions.

from settings import configure as setup        # setup(lr=0.01)
change = functools.partial(configure, lr=0.01)
STAGES = {"second": configure}                 # STAGES["second"]()

def second():                                  # second()
    setup(lr=0.01)
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping

from transpiler.source.changed_inside import METHODS
from transpiler.source.remembered import remembered
from transpiler.source.syntax import all_in, program_tree

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
#: Methods of which most are those of lists, dicts, files and arrays.
_OF_ANYTHING = METHODS | {"get", "items", "keys", "values", "copy", "close", "write", "read"}


def leading_to(texts: Iterable[str], names: Collection[str]) -> Mapping[str, frozenset[str]]:
    """What of some files may call functions that have other names, and which of the `names`."""
    found = {name: frozenset({name}) for name in names}
    given = [pair for text in dict.fromkeys(texts) for pair in _given(text)] if names else []
    grown = bool(given)
    while grown:
        grown = False
        for new, mentioned in given:
            if hits := mentioned & found.keys():
                all_of = found.get(new, frozenset[str]()).union(*(found[name] for name in hits))
                grown |= all_of != found.get(new)
                found[new] = all_of
    return found


def expanded(named: Iterable[str], leading: Mapping[str, frozenset[str]]) -> set[str]:
    """Some names, and those of the functions which they may stand for."""
    return set(named).union(*(leading[name] for name in named if name in leading))


def may_call(call: ast.Call, leading: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The functions that a call may call: by the name, or an element of what has that.

    Or those that it hands to what it calls: `with_stage(configure)`.
    """
    names = _mentioned(call.func)
    if "partial" not in names:
        names |= {name for one in call.args for name in _name(one)}
    return frozenset[str]().union(*(leading.get(name, ()) for name in names))


@remembered
def _given(text: str) -> list[tuple[str, frozenset[str]]]:
    """The names in a file that may get a function, or call one; and the names of these."""
    module = program_tree(text)
    nodes = all_in(module) if module is not None else ()
    found = [(new, frozenset(names) - {new}) for node in nodes for new, names in _pairs(node)]
    return [(new, names) for new, names in found if names]


def _pairs(node: ast.AST) -> Iterator[tuple[str, set[str]]]:
    match node:
        case ast.ImportFrom(names=names):
            yield from ((one.asname, {one.name}) for one in names if one.asname)
        case ast.Assign(targets=targets, value=value):
            kept = _uncalled(value)
            yield from ((name, kept) for target in targets for name in _held(target))
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield from ((name, _uncalled(value)) for name in _held(target))
        case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
            yield from ((name, _uncalled(value)) for name in _held(target))
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield node.name, {n for one in node.body for n in _mentioned(one)}
            given = [*node.args.posonlyargs, *node.args.args][::-1]
            for parameter, default in zip(given, node.args.defaults[::-1], strict=False):
                yield parameter.arg, _uncalled(default)
        case ast.ClassDef():
            for method in node.body:
                if isinstance(method, _FUNCTIONS) and method.name.startswith("__"):
                    yield node.name, {n for one in method.body for n in _mentioned(one)}


def _held(target: ast.expr) -> Iterator[str]:
    """The names of what gets something: a variable, an attribute, that of which it is an entry."""
    match target:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            yield name
        case ast.Subscript(value=whole):
            yield from _held(whole)
        case ast.Tuple(elts=inner) | ast.List(elts=inner):
            for one in inner:
                yield from _held(one)


def _uncalled(value: ast.expr) -> set[str]:
    """The names that an expression has of what it doesn't call: `partial(configure)`."""
    called = {id(node.func) for node in all_in(value) if isinstance(node, ast.Call)}
    return {name for node in all_in(value) if id(node) not in called for name in _name(node)}


def _mentioned(node: ast.AST) -> set[str]:
    return {name for one in all_in(node) for name in _name(one)}


def _name(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Load()):
            yield name
        case ast.Attribute(attr=name, ctx=ast.Load()) if name not in _OF_ANYTHING:
            yield name
        case ast.Call(func=ast.Name("getattr"), args=[_, ast.Constant(value=str(name)), *_]):
            yield name
