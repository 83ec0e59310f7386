"""Statements between layers that draw, and what a class draws for these once it is made.

h = Dense(int(rng.integers(2, 9)))(x)           model = Net()           # draws for its layer
rate = rng.uniform(0.01, 0.1)                   # would come first now
model = Model(x, h)
"""

from __future__ import annotations

import libcst as cst

from transpiler.diagnostics import UNSUPPORTED
from transpiler.emit.residual.removal import Removal
from transpiler.interpret.effects import has_effect
from transpiler.regex import regex
from transpiler.source.lexical import names_read

_ASKED = regex(r"\b([A-Za-z_]\w*)(?:\.\w+)*\.\w+\(|\bnext\((\w+)\)")


def say_reordered(removal: Removal, leaves: list[cst.CSTNode]) -> None:
    """Say of statements that a function does before it makes a model, and did behind its layers.

    They draw from the same, or read what the layers were made of while that changed.
    """
    graph = removal.region.graph_statements
    made = max(map(removal.made_at, removal.places.values()), default=0)
    if removal.is_module or not graph or not made:
        return
    drawn, asked = False, set[str]()
    for leaf in leaves:
        dropped = id(leaf) in graph and removal.decisions[id(leaf)] == "drop"
        kept = removal.decisions[id(leaf)] == "keep" and id(leaf) not in removal.replacements
        if not dropped and not (drawn and kept and removal.tree.span(leaf)[0] < made):
            continue
        source = removal.tree.source(leaf)
        acts = "(" in source and has_effect(removal.region, source)
        if dropped and acts:
            drawn = True
            asked |= {name for found in _ASKED.findall(source) for name in found if name}
        elif kept and (acts or asked & names_read(source)):
            shown = source.strip().partition("\n")[0]
            message = f"`{shown}` would be done before the layers above it draw: draw before them"
            removal.region.say(UNSUPPORTED, leaf, message)
            return
