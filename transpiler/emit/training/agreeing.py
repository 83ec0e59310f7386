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
        span, others = tree.span(node), sharing[1:]
        written = [_written_in(made, node, tree) for made in sharing]
        if any(one != written[0] for one in written):
            name = node.name.value if isinstance(node, cst.FunctionDef) else ""
            for made in sharing:
                call = made.training.calls[0]
                made.training.problem = (call, f"`{name}` trains models of several kinds")
        for made in others:
            made.texts[node] = []
            made.before = [b for b in made.before if not holds(span, tree.span(b.statement))]


def _written_in(made: Trained, node: cst.CSTNode, tree: Tree) -> list[Any]:
    """All that a model has written in a function that it is given to."""
    span = tree.span(node)
    data = [one for ready in made.ready if ready.room.node is node for one in ready.made]
    return [
        sorted((e.start, e.end, e.text) for e in made.texts[node]),
        [(b.call_end, b.lines) for b in made.before if holds(span, tree.span(b.statement))],
        sorted((place, text) for place, text in made.inlined.items() if holds(span, place)),
        sorted((one.mark, one.lines) for one in data),
    ]
