"""Which function interprets which kind of node. Handlers register here; nothing is imported.

But for what was said to be in modules that are loaded when one of their operations is asked for.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, TypeVar

import libcst as cst

from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.values import Constant, Unknown, Value

EXPRESSIONS: dict[type, Callable[[Region, Any], Value]] = {}
STATEMENTS: dict[type, Callable[[Region, Any], None]] = {}

E = TypeVar("E", bound=Callable[[Region, Any], Value])
S = TypeVar("S", bound=Callable[[Region, Any], None])


def evaluates(*types: type) -> Callable[[E], E]:
    """Declare the handler of some kinds of expression nodes."""

    def declare(handler: E) -> E:
        for kind in types:
            EXPRESSIONS[kind] = handler
        return handler

    return declare


def executes(*types: type) -> Callable[[S], S]:
    """Declare the handler of some kinds of statement nodes."""

    def declare(handler: S) -> S:
        for kind in types:
            STATEMENTS[kind] = handler
        return handler

    return declare


def evaluate(region: Region, node: cst.BaseExpression) -> Value:
    """The value of an expression."""
    handler = EXPRESSIONS.get(type(node)) or _loaded(type(node))
    if handler is None:
        raise GiveUp(f"{type(node).__name__} expressions are not understood here", node)
    value = handler(region, node)
    if type(value) is Constant and value.node is not node and type(node) is not cst.Name:
        return Unknown(value.reason)  # what is made of a constant is not the constant itself
    return value


_LATER: dict[type, str] = {}


def evaluated_in(module: str, kind: type) -> None:
    """Say which module of the interpreter declares the handler of a kind of expression."""
    _LATER[kind] = f"{__package__}.{module}"


def _loaded(kind: type) -> Callable[[Region, Any], Value] | None:
    if kind in _LATER:
        importlib.import_module(_LATER[kind])
    return EXPRESSIONS.get(kind)


def execute(region: Region, node: cst.CSTNode) -> None:
    """Run a statement."""
    handler = STATEMENTS.get(type(node))
    if handler is None:
        raise GiveUp(f"{type(node).__name__} statements are not understood here", node)
    handler(region, node)


PROVIDED: dict[str, Callable[..., Any]] = {}

F = TypeVar("F", bound=Callable[..., Any])


def provides(name: str) -> Callable[[F], F]:
    """Declare an operation that rooms further down need from rooms further up."""

    def declare(function: F) -> F:
        PROVIDED[name] = function
        return function

    return declare


_MODULES: dict[str, str] = {}


def provided_in(module: str, *names: str) -> None:
    """Say which module of the interpreter declares some operations; it need not be loaded yet."""
    _MODULES.update(dict.fromkeys(names, f"{__package__}.{module}"))


def provided(name: str) -> Callable[..., Value]:
    """The operation of that name."""
    if name not in PROVIDED:
        importlib.import_module(_MODULES[name])
    return PROVIDED[name]
