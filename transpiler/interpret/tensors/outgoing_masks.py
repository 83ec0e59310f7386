"""Masks of what models and blocks give that are called in other models.

embed = keras.Model(ids, layers.Embedding(20, 5, mask_zero=True)(ids))
x = layers.LSTM(4)(embed(a))  # skips the steps where `a` is 0
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from transpiler.ir import tokens
from transpiler.ir.code import Line, Node
from transpiler.ir.expr import BINARY_STRENGTH, POSTFIX, Expr
from transpiler.ir.tensor import HIDDEN_MASK
from transpiler.passes.liveness import walk
from transpiler.regex import regex

_NAME = rf"(?:{tokens.ANY_VARIABLE}|[A-Za-z_]\w*)"
_VARIABLE = regex(_NAME)
_IS_SET = regex(rf"({_NAME}) = (.+)")
_NOT_ZERO = regex(rf"({_NAME}) != 0")
_ANY_OTHER = regex(rf"\(({_NAME}) != ([-\d.e]+|[A-Za-z_]\w*)\)\.any\(-1\)")


def outgoing_mask(
    mask: Expr | None,
    forward: Iterable[Node],
    given: dict[str, Expr],
    steady: Callable[[str], bool] = lambda name: False,
) -> Expr | None:
    """A mask as the caller can compute it, of the variables that the program's parameters hold.

    Where it is not of the parameters themselves, an error for who looks at it; `steady` tells which
    variables it can read besides.
    """
    if mask is None:
        return None
    known = {name: code for name, code in given.items() if _VARIABLE.fullmatch(code.text)}
    for node in forward:
        if not isinstance(node, Line):
            for name in {n for inner in walk([node]) for n in getattr(inner, "defs", ())}:
                known.pop(name, None)
        elif node.text:
            assigned = _IS_SET.fullmatch(node.text)
            value = _known(assigned.group(2), known, steady) if assigned is not None else None
            for name in node.defs:
                known.pop(name, None)
            if assigned is not None and value is not None:
                known[assigned.group(1)] = value
    return _known(mask.text, known, steady) or HIDDEN_MASK


def _known(text: str, known: dict[str, Expr], steady: Callable[[str], bool]) -> Expr | None:
    """A variable, or whether one is not zero, in the caller's words."""
    if text in known:
        return known[text]
    for form in (_NOT_ZERO, _ANY_OTHER):
        found = form.fullmatch(text)
        code = known.get(found.group(1)) if found is not None else None
        if found is not None and code is not None:
            if found.groups()[-1].isidentifier() and form is _ANY_OTHER:
                if not steady(found.groups()[-1]):
                    return None
            start, end = found.span(1)
            written = f"{text[:start]}{code.text}{text[end:]}"
            strength = POSTFIX if form is _ANY_OTHER else BINARY_STRENGTH["!="]
            return Expr(written, strength=strength, names=code.names)
    return None
