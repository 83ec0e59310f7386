"""What programs catch where they load weights or train: torch raises another error there.

Weights of other shapes are a RuntimeError, arrays of other lengths an AssertionError.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from transpiler.emit.edits import Edit
from transpiler.interpret.training import TrainingCall
from transpiler.regex import regex
from transpiler.source.suites import suites
from transpiler.source.tree import Tree

_MAY_CATCH = regex(r"\bexcept\b[^:\n]*\bValueError\b")
#: What torch raises where Keras raises a ValueError.
_RAISED = {
    "load_weights": ("RuntimeError",), "set_weights": ("RuntimeError",),
    "layer.set_weights": ("RuntimeError",), "load_model": ("RuntimeError", "FileNotFoundError"),
    "fit": ("AssertionError", "RuntimeError"), "evaluate": ("AssertionError", "RuntimeError"),
    "predict": ("RuntimeError",), "predict_on_batch": ("RuntimeError",),
    "train_on_batch": ("RuntimeError",), "test_on_batch": ("RuntimeError",),
}  # fmt: skip
#: What gives a model weights, one after another.
_TAKES = ("load_weights", "set_weights")
_PARTLY = (
    "where the weights don't fit, torch has taken those that do before it fails: what goes on "
    "with the model begins with these, in Keras with what came before the first that doesn't fit"
)
_COVERING = {"FileNotFoundError": {"OSError", "IOError"}}
_ALL = {"Exception", "BaseException"}


def caught_edits(tree: Tree, calls: list[TrainingCall]) -> list[Edit]:
    """`except ValueError` around such calls also catches what torch raises."""
    loads = [(call.name, tree.span(call.node)[0]) for call in calls if call.name in _RAISED]
    may_catch = loads and "ValueError" in tree.text
    catching = [m.start() for m in _MAY_CATCH.finditer(tree.text)] if may_catch else []
    if not catching:
        return []
    found: list[Edit] = []
    spans = ((statement, tree.span(statement)) for statement in tree.module.body)
    around = [
        statement
        for statement, (start, end) in spans
        if any(start <= place < end for _, place in loads)
        and any(start <= place < end for place in catching)
    ]
    for node in (n for s in around for n in _tries(s)):
        start, end = tree.span(node.body)
        names = [name for name, place in loads if start <= place < end]
        raised = dict.fromkeys(error for name in names for error in _RAISED[name])
        found += _edits(tree, node, list(raised))
    return found


def partly_taken(tree: Tree, calls: list[TrainingCall]) -> Iterator[tuple[cst.CSTNode, str]]:
    """The calls that may give a model some weights, and fail, where the program goes on then."""
    takes = [call for call in calls if call.name in _TAKES]
    nodes = (n for s in tree.module.body for n in _tries(s)) if takes else ()
    for node in nodes:
        start, end = tree.span(node.body)
        if any(_is_caught(tree, handler) and not _leaves(handler) for handler in node.handlers):
            inside = (call.node for call in takes if start <= tree.span(call.node)[0] < end)
            yield from ((one, _PARTLY) for one in inside)


def _is_caught(tree: Tree, handler: cst.ExceptHandler) -> bool:
    """Whether it is for weights of other shapes."""
    caught = set() if handler.type is None else _names(tree, handler.type)
    return handler.type is None or bool(caught & {*_ALL, "ValueError"})


def _leaves(handler: cst.ExceptHandler) -> bool:
    """Whether the program does not go on behind it."""
    last = handler.body.body[-1] if handler.body.body else None
    small = last.body[-1] if isinstance(last, cst.SimpleStatementLine) else None
    exits = small.value if isinstance(small, cst.Expr) else None
    called = exits.func if isinstance(exits, cst.Call) else None
    name = getattr(getattr(called, "attr", called), "value", "")
    return isinstance(small, (cst.Raise, cst.Return)) or name in ("exit", "_exit", "quit")


def _tries(statement: cst.CSTNode) -> Iterator[cst.Try]:
    """What catches something in a statement."""
    if isinstance(statement, cst.Try):
        yield statement
    for suite in suites(statement):
        for one in suite.body:
            yield from _tries(one)


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
