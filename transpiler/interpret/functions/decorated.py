"""Decorators, which may make something else of a function than its statements say.

@half                           # what is called gives half of that
def own(targets, outputs):
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import libcst as cst

from transpiler.interpret.context import FileContext
from transpiler.interpret.region import GiveUp
from transpiler.interpret.values import Framework, Function
from transpiler.regex import regex
from transpiler.source.imported import imported_texts
from transpiler.source.syntax import all_in, nodes_of_kind, program_tree

#: Those of Python that leave alone what a function gives.
_PLAIN = frozenset(
    {"staticmethod", "classmethod", "property", "cached_property", "abstractmethod", "override",
     "dataclass", "final", "no_type_check", "wraps", "contextmanager"}
)  # fmt: skip
#: What the names of decorators have that keep what a function has given.
_KEEPING = regex(r"(?i)cache|memo|singleton|once")


def refuse_decorated(file: FileContext, function: Function) -> None:
    """Refuse a function that becomes another one, if a decorator may change what it gives."""
    node = function.node
    marks = [*node.decorators] if isinstance(node, cst.FunctionDef) else []
    owners = (made.node for made in file.user_classes if made.name == function.owner)
    for mark in (*marks, *(mark for owner in owners for mark in owner.decorators)):
        if not _is_plain(file, mark.decorator):
            source = file.tree.source(mark.decorator)
            raise GiveUp(f"what `@{source}` makes of it is not known", mark.decorator)


def gives_again(file: FileContext, function: Function) -> bool:
    """Whether calls of a function may give what an earlier one has made: `@lru_cache`."""
    node = function.node
    marks = node.decorators if isinstance(node, cst.FunctionDef) else ()
    return any(_KEEPING.search(file.tree.source(mark.decorator)) for mark in marks)


def not_passing_on(file: FileContext, node: cst.FunctionDef) -> str:
    """The decorator of a function that may not hand on all that calls give it; "" of none.

    That is one of the program's own, unless what it makes takes `*args, **kwargs` and only passes
    them on.
    """
    texts = [file.tree.text, *(text for _, text in imported_texts(file.tree.text, file.path))]
    for mark in (one.decorator for one in node.decorators):
        made = mark.func if isinstance(mark, cst.Call) else mark
        name = file.tree.source(made).rpartition(".")[2]
        known = [one for text in texts if f"def {name}(" in text for one in _defined(text, name)]
        if not _is_plain(file, mark) and not all(map(_passes_on, known)):
            return file.tree.source(mark)
    return ""


def _defined(text: str, name: str) -> Iterator[ast.FunctionDef]:
    module = program_tree(text)
    for node in nodes_of_kind(module, ast.FunctionDef) if module is not None else ():
        if node.name == name:
            yield node


def _passes_on(decorator: ast.FunctionDef) -> bool:
    """Whether the functions that a decorator makes call one with just what they get."""
    inside = [n for n in all_in(decorator) if isinstance(n, ast.FunctionDef) and n is not decorator]
    made = [f for f in inside if not any(isinstance(n, ast.FunctionDef) for n in [*all_in(f)][1:])]
    return all(map(_hands_on, made))  # one that gives the function itself makes none


def _hands_on(made: ast.FunctionDef) -> bool:
    if made.args.vararg is None or made.args.kwarg is None:
        return False
    given, named = made.args.vararg.arg, made.args.kwarg.arg
    nodes = [node for statement in made.body for node in all_in(statement)]
    used = sum(isinstance(node, ast.Name) and node.id in (given, named) for node in nodes)
    passed = 0
    for node in nodes:
        match node:
            case ast.Starred(value=ast.Name(id=name)) if name == given:
                passed += 1
            case ast.keyword(arg=None, value=ast.Name(id=name)) if name == named:
                passed += 1
    return used == passed


def _is_plain(file: FileContext, mark: cst.BaseExpression) -> bool:
    made = mark.func if isinstance(mark, cst.Call) else mark
    head, *names = file.tree.source(made).split(".")
    held = file.globals.get(head)
    if isinstance(held, Framework):  # `tf.function`, and what only gives it a name
        return "grad" not in ".".join([held.name, *names])
    return (names or [head])[-1] in _PLAIN
