"""What programs catch where they load weights: torch raises another error for other shapes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from transpiler.emit.edits import Edit
from transpiler.interpret.training import TrainingCall
from transpiler.source.suites import nodes_of
from transpiler.source.tree import Tree

_MAY_CATCH = re.compile(r"\bexcept\b[^:\n]*\bValueError\b")
#: What torch raises where Keras raises a ValueError: weights of other shapes; no such file.
_RAISED = {"load_weights": ("RuntimeError",), "load_model": ("RuntimeError", "FileNotFoundError")}
_COVERING = {"FileNotFoundError": {"OSError", "IOError"}}
_ALL = {"Exception", "BaseException"}


def caught_edits(tree: Tree, calls: list[TrainingCall]) -> list[Edit]:
    """`except ValueError` around what loads weights also catches what torch raises."""
    loads = [(call.name, tree.span(call.node)[0]) for call in calls if call.name in _RAISED]
    if not loads or _MAY_CATCH.search(tree.text) is None:
        return []
    found: list[Edit] = []
    for node in nodes_of(tree.module):
        if not isinstance(node, cst.Try):
            continue
        start, end = tree.span(node.body)
        names = [name for name, place in loads if start <= place < end]
        raised = dict.fromkeys(error for name in names for error in _RAISED[name])
        found += _edits(tree, node, list(raised))
    return found


def _edits(tree: Tree, node: cst.Try, raised: list[str]) -> Iterator[Edit]:
    """The edit of the clause that catches a ValueError, unless one before it catches all."""
    for handler in node.handlers if raised else ():
        caught = set() if handler.type is None else _names(tree, handler.type)
        if handler.type is None or caught & _ALL:
            return
        if "ValueError" in caught:
            added = [e for e in raised if not caught & {e, *_COVERING.get(e, ())}]
            given = tree.source(handler.type)
            inner = given.strip("()").rstrip(", ")
            if added:
                yield Edit(*tree.span(handler.type), f"({', '.join([inner, *added])})")
            return


def _names(tree: Tree, caught: cst.BaseExpression) -> set[str]:
    return set(re.findall(r"[\w.]+", tree.source(caught)))
