"""How a program reads and sets a learning rate by itself, in its source."""

from __future__ import annotations

import re
from functools import cache

from transpiler.interpret.values import UserClass
from transpiler.source.tree import Tree

#: How a program asks an optimizer for its rate.
RATES = ("learning_rate", "lr")


def asks_rate(tree: Tree, optimizer: str) -> bool:
    """Whether a program asks for the rate of a model, or of a variable for its optimizer."""
    own = rf"|(?<![\w.]){optimizer}" if optimizer.isidentifier() else ""
    return re.search(rf"(?:\.optimizer{own})\.(?:learning_rate|lr)\b", tree.blanked) is not None


def rate(model: str, optimizer: str = "") -> str:
    """A pattern for the learning rate of a model, as the source calls it.

    `optimizer` is the program's own variable for what trains it, where it has one.
    """
    of_model = rf"{re.escape(model)}\.optimizer"
    owner = rf"(?:{of_model}|(?<![\w.]){optimizer})" if optimizer else of_model
    return rf"{owner}\.(?:learning_rate|lr)\b"


@cache
def setting(model: str, optimizer: str = "") -> re.Pattern[str]:
    """What sets the rate of a model, which the source calls `model`."""
    found = rate(model, optimizer)
    return re.compile(rf"{found}\s*(?:[-+*/]?=(?!=)|\.assign)|set_value\(\s*{found}")


@cache
def reading(model: str, optimizer: str = "") -> re.Pattern[str]:
    """An expression that reads it."""
    found = rate(model, optimizer)
    return re.compile(rf"[\w.]*\bget_value\(\s*{found}\s*\)|{found}(?:\.numpy\(\)|\.value\b)?")


def class_sets_rate(tree: Tree, made: UserClass) -> bool:
    """Whether a callback of the program's own sets the rate of its model."""
    return setting("self.model").search(tree.code(made.node)) is not None
