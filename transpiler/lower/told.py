"""What objects of Keras are told, as the functions that train can read it when they run.

def main(limit):
    model.compile(SGD(clipvalue=limit))     train_epoch() knows no `limit`
"""

from __future__ import annotations

from transpiler.interpret.context import FileContext
from transpiler.interpret.control.picked_rates import PICKED
from transpiler.interpret.effects import has_effect
from transpiler.interpret.region import Region
from transpiler.interpret.stale import made_in, told_to
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Value
from transpiler.ir.expr import Configured, Expr, expr, reads
from transpiler.ir.tensor import Unsupported
from transpiler.lower.binding import Use
from transpiler.lower.predictions import is_steady
from transpiler.record import replace
from transpiler.source.changing import changed
from transpiler.source.outer_reads import functions_of


class NotKept(Unsupported):
    """A value that functions which train could only be given."""


def readable(region: Region, given: Expr, what: str) -> Expr:
    """A value that such a function reads: a variable of the module which has not changed since."""
    own = any(version for _, version in given.names) or bool(kept_by(region, given))
    own = own or not given.names.isdisjoint(_of_outer(region, given))
    if not given.names or (region.scope.current(given) if region.is_module else not own):
        return given
    if all(is_steady(region.file, name) for name in reads(given)):
        return given  # which the module has told an object of its own
    if not given.known:
        raise NotKept(f"{what}: what `{given}` was is not kept")
    return expr(given.value)


def told(
    region: Region,
    use: Use,
    what: str,
    compiled: TrainingCall | None = None,
    shared: bool = False,
) -> Use:
    """The use of a rule with all of its arguments such values, where `compile` looks at them.

    Where a function is `shared` by several models, its variables may change from one to the next.
    """
    use = lasting(region.file, use, what, compiled)
    if any(has_effect(region, given.text) for given in use.arguments.values()):
        raise Unsupported(f"{what}: its arguments change something when they are evaluated")
    if shared:
        return use
    arguments = {name: readable(region, given, what) for name, given in use.arguments.items()}
    return replace(use, arguments=arguments)


def lasting(
    file: FileContext,
    use: Use,
    what: str,
    compiled: TrainingCall | None = None,
    until: int | None = None,
) -> Use:
    """The use of a rule, of which nothing reads what the program changes before it is read."""
    if use.place is None:
        return use
    times = (use.place[1], until) if compiled is None else times_of(file, compiled)
    kept = {n: unchanging(file, given, what, *times) for n, given in use.arguments.items()}
    return replace(use, arguments=kept)


def times_of(file: FileContext, compiled: TrainingCall) -> tuple[int, int | None]:
    """When a `compile` looks at what it gets, and when the last training needs it."""
    return file.tree.span(compiled.node)[1], compiled.until


def unchanging(file: FileContext, given: Expr, what: str, begin: int, end: int | None) -> Expr:
    """A value as it was at one time, read until another: a number, where it changes between."""
    found = changed(file.path, file.tree.text, given.text, begin, end)
    if not found:
        return given
    if not given.known or not isinstance(given.value, (int, float, str)):
        raise NotKept(f"{what}: `{found}` changes later, and what it was is not kept")
    return expr(given.value)


def refuse_unsteady(file: FileContext, value: Value, compiled: TrainingCall) -> None:
    """Refuse optimizers and schedules that read what the program changes later, or draws."""
    times = times_of(file, compiled)
    for made in made_in(value):
        _refuse_acting(compiled.region, made)
        if made.name.startswith("keras.optimizers.schedules.") and made.place is not None:
            for given in told_to(made):
                if found := changed(file.path, file.tree.text, given.text, *times):
                    name = "the learning rate" if made.name == PICKED else made.name
                    raise Unsupported(f"{name}: `{found}` changes later")


#: What is read in each step.
_READ_LATER = frozenset({"clipnorm", "clipvalue", "global_clipnorm", "gradient_accumulation_steps"})


#: The first thing that torch evaluates, too.
_RATES = frozenset({"learning_rate", "lr"})


def _refuse_acting(region: Region | None, made: Configured) -> None:
    """Refuse arguments that do something each time they are evaluated: once, and in their order.

    SGD(momentum=rng.uniform(), learning_rate=rng.uniform())        # torch takes the rate first
    """
    if region is None:
        return
    plain = {id(given) for given in told_to(made)}
    given = [("learning_rate" if n == 0 else "", one) for n, one in enumerate(made.args)]
    acting = [
        (name, one.text)
        for name, one in (*given, *made.kwargs)
        if id(one) in plain and has_effect(region, one.text)
    ]
    later = made.name.startswith("keras.optimizers.schedules.")
    later = later or any(name in _READ_LATER for name, _ in acting)
    if acting and (later or len(acting) > 1 + (acting[0][0] in _RATES)):
        raise Unsupported(
            f"{made.name}: `{acting[0][1]}` changes something when it is evaluated: "
            "give it a variable above"
        )


def refuse_picked_rate(value: Value) -> None:
    """Refuse a rate that may be a number where a callback may change it: no schedule would then."""
    if any(made.name == PICKED for made in made_in(value)):
        raise Unsupported(
            "a learning rate that is a schedule or a number, which a callback may change: "
            "compile and train on a way of its own for each"
        )


def _of_outer(region: Region, given: Expr) -> list[tuple[str, int]]:
    """The variables in a value that belong to a function around the one that compiles."""
    others = [name for name in given.names if name[0] not in region.file.globals]
    if not others or region.function is None:
        return others
    # an import brings objects to the module of which nothing is known
    program, inside = functions_of(region.tree.text), region.tree.span(region.function)[1] - 1
    return [name for name in others if program.owner_at(name[0], inside) is not None]


def kept_by(region: Region, given: Expr | None) -> frozenset[str]:
    """The names in a value that only the function knows which builds or compiles the model."""
    if given is None or region.is_module:
        return frozenset()
    return frozenset(n for n in reads(given) if n in region.parameters or n.startswith("self."))
