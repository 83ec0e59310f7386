"""What the program draws from Python's `random`, of which Keras takes the seeds of its layers.

random.seed(0)
model = Sequential([Dense(1)])          # Keras draws from it here, torch from its own generator
random.shuffle(order)                   # hence the order is another one
"""

from __future__ import annotations

from transpiler.diagnostics import ASSUMED
from transpiler.emit.draft import Draft
from transpiler.regex import regex

_IMPORTED = regex(r"(?m)^[ \t]*import[ \t]+(?:[\w.]+[ \t]*,[ \t]*)*random\b(?![ \t]+as\b|\.)")
_SEEDED = regex(r"(?<![\w.])(?:random\.seed|(?:[\w.]+\.)?set_random_seed)\(")
_DRAWN = regex(
    r"(?<![\w.])random\.(?:choices?|gauss|normalvariate|rand(?:int|om|range)|sample|shuffle|uniform)\("
)
_TAKES = (
    "Keras takes the seeds of its layers from Python's `random`, torch does not: what the program "
    "draws of it once a model is made is something else here"
)


def report_shared_draws(draft: Draft) -> None:
    """Say it where a program seeds it and draws from it, and has models."""
    text = draft.tree.blanked
    if not draft.planned.trained or "random." not in text or _IMPORTED.search(text) is None:
        return
    seeded = _SEEDED.search(text)
    if seeded is not None and _DRAWN.search(text) is not None:
        draft.say_at(ASSUMED, *draft.tree.line_column(seeded.start()), _TAKES)
