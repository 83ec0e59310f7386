"""Functions in `Lambda` layers: Keras runs them on each call, with what their names hold then."""

from __future__ import annotations

import re

import libcst as cst

from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.values import Function
from transpiler.source.lexical import names_in


def refuse_late_names(region: Region, node: cst.CSTNode, function: Function) -> None:
    """Refuse a function that reads a variable around it which has another value later on."""
    if function.file not in (None, region.file):
        return
    outer = (0, len(region.tree.text))
    if region.function is not None:
        outer = region.tree.span(region.function)
    inner = region.tree.span(function.node)
    if not outer[0] <= inner[0] <= inner[1] <= outer[1]:
        return
    parameters = function.node.params
    own = {p.name.value for p in (*parameters.params, *parameters.kwonly_params)}
    body = region.tree.code(function.node.body)
    names = {n for n in names_in(body) - own if not (_is_bound(n, body) or _is_drawn(n, body))}
    in_rounds = {n for way in region.ways if way.side == -1 for n, _ in way.changing}
    text = region.tree.blanked[inner[1] : outer[1]]
    statement = region.tree.span(region.statement)[1] if region.statement is not None else inner[1]
    here = region.tree.blanked[inner[1] : max(statement, inner[1])]
    for name in sorted(names & region.scope.values.keys()):
        if name in in_rounds or _is_bound(name, text) or _is_drawn(name, here):
            raise GiveUp(f"Lambda: `{name}` has another value when Keras runs the function", node)


def _is_bound(name: str, text: str) -> bool:
    """Whether a later statement assigns a name, or loops over it."""
    targets = rf"[\w, ()]*(?<![\w.]){name}\b[\w, ()]*"
    signs = r"(?:[-+*/%@|&^]|//|\*\*|<<|>>)?=(?!=)"
    found = rf"^[ \t]*(?:{targets}{signs}|for {targets}\sin\b)"
    return re.search(found, text, re.MULTILINE) is not None


def _is_drawn(name: str, text: str) -> bool:
    """Whether the comprehension around a function draws a name."""
    return re.search(rf"\bfor [\w, ()]*(?<![\w.]){name}\b[\w, ()]* in\b", text) is not None
