"""Statements of plain values: as the user wrote them, for whichever program needs them."""

from __future__ import annotations

import re

import libcst as cst

from transpiler.interpret.dispatch import provides
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import (
    UNDONE,
    is_done,
    one_line,
    rewritten,
    running_names,
    to_expr,
)
from transpiler.interpret.values import Unknown, Value, is_graph
from transpiler.ir import tokens
from transpiler.ir.code import Line
from transpiler.source.changes import changed_in_place


def laid_out(region: Region, node: cst.CSTNode, text: str) -> str:
    """A statement in the lines in which the user wrote it, as if it stood at the margin."""
    text = text.rstrip(";")
    if "\n" not in text or '"""' in text or "'''" in text or len(one_line(text)) <= 60:
        return one_line(text)
    offset = region.tree.span(node)[0]
    margin = offset - region.tree.line_start(offset)
    first, *rest = text.split("\n")
    return "\n".join([first, *(r[margin:] if not r[:margin].strip() else r.lstrip() for r in rest)])


@provides("emit_static")
def emit_static(
    region: Region,
    node: cst.CSTNode,
    defs: frozenset[str],
    parts: tuple[Value, ...],
    effect: bool = False,
    kills: bool = True,
    extra: frozenset[str] = frozenset(),
    residual: bool = False,
) -> None:
    """A statement of plain values, as the user wrote it, for whichever program needs it."""
    text = laid_out(region, node, rewritten(region.tree, node, region.rewrites))
    uses: set[str] = set(extra)
    run_uses: set[str] = set(extra)
    for part in parts:
        written = to_expr(region, part)
        if effect and not is_done(written):
            region.file.left_data[id(node)] = (node, UNDONE)
        uses |= {n for n, _ in written.names}
        run_uses |= {n for n, _ in running_names(part, written)}
    if region.running:
        merged = {**region.rewrites, **region.running}
        run_text = laid_out(region, node, rewritten(region.tree, node, merged))
    else:
        run_text, run_uses = text, uses
    if region.is_module and region.rewrites:
        _settle_or_move(region, node, text, defs)
    # `last = sizes.pop()` changes another variable than it assigns
    changed = frozenset(n for n in uses - defs if changed_in_place(text, (n,), grows=False))
    defs, kills = defs | changed, kills and not changed
    made = Line(text, defs, frozenset(uses), effect=effect, kills=kills, static=True)
    if residual and not region.functional:
        made.effect = False
    region.emit_init(made)
    if not effect:
        running = Line(run_text, defs, frozenset(run_uses), kills=kills, static=True)
        running.sized = run_text != text
        region.emit_forward(running)
    if not region.is_module:
        region.static_statements[id(region.statement)] = region.statement  # type: ignore[assignment]


def _settle_or_move(region: Region, node: cst.CSTNode, text: str, defs: frozenset[str]) -> None:
    """A statement of the module that reads sizes of tensors: constants stay, others move."""
    if text == laid_out(region, node, region.tree.source(node)):
        return
    if re.search(tokens.ANY_CHARACTER, text):
        region.moved_names |= defs
        region.graph_events += 1
    elif text != laid_out(region, node, _settled(region, node)):
        region.settled[region.tree.span(node)] = text


def _settled(region: Region, node: cst.CSTNode) -> str:
    """A statement with what is settled in it, part by part, so that others may change the rest."""
    start, end = region.tree.span(node)
    text, last = "", start
    for (first, stop), part in sorted(region.settled.items()):
        if last <= first and stop <= end:
            text += region.tree.text[last:first] + part
            last = stop
    return text + region.tree.text[last:end]


def opaque(region: Region, node: cst.CSTNode, parts: list[Value]) -> None:
    """A statement with an effect: it moves to `__init__` as it is."""
    if any(isinstance(p, Unknown) for p in parts):
        if region.is_module:
            return
        reason = next(p.reason for p in parts if isinstance(p, Unknown))
        raise GiveUp(f"a check on something that is not known: {reason}", node)
    if any(is_graph(p) for p in parts):
        return
    emit_static(region, node, frozenset(), tuple(parts), effect=True)
