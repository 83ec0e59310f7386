"""A loss that a string names when the program runs: one of those that its strings name.

model.compile(loss=loss_name)   # criterion = {"mse": nn.MSELoss(), "mae": nn.L1Loss()}[loss_name]

Or one of several objects, which become criteria where the program makes them; strings among them
in the head of a loop, too.

for loss in [MeanSquaredError(), Huber()]:      for loss in [nn.MSELoss(), nn.HuberLoss()]:
    model.compile(loss=loss)
"""

from __future__ import annotations

import ast

from transpiler.interpret.bindings import Span, losses_made_at
from transpiler.interpret.context import FileContext
from transpiler.interpret.region import Region
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Static, Value
from transpiler.ir.expr import Expr
from transpiler.ir.notes import all_said
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Loss, Prediction
from transpiler.lower.binding import Use, only, use_of
from transpiler.lower.left_out import refuse_none
from transpiler.lower.loss_reductions import reduced_loss
from transpiler.lower.named_parts import Names, gives_no_name, names_it_may_be
from transpiler.record import replace
from transpiler.registry import Rules
from transpiler.source.looped_classes import rows_of
from transpiler.source.occurrences import Positions
from transpiler.source.syntax import all_in, program_tree


def loss_by_name(file: FileContext, value: Value, seen: Prediction, several: bool) -> Loss | None:
    """The loss of a name that is only known at run time; None where it is no such thing.

    `several` is whether it is one of a model with several outputs.
    """
    if not isinstance(value, Static) or value.expr.known:
        return None
    rules, tree, text = file.rules, file.tree, value.expr.text
    names = names_it_may_be(
        tree, file.path, text, lambda n: f"keras.losses.{n}" in rules.losses, several
    )
    if not names.found:
        return None
    if not names.surely and gives_no_name(tree, file.path, text):
        raise Unsupported(f"`{text}` may be a loss, or the name of one")
    try:
        return _by_name(rules, value.expr, names, seen)
    except Unsupported:
        if names.near is None or not names.near.found:
            raise
        return _by_name(rules, value.expr, names.near, seen)


def _by_name(rules: Rules, picks: Expr, known: Names, seen: Prediction) -> Loss:
    names = known.found
    seen = replace(seen, droppable=False)
    uses = {n: use_of(rules.losses, "keras.losses", Static(Expr(n, n)), "the loss") for n in names}
    losses: dict[str, Loss] = {name: use.build(seen) for name, use in uses.items()}
    which = f" ({', '.join(names)}): write the one that it is"
    first = _of_one_kind(list(losses.values()), which)
    entries = ", ".join(f'"{name}": {made.criterion}' for name, made in losses.items())
    helpers = frozenset[str]().union(*(made.criterion.helpers for made in losses.values()))
    criterion = Expr(f"{{{entries}}}[{picks.text}]", helpers=helpers, names=picks.names)
    return replace(first, criterion=criterion, note=all_said(first.note, known.assumed))


def losses_made_before(
    file: FileContext, call: TrainingCall, region: Region, seen: Prediction
) -> tuple[Loss, list[Use]] | None:
    """The loss that a variable holds, one of several objects; None where it is no such thing."""
    given = call.given["loss"]
    if not isinstance(given.value, Static) or given.value.expr.known or given.node is None:
        return None
    places = losses_made_at(region, given.node) if _is_picked(given.text) else []
    if not any(place in file.losses for place in places):
        return None
    named = _named_in_rounds(file, given.text, places) or _named_there(file, given.text, places)
    if not all(place in file.losses or place in named for place in places):
        raise Unsupported("a loss that is made elsewhere in one of several cases")
    made = [file.losses.get(place) or named[place] for place in places]
    uses = [use_of(file.rules.losses, "keras.losses", value, "the loss") for value in made]
    for use in uses:
        only(use, "name", "dtype")
        refuse_none(file, use.symbol, use.arguments)
    losses = [reduced_loss(use, seen) for use in uses]
    if len({loss.drops for loss in losses}) > 1:  # some would take what others have no use for
        losses = [reduced_loss(use, replace(seen, droppable=False)) for use in uses]
    kind = _of_one_kind(losses)
    if kind.smoothed:
        raise Unsupported("one of several losses smooths labels")
    helpers = frozenset[str]().union(*(loss.criterion.helpers for loss in losses))
    texts = tuple((p, str(loss.criterion)) for p, loss in zip(places, losses, strict=True))
    criterion = Expr(given.text, helpers=helpers, names=given.value.expr.names)
    return replace(kind, criterion=criterion, places=texts), uses


def _is_picked(text: str) -> bool:
    """Whether it is a variable, an entry of a table, or what a function gives."""
    match ast.parse(text, mode="eval").body:
        case ast.Name() | ast.Subscript(value=ast.Name()) | ast.Call(func=ast.Name()):
            return True
        case ast.Call(func=ast.Attribute(value=ast.Name(), attr="get")):
            return True
    return False


def _named_in_rounds(file: FileContext, name: str, places: list[Span]) -> dict[Span, Static]:
    """The losses that strings name in the head of the loops that bind a variable, by their places.

    for label, loss in [("mse", "mse"), ("huber", Huber(0.5))]:
    """
    found: dict[Span, Static] = {}
    module, positions = program_tree(file.tree.text), Positions(file.tree.text)
    names = [n for n in all_in(module or ast.Module([], [])) if isinstance(n, ast.Name)]
    stored = sum(n.id == name and isinstance(n.ctx, ast.Store) for n in names)
    for loop in all_in(module or ast.Module([], [])):
        variables, rows = rows_of(loop) if isinstance(loop, ast.For) else ([], [])
        if rows and variables.count(name) == 1:
            stored -= 1
            for one in (row[variables.index(name)] for row in rows):
                match one:
                    case ast.Constant(value=str(said)) if (
                        f"keras.losses.{said}" in file.rules.losses
                    ):
                        found[positions.span(one)] = Static(Expr(said, said))
    return found if not stored and found.keys() <= {*places} else {}


def _named_there(file: FileContext, text: str, places: list[Span]) -> dict[Span, Static]:
    """Those that strings name: what a variable, a table, a function or its callers have."""
    module, positions = program_tree(file.tree.text), Positions(file.tree.text)
    nodes = list(all_in(module or ast.Module([], [])))
    reads = [n for n in nodes if isinstance(n, ast.Name) and n.id == text]
    if sum(isinstance(n.ctx, ast.Load) for n in reads) > 1:
        return {}  # what reads it may want the name
    found: dict[Span, Static] = {}
    for node in nodes:
        match node:
            case ast.Constant(str(said)) if f"keras.losses.{said}" in file.rules.losses:
                place = positions.span(node)
                if place in places:
                    found[place] = Static(Expr(said, said))
    return found


def _of_one_kind(losses: list[Loss], which: str = "") -> Loss:
    """The first of them: what stands around a criterion must be the same for all."""
    blank, paired = Expr(""), all(loss.paired for loss in losses)
    alike = [replace(one, criterion=blank, note="", differs="", paired=paired) for one in losses]
    if any(one != alike[0] for one in alike):
        raise Unsupported(f"a loss that is only known at run time, of several kinds{which}")
    return replace(losses[0], paired=paired)
