"""Sizes of tensors that what stays reads, `before = x.shape[1:]`: by the function's parameters."""

from __future__ import annotations

import libcst as cst

from transpiler.emit.edits import Edit, apply
from transpiler.emit.residual.removal import Removal, is_kept
from transpiler.interpret.region import Region
from transpiler.interpret.tensors.names import at_start
from transpiler.interpret.values import Layer
from transpiler.ir import tokens
from transpiler.ir.expr import Expr, expr
from transpiler.regex import regex
from transpiler.source.lexical import blanked
from transpiler.source.suites import is_inside

_READ = regex(r"(?<![\w.])[A-Za-z_]\w*\b(?!\s*=(?!=))")
_TOKEN = regex(tokens.ANY_CHARACTER)


def settle_sizes(removal: Removal, leaves: list[cst.CSTNode]) -> None:
    """Write the sizes that statements which stay read as the function's parameters give them.

    Statements that read tensors, or layers, even so are noted in `removal.orphans`.
    """
    region = removal.region
    layers = layer_names(region)
    if removal.is_module or not region.tensor_names | layers:
        return
    known = set(region.parameters) - region.tensor_names
    for leaf in leaves:
        if not is_kept(removal, leaf) or id(leaf) in removal.whole:
            continue
        there = removal.replacements.get(id(leaf), [])
        edits = [*there, *_sizes(removal, leaf, there)]
        start, end = removal.tree.span(leaf)
        settled = _settled(removal, leaf, edits)
        local = [Edit(e.start - start, e.end - start, e.text) for e in [*edits, *settled]]
        text = blanked(apply(removal.tree.text[start:end], local))
        if len(edits) > len(there):
            removal.replacements[id(leaf)] = edits
        if set(_READ.findall(text)) & (region.tensor_names | layers) - known:
            removal.orphans.append(leaf)
        known |= _assigned(leaf)


def layer_names(region: Region) -> set[str]:
    """The variables of a function that hold layers at its end."""
    return {name for name, value in region.scope.values.items() if isinstance(value, Layer)}


def _settled(removal: Removal, leaf: cst.CSTNode, edits: list[Edit]) -> list[Edit]:
    """What is settled in a statement, outside of what other edits replace."""
    around = removal.tree.span(leaf)
    return [
        Edit(*span, text)
        for span, text in removal.region.settled.items()
        if is_inside(span, around) and not any(is_inside(span, (e.start, e.end)) for e in edits)
    ]


def _sizes(removal: Removal, leaf: cst.CSTNode, there: list[Edit]) -> list[Edit]:
    """What the outermost expressions of a statement that read sizes become."""
    found: list[Edit] = []
    around = removal.tree.span(leaf)
    for span, (size, strength) in sorted(
        removal.region.written.items(), key=lambda entry: (entry[0][0], -entry[0][1])
    ):
        if not is_inside(span, around) or any(is_inside(span, (e.start, e.end)) for e in there):
            continue
        if found and span[0] < found[-1].end:
            continue
        if not set(_READ.findall(removal.tree.text[slice(*span)])) & removal.region.tensor_names:
            continue
        given = _given(removal, size)
        if given is not None:
            found.append(Edit(*span, given.wrapped(strength)))
    return found


def _given(removal: Removal, size: Expr) -> Expr | None:
    """A size, or a tuple of sizes, as the function's parameters give it."""
    if size.items is not None:
        parts = [_given(removal, item) for item in size.items]
        return None if None in parts else expr(tuple(p for p in parts if p is not None))
    given = at_start(removal.region, size)
    settled = all(version == 0 for _, version in given.names) and not _TOKEN.search(given.text)
    return given if settled else None


def _assigned(leaf: cst.CSTNode) -> set[str]:
    """The plain names that a statement gives a value."""
    if not isinstance(leaf, cst.SimpleStatementLine):
        return set()
    targets = [t.target for s in leaf.body if isinstance(s, cst.Assign) for t in s.targets]
    return {t.value for t in targets if isinstance(t, cst.Name)}
