"""A loss that a string names when the program runs: one of those that its strings name.

model.compile(loss=loss_name)   # criterion = {"mse": nn.MSELoss(), "mae": nn.L1Loss()}[loss_name]
"""

from __future__ import annotations

from transpiler.interpret.values import Static, Value
from transpiler.ir.expr import Expr
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Loss, Prediction
from transpiler.lower.binding import use_of
from transpiler.lower.optimizer_choices import gives_no_name, strings_of
from transpiler.record import replace
from transpiler.registry import Rules
from transpiler.source.tree import Tree


def loss_by_name(rules: Rules, tree: Tree, value: Value, seen: Prediction) -> Loss | None:
    """The loss of a name that is only known at run time; None where it is no such thing."""
    if not isinstance(value, Static) or value.expr.known:
        return None
    names = [name for name in strings_of(tree) if f"keras.losses.{name}" in rules.losses]
    if not names:
        return None
    if gives_no_name(tree, value.expr.text):
        raise Unsupported(f"`{value.expr.text}` may be a loss, or the name of one")
    seen = replace(seen, droppable=False)
    uses = {n: use_of(rules.losses, "keras.losses", Static(Expr(n, n)), "the loss") for n in names}
    losses: dict[str, Loss] = {name: use.build(seen) for name, use in uses.items()}
    first = losses[names[0]]
    blank = Expr("")
    if any(replace(x, criterion=blank) != replace(first, criterion=blank) for x in losses.values()):
        raise Unsupported("a loss that is only known at run time, of several kinds")
    entries = ", ".join(f'"{name}": {made.criterion}' for name, made in losses.items())
    helpers = frozenset[str]().union(*(made.criterion.helpers for made in losses.values()))
    text = f"{{{entries}}}[{value.expr.text}]"
    return replace(first, criterion=Expr(text, helpers=helpers, names=value.expr.names))
