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
    drawing, own = _Drawing(removal), set[str]()
    for leaf in leaves:
        decision = removal.decisions[id(leaf)]
        if decision == "drop" and id(leaf) in graph:
            drawing.add(removal.tree.source(leaf))
        if decision != "keep" or id(leaf) in removal.replacements:
            continue
        source = removal.tree.source(leaf)
        asked = drawing.asked()
        if asked is None:
            own |= set(_BOUND.findall(source))
        elif removal.tree.span(leaf)[0] >= made:
            if asked & own & names_read(source):
                _say(
                    removal,
                    leaf,
                    source,
                    "reads what only the class of the layers above it changes",
                )
                return
        elif ("(" in source and has_effect(removal.region, source)) or asked & names_read(source):
            why = "would be done before the layers above it draw: draw before them"
            _say(removal, leaf, source, why)
            return


class _Drawing:
    """What the statements of a class do, which is looked at once something stands behind them."""

    def __init__(self, removal: Removal) -> None:
        self._removal = removal
        self._pending: list[str] = []
        self._asked: set[str] | None = None

    def add(self, source: str) -> None:
        """A statement that goes to the class."""
        if "(" in source:
            self._pending.append(source)

    def asked(self) -> set[str] | None:
        """The names of what changes there, as far as they say; None where nothing does."""
        for source in self._pending:
            if has_effect(self._removal.region, source):
                names = {name for found in _ASKED.findall(source) for name in found if name}
                names |= _changed_by_functions(self._removal, source)
                self._asked = names | (self._asked or set())
        self._pending.clear()
        return self._asked


def _say(removal: Removal, leaf: cst.CSTNode, source: str, why: str) -> None:
    shown = source.strip().partition("\n")[0]
    removal.region.say(UNSUPPORTED, leaf, f"`{shown}` {why}")


def _changed_by_functions(removal: Removal, source: str) -> set[str]:
    """The variables of the module that functions change which a statement calls."""
    program = functions_of(removal.tree.text)
    called = [f for f in program.all if getattr(f, "name", "") in names_read(source)]
    changed = program.own_changes(program.reaching(called)) if called else ""
    return {re.split(r"[.\[]", changed)[0]} - {"", "self"}
