"""Ways of a branch that are not understood: the class raises there, the rest is converted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from transpiler.diagnostics import LEFT_WAY
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.undoing import snapshot, undo
from transpiler.ir.code import Comments, Line
from transpiler.ir.expr import literal
from transpiler.source.suites import leaf_statements


def attempt(
    region: Region,
    suite: cst.BaseSuite,
    run: Callable[[], bool],
    failed: list[GiveUp],
) -> bool:
    """Run one way of a branch; `failed` says whether the other one did. Whether it surely ends."""
    if region.is_module or region.functional or _was_left(region):
        return run()
    attributes, before = _attributes(region), snapshot(region)
    try:
        return run()
    except GiveUp as why:
        if failed or "calls itself" in why.reason or "too deeply" in why.reason:
            raise
        failed.append(why.with_traceback(None))  # which would hold all that is known here
        undo(region, before)
        _restore(region, *attributes)
        _raise_instead(region, suite, why)
        return True


def _was_left(region: Region) -> bool:
    """Whether the function was left before: its callers, which told what it gets, are gone."""
    lines = getattr(region.function, "leading_lines", ())
    comments = (line.comment.value for line in lines if line.comment is not None)
    return any("TODO(tf2torch)" in comment for comment in comments)


def _attributes(region: Region) -> tuple[dict[str, Any], dict[str, Any]]:
    """The attributes of a region, and what is in those that are lists, sets or dicts."""
    held = vars(region).copy()
    del held["wants"], held["scope"]
    filled = {n: v.copy() for n, v in held.items() if v and isinstance(v, (list, set, dict))}
    return held, filled


def _restore(region: Region, held: dict[str, Any], filled: dict[str, Any]) -> None:
    for name, value in held.items():
        setattr(region, name, value)
        if isinstance(value, list):
            value[:] = filled.get(name, ())
        elif isinstance(value, (set, dict)):
            value.clear()
            value.update(filled.get(name, ()))


def _raise_instead(region: Region, suite: cst.BaseSuite, why: GiveUp) -> None:
    """The way raises in `__init__`, and says why."""
    for statement in leaf_statements(list(suite.body)):
        region.graph_statements[id(statement)] = statement
    region.graph_events += 1
    region.left_ways.append(why)
    region.say(LEFT_WAY, why.node or suite.body[0], f"this way raises: {why.reason}")
    text = f"raise NotImplementedError({literal(f'{LEFT_WAY.code}: {why.reason}')})"
    todo = Comments((LEFT_WAY.todo(why.reason),))
    region.emit_init(Line(text, effect=True, comments=todo))
