"""What the program draws from Python's `random`, of which Keras takes the seeds of its layers.

random.seed(0)
model = Sequential([Dense(1)])          # Keras draws from it here, torch from its own generator
random.shuffle(order)                   # hence the order is another one
"""

from __future__ import annotations

import re

from transpiler.diagnostics import ASSUMED
from transpiler.emit.draft import Draft
from transpiler.regex import regex
from transpiler.source.importers import texts_around

_NAMES = (
    "betavariate", "choice", "choices", "expovariate", "gauss", "getrandbits", "normalvariate",
    "randint", "random", "randrange", "sample", "shuffle", "triangular", "uniform",
)  # fmt: skip
_IMPORTED = regex(r"(?m)^[ \t]*import[ \t]+(?:[\w.]+[ \t]*,[ \t]*)*random\b(?![ \t]+as\b|\.)")
_FROM = regex(r"(?m)^[ \t]*from[ \t]+random[ \t]+import[ \t]+\(?([\w, \t]+)")
_SEEDED = regex(r"(?<![\w.])random\.seed\(")
_SEEDED_BY_KERAS = regex(r"(?<![\w.])(?:[\w.]+\.)?set_random_seed\(")
_DRAWN = regex(rf"(?<![\w.])random\.(?:{'|'.join(_NAMES)})\(")
_TAKES = (
    "Keras takes the seeds of its layers from Python's `random`, torch does not: what the program "
    "draws of it once a model is made is something else here"
)


def report_shared_draws(draft: Draft) -> None:
    """Say it where a program seeds it and draws from it, and has models.

    One of its files may do the one, and another file the other.
    """
    text = draft.tree.blanked
    if not draft.planned.trained or "random" not in text:
        return
    seeded, drawn = _seeded(text), _drawn(text)
    if seeded is None and drawn is None:
        return
    around = (
        [] if None not in (seeded, drawn) or not draft.file.path else texts_around(draft.file.path)
    )
    known = drawn is not None or any(map(_drawn, around))
    if known and (seeded is not None or any(map(_seeded, around))):
        first = seeded or drawn
        assert first is not None
        draft.say_at(ASSUMED, *draft.tree.line_column(first.start()), _TAKES)


def _seeded(text: str) -> re.Match[str] | None:
    """Where a file seeds it, itself or by Keras."""
    own = _SEEDED.search(text) if _IMPORTED.search(text) else None
    return own or _SEEDED_BY_KERAS.search(text) or _called(text, ("seed",))


def _drawn(text: str) -> re.Match[str] | None:
    """Where a file draws from it."""
    return (_DRAWN.search(text) if _IMPORTED.search(text) else None) or _called(text, _NAMES)


def _called(text: str, names: tuple[str, ...]) -> re.Match[str] | None:
    """Where a file calls a function that it takes out of the module by name."""
    if "from random" not in text:
        return None
    taken = {name for found in _FROM.findall(text) for name in re.findall(r"\w+", found)}
    called = "|".join(sorted(taken.intersection(names)))
    return re.search(rf"(?<![\w.])(?:{called})\(", text) if called else None
