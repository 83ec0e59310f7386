"""Outputs that end with an activation of which only the run tells which it is.

Dense(units, activation=last)    # forward: return self.activation(self.dense(x))

Keras's crossentropies go back to what a softmax or sigmoid was applied to, so that it matters
whether it is one of these. What the call says that makes the model is taken; else what the program
may give at all.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Any

from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.settled_arguments import as_made_by, settled_by_call
from transpiler.interpret.layers.presuming import constant_given
from transpiler.interpret.region import Region
from transpiler.interpret.summary import Summary
from transpiler.interpret.training import root
from transpiler.interpret.values import Framework, Model
from transpiler.ir.expr import UNKNOWN, Expr, Symbol
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Loss, Prediction
from transpiler.lower.binding import Use
from transpiler.lower.endings import Ending, Endings
from transpiler.lower.loss_reductions import reduced_loss
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.lexical import words_in
from transpiler.source.may_be import names_it_may_be
from transpiler.source.possible_constants import texts_around

#: The activations that Keras's crossentropies go back behind.
BACK = frozenset({"softmax", "sigmoid"})


def settled(
    file: FileContext, home: Region, model: Model, ends: Endings
) -> tuple[Endings, list[frozenset[str]]]:
    """The endings as this model has them, and which of the two each open one may still be."""
    found: list[Ending | None] = []
    left: list[frozenset[str]] = []
    for one in ends.found:
        names: frozenset[str] = frozenset()
        if one is not None and one.applied:
            names, sure = _names(file, home, model, home.open_activations.get(one.applied))
            if sure and len(names) == 1:
                one, names = replace(one, activation=min(names & BACK, default="")), frozenset()
        found.append(one)
        left.append(names & BACK)
    return replace(ends, found=tuple(found)), left


def refuse_difference(use: Use, seen: Prediction, made: Loss, names: frozenset[str]) -> None:
    """See that a loss is the same, whether or not one of these activations is the last."""
    for name in sorted(names):
        try:
            same = reduced_loss(use, replace(seen, activation=name, droppable=False)) == made
        except Unsupported:
            same = False
        if not same:
            raise Unsupported(_DEPENDS.format(use.symbol.rpartition(".")[2], name))


def refuse_in_own(file: FileContext, summaries: Iterable[Summary], names: frozenset[str]) -> None:
    """See that no function of the program computes crossentropies that go back behind these."""
    texts = " ".join(text for one in summaries for text in _texts(file, one, 3)) if names else ""
    for kind in sorted({found.lower() for found in _CROSSENTROPY.findall(texts)}):
        own = "sigmoid" if kind == "binary" else "softmax"
        if others := names - {own}:
            wrong = f"a {min(others)} before a crossentropy that goes with a {own}"
            raise Unsupported(f"a function of the program's own, and {wrong}")
        if _FROM_LOGITS.search(texts):
            raise Unsupported(f"a function of the program's own, and from_logits behind a {own}")


_CROSSENTROPY = regex(
    r"(?<!ops\.)(?<!def )\b(?:sparse_?)?(binary|categorical)_?crossentropy", re.IGNORECASE
)
_FROM_LOGITS = regex(r"\bfrom_logits\s*=\s*(?!False)")
#: A variable that holds one: `bce = BinaryCrossentropy()`, `self.bce = ...`.
_HELD = regex(r"^\s*(?:self\.)?(\w+)\s*=(.*crossentropy.*)$", re.IGNORECASE | re.MULTILINE)


def _texts(file: FileContext, summary: Summary, depth: int) -> Iterator[str]:
    """A function, the variables of its module that it reads, and what it calls."""
    home = summary.function.file or file
    text = home.tree.source(summary.function.node)
    words = words_in(text)
    yield text
    yield from (held for name, held in _HELD.findall(home.tree.text) if name in words)
    for inner in summary.region.operations_used if summary.region is not None and depth else ():
        yield from _texts(file, inner, depth - 1)


_DEPENDS = (
    "{} of an output whose activation only the run tells: if it is a {}, Keras goes back to what "
    "that was applied to"
)


def _names(
    file: FileContext, home: Region, model: Model, given: Expr | None
) -> tuple[frozenset[str], bool]:
    """The activations that it may be, and whether there are surely no others."""
    if given is not None:
        try:
            written = ast.parse(given.text, mode="eval").body
        except SyntaxError:  # it has tokens for what is named later
            written = None
        known = settled_by_call(home, root(model), given.text)
        if known is None or isinstance(known, str):
            return frozenset({str(known)}), True
        if written is not None and (name := _of_call(home, root(model), written)) is not None:
            return frozenset({name}), True
        if home.file is file and (names := names_it_may_be(file.tree.text, given.text)) is not None:
            return names, True
    around = (texts_around(one.tree.text, one.path) for one in (file, home.file))
    texts = [text.lower() for each in around for text in each]
    return frozenset(name for name in BACK if any(name in text for text in texts)), False


def _of_call(home: Region, made: Model, given: ast.expr) -> str | None:
    """What the call that makes the model gives; None where it doesn't tell."""
    match given:
        case ast.Constant(value=str() | None as value):
            return str(value)
        case ast.Name(id=name):
            value = _argument(home, made, name)
            if isinstance(value, Symbol):
                return value.name.rpartition(".")[2]
            return str(value) if value is None or isinstance(value, str) else None
        case ast.IfExp(
            test=ast.Compare(
                ast.Name(id=name), [ast.Eq() | ast.NotEq() as how], [ast.Constant(other)]
            )
        ):
            value = _argument(home, made, name)
            if value is UNKNOWN:
                return None
            holds = (value == other) is isinstance(how, ast.Eq)
            return _of_call(home, made, given.body if holds else given.orelse)
    return None


def _argument(home: Region, made: Model, name: str) -> Any:
    """The constant that a parameter is in the call that makes the model, or UNKNOWN."""
    given = as_made_by(home, made)
    if name not in home.parameters or home.scope.version(name) or given is None:
        return UNKNOWN
    value = given.arguments.get(name)
    if isinstance(value, Framework):
        return Symbol(value.name)
    return constant_given(home, name, value)
