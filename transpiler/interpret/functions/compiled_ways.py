"""What has compiled a model that a function gives, on each way on which it may have come.

def get_model(name):                     small: the `compile` of `build_small`, then this one
    if name == "small":                  else: this one
        model = build_small()
    else:
        model = Sequential(...)
    model.compile("sgd", "mse")
    return model
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from transpiler.interpret.region import Region
from transpiler.interpret.summary import Handed
from transpiler.interpret.training import TrainingCall, may_be, options_of
from transpiler.interpret.values import Model, PerhapsModel, Sequence, Value
from transpiler.record import record
from transpiler.source.suites import blocks_around


@record(frozen=True, slots=True)
class Entered:
    """A function that is entered by a call."""

    region: Region
    node: cst.CSTNode  #: the call


@record(frozen=True, slots=True)
class Compiled:
    """A `compile` on the way of a model."""

    call: TrainingCall
    entered: tuple[Entered, ...]  #: the functions around it, the outermost first
    sure: bool  #: whether it comes to pass wherever the model goes that way


@record(frozen=True, slots=True)
class Way:
    """How one model comes to whom a function gives it."""

    home: Region  #: of the function that makes it
    steps: tuple[Compiled, ...]  #: in the order in which they come to pass

    @property
    def last(self) -> Compiled | None:
        """What compiles it last."""
        return self.steps[-1] if self.steps else None


def ways_of(model: Model, entered: tuple[Entered, ...] = ()) -> Iterator[Way]:
    """The ways of a model that a function gives; none where too little is known of that."""
    region = model.summary.region if model.summary is not None else None
    if region is None or model.node is None or model.origin is None:
        return
    entered = (*entered, Entered(region, model.node))
    for option in options_of(model.origin):
        own = tuple(_compiles(region, option, entered))
        before = [Way(region, ())]
        if option.kind == "instance":
            before = [*ways_of(option, entered)]
        for way in before:
            yield Way(way.home, (*way.steps, *own))


def _compiles(region: Region, model: Model, entered: tuple[Entered, ...]) -> Iterator[Compiled]:
    """What a function compiles such a model with, in order."""
    calls = [c for c in region.training.values() if c.name == "compile"]
    found: list[tuple[cst.CSTNode, Compiled]] = [
        (call.node, Compiled(call, entered, _is_sure(region, model, call.node)))
        for call in calls
        if may_be(call.model, model)
    ]
    for handed in region.handings.values():
        found += [(handed.node, c) for c in _handed(region, model, handed, entered)]
    for _, compiled in sorted(found, key=lambda pair: region.tree.span(pair[0])[0]):
        yield compiled


def _handed(
    region: Region, model: Model, handed: Handed, entered: tuple[Entered, ...]
) -> Iterator[Compiled]:
    """What a function that gets the model compiles it with."""
    inner = handed.summary.region
    if inner is None or not any(_gives(value, model) for value in handed.given.values()):
        return
    sure = _is_sure(region, model, handed.node)
    for call in inner.training.values():
        if call.name == "compile" and may_be(call.model, model):
            always = sure and not (call.conditional or call.in_loop)
            yield Compiled(call, (*entered, Entered(inner, handed.node)), always)


def _gives(value: Value, model: Model) -> bool:
    return isinstance(value, Model) and may_be(value, model)


def _is_sure(region: Region, model: Model, node: cst.CSTNode) -> bool:
    """Whether a statement comes to pass in a function wherever it gives a certain model."""
    tree, function = region.tree, region.function
    if not isinstance(function, cst.FunctionDef) or model.node is None:
        return False
    place = tree.span(node)[0]
    here, there = (
        [s for s in blocks_around(tree, function, offset) if not isinstance(s[0], cst.With)]
        for offset in (place, tree.span(model.node)[0])
    )
    around = all(one[1] is other[1] for one, other in zip(here, there, strict=False))
    looped = any(isinstance(statement, (cst.For, cst.While)) for statement, _ in here)
    answered = any(
        _holds(value, model) and tree.span(answer)[1] <= place for value, answer in region.returns
    )
    return around and len(here) <= len(there) and not (looped or answered)


def _holds(value: Value, model: Model) -> bool:
    items = value.items if isinstance(value, (Sequence, PerhapsModel)) else ()
    items = items or (value,)
    return any(_gives(item, model) for item in items)
