"""Decorators, which may make something else of a function than its statements say.

@half                           # what is called gives half of that
def own(targets, outputs):
"""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.context import FileContext
from transpiler.interpret.region import GiveUp
from transpiler.interpret.values import Framework, Function
from transpiler.regex import regex

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


def _is_plain(file: FileContext, mark: cst.BaseExpression) -> bool:
    made = mark.func if isinstance(mark, cst.Call) else mark
    head, *names = file.tree.source(made).split(".")
    held = file.globals.get(head)
    if isinstance(held, Framework):  # `tf.function`, and what only gives it a name
        return "grad" not in ".".join([held.name, *names])
    return (names or [head])[-1] in _PLAIN
