"""Statements between layers that draw, and what a class draws for these once it is made.

h = Dense(int(rng.integers(2, 9)))(x)           model = Net()           # draws for its layer
rate = rng.uniform(0.01, 0.1)                   # would come first now
model = Model(x, h)
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.diagnostics import UNSUPPORTED
from transpiler.emit.residual.removal import Removal
from transpiler.interpret.effects import has_effect
from transpiler.regex import regex
from transpiler.source.lexical import names_read
from transpiler.source.outer_reads import functions_of

#: The variables that a statement gives values to.
_BOUND = regex(r"(?m)^\s*([A-Za-z_]\w*)\s*(?::[^=\n]+)?=(?!=)")
_ASKED = regex(r"\b([A-Za-z_]\w*)(?:\.\w+)*\.\w+\(|\bnext\((\w+)\)")


def say_reordered(removal: Removal, leaves: list[cst.CSTNode]) -> None:
    """Say of statements that a function does before it makes a model, and did behind its layers.

    They draw from the same, or read what the layers were made of while that changed.
    """
    graph = removal.region.graph_statements
    made = max(map(removal.made_at, removal.places.values()), default=0)
    if removal.is_module or not graph or not made:
        return
    drawn, asked, own = False, set[str](), set[str]()
    for leaf in leaves:
        dropped = id(leaf) in graph and removal.decisions[id(leaf)] == "drop"
        kept = removal.decisions[id(leaf)] == "keep" and id(leaf) not in removal.replacements
        source = removal.tree.source(leaf) if dropped or kept else ""
        behind = removal.tree.span(leaf)[0] >= made
        if dropped and "(" in source and has_effect(removal.region, source):
            drawn = True
            asked |= {name for found in _ASKED.findall(source) for name in found if name}
            asked |= _changed_by_functions(removal, source)
        elif kept and not drawn:
            own |= set(_BOUND.findall(source))
        elif kept and behind and asked & own & names_read(source):
            _say(removal, leaf, source, "reads what only the class of the layers above it changes")
            return
        elif (
            kept
            and not behind
            and (
                ("(" in source and has_effect(removal.region, source)) or asked & names_read(source)
            )
        ):
            why = "would be done before the layers above it draw: draw before them"
            _say(removal, leaf, source, why)
            return


def _say(removal: Removal, leaf: cst.CSTNode, source: str, why: str) -> None:
    shown = source.strip().partition("\n")[0]
    removal.region.say(UNSUPPORTED, leaf, f"`{shown}` {why}")


def _changed_by_functions(removal: Removal, source: str) -> set[str]:
    """The variables of the module that functions change which a statement calls."""
    program = functions_of(removal.tree.text)
    called = [f for f in program.all if getattr(f, "name", "") in names_read(source)]
    changed = program.own_changes(program.reaching(called)) if called else ""
    return {re.split(r"[.\[]", changed)[0]} - {"", "self"}
