"""Statements that make data sets, written anew: what is said of them may be longer, or nothing."""

from __future__ import annotations

import re

import libcst as cst

from transpiler.emit.edits import Edit, Placed, apply
from transpiler.emit.fold import fold
from transpiler.emit.residual.clearing import outdented
from transpiler.emit.residual.removal import Removal
from transpiler.interpret.region import Region
from transpiler.source.lexical import comments_in, without_comments
from transpiler.source.suites import bodies, is_inside, is_plain_try


def restate(removal: Removal, leaves: list[cst.CSTNode]) -> list[Edit]:
    """The edits of statements that say something; the others, `ds = ds`, are to be dropped."""
    region = removal.region
    found: list[Edit] = []
    if not region.settled_helpers and not region.idle and not _superseded(region):
        return []
    steps = [span for span in region.settled_helpers if span in region.settled]
    trains = {id(call.statement) for call in region.training.values()}
    handing = [removal.tree.span(one.node) for one in region.handings.values()]
    moved: dict[int, int] | None = None
    for leaf in leaves:
        span = removal.tree.span(leaf)
        if id(leaf) in region.idle:
            removal.decisions[id(leaf)] = "drop"
            continue
        if not isinstance(leaf, cst.SimpleStatementLine) or len(leaf.body) != 1:
            continue
        if id(leaf) in trains:  # the whole statement is written there
            continue
        if any(is_inside(call, span) for call in handing):  # it may get more arguments
            continue
        if not any(is_inside(step, span) for step in steps):
            continue
        if id(leaf) in removal.replacements or removal.decisions.get(id(leaf)) == "drop":
            continue  # a model is made there
        text = _restated(removal, leaf, span)
        target, _, value = text.partition(" = ")
        if target == value:
            removal.decisions[id(leaf)] = "drop"
            continue
        if region.resolved and moved is None:
            moved = outdented(removal, removal.body)
        indent = span[0] - removal.tree.line_start(span[0]) - (moved or {}).get(id(leaf), 0)
        if "\n" not in text:
            said = [f"{c}\n{' ' * indent}" for c in comments_in(removal.tree.text[slice(*span)])]
            found.append(Placed(*span, "".join(said) + fold(text, indent).lstrip(" ")))
    if region.idle or _superseded(region):
        _drop_for_idle(removal)
    return found


def _drop_for_idle(removal: Removal) -> None:
    """`gpus = tf.config.list_physical_devices("GPU")` goes with the only code that reads it."""
    dead = [removal.tree.span(s) for s in removal.body if _is_dead(removal, s)]
    extent = (0, len(removal.tree.text)) if removal.is_module else removal.tree.span(removal.node)
    for statement in removal.body:
        small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
        if not isinstance(small, cst.Assign) or len(small.targets) > 1:
            continue
        target, made = small.targets[0].target, removal.region.settled
        listed = made.get(removal.tree.span(small.value), "")
        if not isinstance(target, cst.Name) or not listed.startswith("[torch.device("):
            continue
        name, own = target.value, removal.tree.span(target)
        places = re.compile(rf"\b{name}\b").finditer(removal.tree.blanked, *extent)
        spans = [place.span() for place in places if place.span() != own]
        if all(any(is_inside(span, one) for one in dead) for span in spans):
            removal.decisions[id(statement)] = "drop"


def _superseded(region: Region) -> set[int]:
    """Conditions in whose place something else stands."""
    known = region.file.distribution
    return known.superseded if known is not None else set()


def _is_dead(removal: Removal, statement: cst.CSTNode) -> bool:
    """Whether all of a statement goes."""
    if id(statement) in _superseded(removal.region):
        return True
    if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
        return False
    suites = bodies(statement)
    if isinstance(statement, cst.Try):
        suites = suites[:1] if is_plain_try(statement) else suites
    if not suites:
        return removal.decisions.get(id(statement)) == "drop"
    return all(_is_dead(removal, one) for suite in suites for one in suite)


def _restated(removal: Removal, leaf: cst.SimpleStatementLine, span: tuple[int, int]) -> str:
    """The text of a statement with what its data sets become."""
    tree, settled = removal.tree, removal.region.settled
    small = leaf.body[0]
    value = getattr(small, "value", None)
    if isinstance(value, cst.BaseExpression) and tree.span(value) in settled:
        start, _ = tree.span(value)
        head = without_comments(tree.text[span[0] : start]).rstrip(" \t\n(")
        return f"{head} {settled[tree.span(value)]}".lstrip()
    inside = [
        Edit(first - span[0], last - span[0], text)
        for (first, last), text in settled.items()
        if is_inside((first, last), span)
    ]
    return apply(tree.text[span[0] : span[1]], inside)
