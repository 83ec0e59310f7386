"""How a program reads and sets a learning rate, and reads the number of steps, in its source."""

from __future__ import annotations

import re
from functools import cache

from transpiler.interpret.values import UserClass
from transpiler.source.occurrences import Occurrence
from transpiler.source.tree import Tree

#: How a program asks an optimizer for its rate.
RATES = ("learning_rate", "lr")
#: All that programs ask an optimizer for: also how many steps it has taken.
ASKED = (*RATES, "iterations")


OF_LAST_STEP = (
    "the program asks for the rate of a schedule: Keras 2 gives that of the last step, torch and "
    "Keras 3 that of the next"
)


def asks_rate(tree: Tree, optimizer: str) -> bool:
    """Whether a program asks for the rate of a model, or of a variable for its optimizer."""
    own = rf"|(?<![\w.]){optimizer}" if optimizer.isidentifier() else ""
    return re.search(rf"(?:\.optimizer{own})\.(?:learning_rate|lr)\b", tree.blanked) is not None


def rate(model: str, optimizer: str = "") -> str:
    """A pattern for the learning rate of a model, as the source calls it.

    `optimizer` is the program's own variable for what trains it, where it has one.
    """
    return rf"{_owner(model, optimizer)}\.(?:learning_rate|lr)\b"


def _owner(model: str, optimizer: str) -> str:
    of_model = rf"{re.escape(model)}\.optimizer"
    return rf"(?:{of_model}|(?<![\w.]){optimizer})" if optimizer else of_model


def _read(asked: str) -> re.Pattern[str]:
    return re.compile(rf"[\w.]*\bget_value\(\s*{asked}\s*\)|{asked}(?:\.numpy\(\)|\.value\b)?")


@cache
def counting(model: str, optimizer: str = "") -> re.Pattern[str]:
    """An expression that reads how many steps the optimizer of a model has taken."""
    return _read(rf"{_owner(model, optimizer)}\.iterations\b")


@cache
def setting(model: str, optimizer: str = "") -> re.Pattern[str]:
    """What sets the rate of a model, which the source calls `model`."""
    found = rate(model, optimizer)
    return re.compile(rf"{found}\s*(?:[-+*/]?=(?!=)|\.assign)|set_value\(\s*{found}")


def reads_rate(
    tree: Tree, span: tuple[int, int], model: str, optimizer: str = ""
) -> list[tuple[int, int]]:
    """Where expressions read it: `opt.lr.numpy()`, `opt.get_config()["learning_rate"]`."""
    found = list(_reading(model, optimizer).finditer(tree.blanked, *span))
    if ".get_config" in tree.blanked:
        configs = _in_config(_owner(model, optimizer)).finditer(tree.text, *span)
        found += (m for m in configs if tree.blanked[m.start()] == m.group()[0])
    return [match.span() for match in found]


def asked_of_optimizer(tree: Tree, place: Occurrence) -> bool:
    """Whether a variable for an optimizer is only asked for its rate or its steps there."""
    if place.attribute != "get_config":
        return place.attribute in ASKED
    return _in_config(r"\w+").match(tree.text, place.start) is not None


@cache
def _in_config(owner: str) -> re.Pattern[str]:
    """The rate in the settings of an optimizer."""
    return re.compile(rf"{owner}\.get_config\(\)\[\s*([\"'])(?:learning_rate|lr)\1\s*\]")


@cache
def _reading(model: str, optimizer: str = "") -> re.Pattern[str]:
    return _read(rate(model, optimizer))


def class_sets_rate(tree: Tree, made: UserClass) -> bool:
    """Whether a callback of the program's own sets the rate of its model."""
    sets = setting("self.model")
    return any(sets.search(tree.code(one.node)) is not None for one in made.lineage)


def methods_that_set(tree: Tree, made: UserClass) -> list[str]:
    """Its methods that do."""
    methods = [node for one in made.lineage for node in one.node.body.body]
    found = (m for m in methods if setting("self.model").search(tree.code(m)) is not None)
    return [name.value for m in found if (name := getattr(m, "name", None)) is not None]
