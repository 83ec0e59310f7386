"""How a program reads and sets a learning rate by itself, in its source."""

from __future__ import annotations

import re
from functools import cache

from transpiler.interpret.values import UserClass
from transpiler.source.tree import Tree

#: What follows the model.
RATE = r"\.optimizer\.(?:learning_rate|lr)\b"

RATE_ASKED = re.compile(RATE)


@cache
def setting(model: str) -> re.Pattern[str]:
    """What sets the rate of a model, which the source calls `model`."""
    rate = re.escape(model) + RATE
    return re.compile(rf"{rate}\s*(?:[-+*/]?=(?!=)|\.assign)|set_value\(\s*{rate}")


@cache
def reading(model: str) -> re.Pattern[str]:
    """An expression that reads it."""
    rate = re.escape(model) + RATE
    return re.compile(rf"[\w.]*\bget_value\(\s*{rate}\s*\)|{rate}(?:\.numpy\(\)|\.value\b)?")


def class_sets_rate(tree: Tree, made: UserClass) -> bool:
    """Whether a callback of the program's own sets the rate of its model."""
    return setting("self.model").search(tree.code(made.node)) is not None
