"""Optimizers of which the program picks one when it runs.

if args.optimizer == "sgd":
    opt = SGD(0.1)              # partial(torch.optim.SGD, lr=0.1)
else:
    opt = Adam(1e-4)            # partial(torch.optim.Adam, lr=1e-4, eps=1e-7)
model.compile(optimizer=opt)    # optimizer = opt(model.parameters())

They stay where they are made, until they get the parameters. Where a string names one, a dict has
those that it may be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from transpiler.interpret.bindings import Span, made_at, optimizer_at
from transpiler.interpret.context import FileContext
from transpiler.interpret.region import Region
from transpiler.interpret.training import Given, TrainingCall, root
from transpiler.interpret.values import Choice, Static, Value
from transpiler.ir.expr import POSTFIX, Expr, literal
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Optimizer
from transpiler.lower.clipping import WITH_BOUNDS, bounds_of_several, with_bounds
from transpiler.lower.left_out import without_none
from transpiler.lower.named_parts import gives_no_name, names_it_may_be
from transpiler.lower.optimizers import Optimizing, lower_optimizer
from transpiler.record import record, replace
from transpiler.regex import regex
from transpiler.registry import Rules
from transpiler.source.tree import Tree

#: Stands for the expression that picks one of those that are made in the program.
CHOSEN = "CHOSEN"
_PLACE = Expr("PARAMETERS")
_MADE = regex(rf"([\w.]+)\({_PLACE}(?:, (.*))?\)", re.S)
#: What can be called as it stands.
_PLAIN = regex(r"[\w.]+(\[[^\[\]]*\])?")


@record(frozen=True, slots=True)
class Choices:
    """The optimizers, and what stands for each of them."""

    optimizing: Optimizing
    each: tuple[Optimizing, ...]  #: those that it may be
    texts: dict[Span, str]  #: by the place where it is made
    by_name: str = ""  #: the source of the function that makes the one of a name


def optimizer_choices(
    rules: Rules,
    tree: Tree,
    call: TrainingCall,
    region: Region,
    parameters: Expr,
    exact: bool,
    changes: bool,
) -> Choices | None:
    """The optimizers that a `compile` may get; None where it is no choice between known ones.

    A model that is not made there may have trained before: its optimizer must be another one then.
    """
    given = call.given["optimizer"]
    value = given.value
    if not isinstance(value, Static) or value.expr.known or given.node is None:
        return None
    places = list(made_at(region, given.node, anew=not _makes_the_model(call)))
    made = {p: made for p in places if (made := optimizer_at(region, p)) is not None}
    if made:
        if len(made) != len(places):
            raise Unsupported("an optimizer that is made elsewhere in one of several cases")
        return _placed(region.file, given, made, parameters, exact, changes)
    return _named(rules, tree, region.file.path, given, parameters, exact, changes)


def _makes_the_model(call: TrainingCall) -> bool:
    """Whether a function compiles a model that it has made, or got from another function."""
    made, region = root(call.model), call.region
    if region is None:
        return False
    return made.caller is region or any(built.model is made for built in region.built)


def _placed(
    file: FileContext,
    given: Given,
    made: dict[Span, Value],
    parameters: Expr,
    exact: bool,
    changes: bool,
) -> Choices:
    every = [one for value in made.values() for one in _options(value)]
    how = exact, changes, file.options.keras
    lowered = [_lowered(file.rules, without_none(file, one), *how) for one in every]
    clipping, unclipped = bounds_of_several(file, [one.clipping for one in lowered])
    kept = any(not bound.known for _, bound in clipping)  # in the groups of the optimizers
    texts_of_options = (_partial(one, kept) for one in lowered)

    def text_of(value: Value) -> str:
        if not isinstance(value, Choice):
            return next(texts_of_options)
        if value.table is not None:
            return _looked_up(value.table, [text_of(one) for one in _leaves(value)])
        then, otherwise = map(text_of, value.options)
        if isinstance(value.otherwise, Choice) and value.otherwise.table is None:
            otherwise = otherwise[1:-1]  # `a if … else b if … else c`
        return f"({then} if {value.test.expr.text} else {otherwise})"

    texts = {place: text_of(value) for place, value in made.items()}
    called = isinstance(given.value, Static) and given.value.expr.strength >= POSTFIX
    plain = called or _PLAIN.fullmatch(given.text)
    source = CHOSEN if plain else f"({CHOSEN})"
    together = _together(lowered, Expr(f"{source}({parameters})", strength=18), kept)
    together = replace(together, clipping=clipping, unclipped=unclipped)
    return Choices(together, tuple(lowered), texts)


def _options(value: Value) -> Iterator[Value]:
    """All optimizers that a choice is between, in the order in which they are written."""
    if not isinstance(value, Choice):
        yield value
    elif value.table is not None:
        for one in _leaves(value):
            yield from _options(one)
    else:
        for one in value.options:
            yield from _options(one)


def _leaves(value: Value) -> Iterator[Value]:
    """What a choice is between, in the order of its tests."""
    if isinstance(value, Choice):
        yield value.then
        yield from _leaves(value.otherwise)
    else:
        yield value


def _looked_up(table: tuple[Expr, tuple[Any, ...]], texts: list[str]) -> str:
    """What the key picks out of a dict, which raises where it has none of that name."""
    key, names = table
    entries = (f"{literal(name)}: {text}" for name, text in zip(names, texts, strict=True))
    return f"{{{', '.join(entries)}}}[{key.text}]"


def _named(
    rules: Rules,
    tree: Tree,
    path: str,
    given: Given,
    parameters: Expr,
    exact: bool,
    changes: bool,
) -> Choices | None:
    """The optimizers that strings of the program name."""
    names = names_it_may_be(
        tree, path, given.text, lambda name: f"keras.optimizers.{name.lower()}" in rules.optimizers
    )
    if not names.found:
        return None
    if not names.surely and gives_no_name(tree, path, given.text):
        raise Unsupported(f"`{given.text}` may be an optimizer, or the name of one")
    words = dict.fromkeys(name.lower() for name in names.found)
    options = {name: _lowered(rules, Static(Expr(name, name)), exact, changes) for name in words}
    lines = [f'        "{name}": {_partial(made)},' for name, made in options.items()]
    source = "\n".join([
        "def optimizer_by_name(name, parameters):",
        '    """The optimizer that Keras knows by a name, with its defaults."""',
        "    optimizers = {",
        *lines,
        "    }",
        "    return optimizers[name.lower()](parameters)",
        "",
    ])  # fmt: skip
    text = f"optimizer_by_name({given.text}, {parameters})"
    made = _together(list(options.values()), Expr(text, strength=18))
    return Choices(replace(made, assumed=names.assumed), tuple(options.values()), {}, source)


def _lowered(
    rules: Rules, value: Value, exact: bool, changes: bool, keras: str = "auto"
) -> Optimizing:
    made = lower_optimizer(rules, value, _PLACE, exact, changes, keras=keras)
    if made.schedule is not None or made.decay is not None:
        raise Unsupported("one of several optimizers has a schedule")
    if made.scaling is not None or made.averaging is not None or made.accumulation is not None:
        raise Unsupported("one of several optimizers scales or gathers gradients, or averages")
    return made


def _partial(made: Optimizing, bounded: bool = False) -> str:
    """What makes the optimizer once it gets the parameters, with its bounds of gradients."""
    found = _MADE.fullmatch(made.optimizer.constructor.text)
    if found is None:
        raise Unsupported(f"{made.use.symbol} as one of several optimizers")
    name, arguments = found.groups()
    if bounded and made.clipping:
        return with_bounds(name, made.clipping, arguments)
    return f"partial({name}, {arguments})" if arguments else str(name)


def _together(options: list[Optimizing], constructor: Expr, bounded: bool = False) -> Optimizing:
    """What all of them need, and how they differ from Keras's."""
    adaptive = [o for o in options if not o.use.rule.names[0].endswith(".SGD")]
    helpers = frozenset[str]().union(*(o.optimizer.constructor.helpers for o in options))
    helpers |= {WITH_BOUNDS} if bounded else set()
    momentum = any(option.optimizer.momentum for option in options)
    notes = tuple(dict.fromkeys(note for option in options for note in option.notes))
    optimizer = Optimizer(replace(constructor, helpers=helpers), momentum)
    return replace((adaptive or options)[0], optimizer=optimizer, notes=notes)
