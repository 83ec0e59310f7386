"""`functools.partial` of layers and of functions that build.

Conv = partial(Conv2D, padding="same")

What is called is what it is partial of, with all arguments.
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.interpret.arguments import Argument
from transpiler.interpret.context import FileContext
from transpiler.interpret.dispatch import provided
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.unpacked import is_stale
from transpiler.interpret.values import Framework, Function, Partial, Static, Value
from transpiler.regex import regex

_IMPORTED = regex(r"^\s*(from functools import .*\bpartial\b|import functools\b)", re.M)


def partial_of(
    region: Region, node: cst.Call, name: str, arguments: list[Argument]
) -> Partial | None:
    """The value of `partial(callee, ...)`, where it is one of something that builds models."""
    if name not in ("partial", "functools.partial") or not _IMPORTED.search(region.tree.text):
        return None
    if not arguments or arguments[0][0] is not None:
        return None
    callee, given = arguments[0][1], arguments[1:]
    if isinstance(callee, Partial):
        return Partial(callee.callee, _together(callee.arguments, given))
    builds = isinstance(callee, Framework) or (
        isinstance(callee, Function) and _builds(region.file, callee)
    )
    return Partial(callee, tuple(given)) if builds else None


def _builds(file: FileContext, function: Function) -> bool:
    builds: object = provided("mentions_framework")(file, function)
    return bool(builds)


def call_partial(region: Region, node: cst.Call, callee: Partial, given: list[Argument]) -> Value:
    """What calling it gives."""
    if any(k in ("*", "**") for k, _ in given):
        raise GiveUp("a partial function is called with arguments that are not known", node)
    what = callee.callee
    if isinstance(what, Function) and what.closes:
        return _call_inner(region, node, callee, what, given)
    for _, value in callee.arguments:
        if isinstance(value, Static) and is_stale(region, node.func, value):
            text = value.expr.text
            raise GiveUp(f"`{text}` was evaluated once, for all calls of a partial function", node)
    arguments = list(_together(callee.arguments, given))
    if callee.arguments:
        region.file.completed_calls[id(node)] = callee.arguments
    if isinstance(what, Framework):
        return provided("framework_call")(region, node, what.name, arguments)
    return provided("call_function")(region, node, what, arguments)


def _call_inner(
    region: Region, node: cst.Call, partial: Partial, function: Function, given: list[Argument]
) -> Value:
    """A call of what a function gave that gives functions."""
    arguments = provided("with_second")(partial, given)
    if function.parameter:
        return provided("call_parameter")(region, node, function.parameter, arguments)
    return provided("call_function")(region, node, function, arguments)


def _together(first: tuple[Argument, ...], given: list[Argument]) -> tuple[Argument, ...]:
    """All arguments as Python passes them: those by position in order, the later of one name."""
    plain = [(k, v) for k, v in (*first, *given) if k is None]
    named = {k: v for k, v in (*first, *given) if k is not None}
    return (*plain, *named.items())
