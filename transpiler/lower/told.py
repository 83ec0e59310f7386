"""What objects of Keras are told, as the functions that train can read it when they run.

def main(limit):
    model.compile(SGD(clipvalue=limit))     train_epoch() knows no `limit`
"""

from __future__ import annotations

from transpiler.interpret.region import Region
from transpiler.ir.expr import Expr, expr, reads
from transpiler.ir.tensor import Unsupported
from transpiler.lower.binding import Use
from transpiler.lower.predictions import is_steady
from transpiler.record import replace


def readable(region: Region, given: Expr, what: str) -> Expr:
    """A value that such a function reads: a variable of the module which has not changed since."""
    own = any(version for _, version in given.names) or bool(kept_by(region, given))
    if not given.names or (region.scope.current(given) if region.is_module else not own):
        return given
    if all(is_steady(region.file, name) for name in reads(given)):
        return given  # which the module has told an object of its own
    if not given.known:
        raise Unsupported(f"{what}: what `{given}` was is not kept")
    return expr(given.value)


def told(region: Region, use: Use, what: str) -> Use:
    """The use of a rule with all of its arguments such values."""
    arguments = {name: readable(region, given, what) for name, given in use.arguments.items()}
    return replace(use, arguments=arguments)


def kept_by(region: Region, given: Expr | None) -> frozenset[str]:
    """The names in a value that only the function knows which builds or compiles the model."""
    if given is None or region.is_module:
        return frozenset()
    return frozenset(n for n in reads(given) if n in region.parameters or n.startswith("self."))
