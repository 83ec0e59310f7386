"""Functions that train several models: what each of them would have there must be the same."""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.emit.training.lines import holds
from transpiler.emit.training.shared import Trained
from transpiler.source.tree import Tree


def agree(found: list[Trained], tree: Tree) -> None:
    """A function that trains several models has one text: it must serve them all."""
    for node in {id(n): n for made in found for n in made.lent}.values():
        sharing = [m for m in found if node in m.lent and not m.training.problem]
        for made in sharing:
            made.together += [other for other in found if node in other.rooms]
        by_call: dict[int, list[Trained]] = {}
        for made in sharing:
            by_call.setdefault(id(made.lent[node]), []).append(made)
        written = [_written_in(models, node, tree) for models in by_call.values()]
        if any(one != written[0] for one in written):
            name = node.name.value if isinstance(node, cst.FunctionDef) else ""
            for made in sharing:
                call = made.training.calls[0]
                made.training.problem = (call, f"`{name}` trains models of several kinds")
        for made in [m for models in list(by_call.values())[1:] for m in models]:
            made.texts[node] = []
            span = tree.span(node)
            made.before = [b for b in made.before if not holds(span, tree.span(b.statement))]


def _written_in(models: list[Trained], node: cst.CSTNode, tree: Tree) -> list[Any]:
    """All that the models of one call have written in the function that it gives them to."""
    span = tree.span(node)
    data = [
        one for m in models for ready in m.ready if ready.room.node is node for one in ready.made
    ]
    before = [b for m in models for b in m.before if holds(span, tree.span(b.statement))]
    inlined = [item for m in models for item in m.inlined.items() if holds(span, item[0])]
    return [
        sorted((e.start, e.end, e.text) for m in models for e in m.texts[node]),
        sorted((tree.span(b.statement), b.call_end, b.lines) for b in before),
        sorted(inlined),
        sorted((one.mark, one.lines) for one in data),
    ]
