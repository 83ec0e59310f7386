"""Bounds of gradients that what trains a model does not know, or that may be None in some runs.

def main(limit=None):                   SGD([{"params": model.parameters(), "clipnorm": limit}], …)
    model.compile(SGD(clipnorm=limit))  train_epoch() looks into the optimizer's group

Or of one of several optimizers.
"""

from __future__ import annotations

from collections.abc import Callable

from transpiler.interpret.context import FileContext
from transpiler.ir.expr import POSTFIX, Expr, joined
from transpiler.lower.left_out import may_be
from transpiler.lower.optimizers import CLIPPING, Optimizing
from transpiler.lower.told import NotKept
from transpiler.record import replace

#: Says how a function that trains can read a bound of some name.
Readable = Callable[[Expr, str], Expr]
#: The bounds of an optimizer, by their names.
Clipping = tuple[tuple[str, Expr], ...]
#: The emitted function that makes an optimizer whose group has them.
WITH_BOUNDS = "with_bounds"
_GROUP = "optimizer.param_groups[0]"


def unreadable_bounds(optimizing: Optimizing, readable: Readable) -> dict[str, Expr]:
    """The bounds that functions which train could only be given."""
    return {name: bound for name, bound in optimizing.clipping if not _reads(readable, bound, name)}


def _reads(readable: Readable, bound: Expr, name: str) -> bool:
    try:
        readable(bound, name)
    except NotKept:
        return False
    return True


def in_group(parameters: Expr, bounds: dict[str, Expr]) -> Expr:
    """Parameters for an optimizer, whose group keeps some bounds."""
    entries = "".join(f', "{name}": {bound}' for name, bound in bounds.items())
    text = f'[{{"params": {parameters}{entries}}}]'
    return joined(text, POSTFIX, parameters, *bounds.values())


def read_from_group(optimizing: Optimizing, bounds: dict[str, Expr]) -> Optimizing:
    """The same optimizer, whose steps look there for them."""
    held = {name: Expr(f'{_GROUP}["{name}"]') for name in bounds}
    clipping = tuple((name, held.get(name, bound)) for name, bound in optimizing.clipping)
    return replace(optimizing, clipping=clipping)


def perhaps_unclipped(file: FileContext, clipping: Clipping) -> frozenset[str]:
    """The bounds that may be none: Keras clips by those above zero."""
    return frozenset(
        name for name, bound in clipping if not bound.known and may_be(file, bound, "None", "0")
    )


def bounds_of_several(
    file: FileContext, options: list[Clipping]
) -> tuple[Clipping, frozenset[str]]:
    """What the steps of any of several optimizers clip by, and which of that may be none."""
    if all(one == options[0] for one in options) and all(bound.known for _, bound in options[0]):
        return options[0], frozenset()
    names = [name for name in CLIPPING if any(name in dict(one) for one in options)]
    lacking = {name for name in names if any(name not in dict(one) for one in options)}
    held = (
        (name, Expr(f'{_GROUP}.get("{name}")' if name in lacking else f'{_GROUP}["{name}"]'))
        for name in names
    )
    unclipped = (perhaps_unclipped(file, one) for one in options)
    return tuple(held), frozenset(lacking).union(*unclipped)


def with_bounds(optimizer: str, clipping: Clipping, arguments: str | None) -> str:
    """What makes an optimizer whose group keeps some bounds, once it gets the parameters."""
    bounds = ", ".join(f'"{name}": {bound}' for name, bound in clipping)
    parts = [WITH_BOUNDS, optimizer, f"{{{bounds}}}", *([arguments] if arguments else [])]
    return f"partial({', '.join(parts)})"
