"""Optimizers, losses and metrics that functions get which compile the models that they build.

def build(optimizer, units):               def build(units):
    model = Sequential(...)                    return Model(units)
    model.compile(optimizer, "mse")
    return model

for opt in (SGD(0.1), Adam()):             for opt in (partial(torch.optim.SGD, lr=0.1), ...):
    model = build(opt, 3)                      model = build(3)
                                               criterion = nn.MSELoss()
                                               optimizer = opt(model.parameters())

Each call of the function makes its own, so all of them must be understood.
"""

from __future__ import annotations

import ast

import libcst as cst

from transpiler.emit.training.giving import is_wanted
from transpiler.emit.training.handed_parts import (
    HOLDING,
    Taken,
    is_given_again,
    is_named,
    is_nothing,
    is_part,
    names_of,
)
from transpiler.emit.training.passed_arguments import argument_for, given_before
from transpiler.emit.training.shared import Shared, Site
from transpiler.interpret.bindings import made_at, optimizer_at
from transpiler.interpret.region import Parameter
from transpiler.interpret.stale import why_not_later
from transpiler.interpret.summary import Handed, Summary
from transpiler.interpret.training import Given, TrainingCall
from transpiler.interpret.values import Sequence, Static, Value
from transpiler.ir.expr import Expr, expr
from transpiler.lower.training import Chosen, Training
from transpiler.lower.weighing import is_none
from transpiler.record import record, replace
from transpiler.source.lexical import words_in
from transpiler.source.syntax import all_in


@record(frozen=True, slots=True)
class _Way:
    """What one call of a function gives it."""

    value: Value
    argument: cst.Arg | None = None
    chosen: bool = False  #: the program picks it when it runs

    @property
    def is_object(self) -> bool:
        """Whether it is more than a name, which the function may as well get."""
        return self.chosen or is_part(self.value)


def parts_for_builder(shared: Shared, training: Training) -> list[Taken]:
    """Let the `compile` of a builder see what the call that makes this model has given it."""
    parts = HOLDING["compile"]
    given = (_given(shared, training, call, what) for call in training.moved for what in parts)
    return [taken for taken in given if taken is not None]


def _given(shared: Shared, training: Training, call: TrainingCall, what: str) -> Taken | None:
    summary, given = training.model.summary, call.given.get(what)
    if summary is None or given is None:
        return None
    function, name = summary.function.node, given.text
    parameter = next((p for p in summary.parameters if p.name == name), None)
    sites = shared.sites.get(id(function), [])
    mine = next((site for site in sites if site.node is training.model.node), None)
    if parameter is None or mine is None or not isinstance(function, cst.FunctionDef):
        return None
    if is_wanted(shared.file, summary.function.name) or not _is_kept(shared, function, name):
        return None
    ways = {id(site.node): _way(shared, summary, site, parameter, what) for site in sites}
    if any(way is None for way in ways.values()):
        return None
    found = [way for way in ways.values() if way is not None]
    own = ways[id(mine.node)]
    absent = all(is_none(way.value) for way in found)
    if own is None or not (absent or any(way.is_object for way in found)):
        return None
    node = own.argument.value if own.argument is not None else None
    text = shared.tree.source(node) if node is not None else given.text
    call.given[what] = Given(own.value, text if own.chosen else given.text, (), None)
    if own.chosen:
        call.given[what] = replace(call.given[what], node=node)
        training.chosen[id(call)] = Chosen(mine.room.region, shared.tree.span(mine.node))
    training.callers |= _read_by(own) - words_in(shared.tree.source(function))
    span = shared.tree.span(node) if node is not None else None
    caller = mine.node if isinstance(mine.node, cst.Call) else None
    return Taken(call, function, name, mine.room, span, own.argument, caller, built=True)


def _is_kept(shared: Shared, function: cst.FunctionDef, name: str) -> bool:
    """Whether a parameter is still what the function got when the model is compiled."""
    start, end = shared.tree.span(function)
    return sum(p.binds and start <= p.start < end for p in shared.found.of(name)) == 1


def _way(
    shared: Shared, summary: Summary, site: Site, parameter: Parameter, what: str
) -> _Way | None:
    """What a call gives for a parameter; None where that is not known to be the same later."""
    if not isinstance(site.node, cst.Call) or any(a.star for a in site.node.args):
        return None
    handed = Handed(site.node, summary, site.given)
    if parameter.name in given_before(shared.file, site.node, summary):
        return None
    argument = argument_for(shared.file, site.node, summary, parameter.name)
    held = site.given.get(parameter.name)
    if argument is None:
        return _by_default(parameter, what)
    if is_given_again(shared, site.room, handed, argument):
        return None
    if held is not None and (is_part(held) or is_named(held)):
        way = _Way(held, argument)
        own = _read_by(way) & {p.name for p in summary.parameters}
        return way if not own and _is_steady(shared, site, argument, held) else None
    region = site.room.region
    places = list(made_at(region, argument.value)) if what == "optimizer" else []
    if not places or any(optimizer_at(region, place) is None for place in places):
        return None
    text = shared.tree.source(argument.value)
    inside = words_in(shared.tree.source(summary.function.node)) - {parameter.name}
    if _names_in(argument.value) & inside:
        return None
    strength = 18 if isinstance(argument.value, cst.Call) else expr(None).strength
    return _Way(Static(Expr(text, strength=strength)), argument, chosen=True)


def _by_default(parameter: Parameter, what: str) -> _Way | None:
    """What stands for a parameter that a call does not give."""
    if what != "optimizer" and is_nothing(parameter.default):
        return _Way(Static(expr(None)))
    if isinstance(parameter.default, cst.SimpleString):
        return _Way(Static(expr(ast.literal_eval(parameter.default.value))))
    return None


def _is_steady(shared: Shared, site: Site, argument: cst.Arg, held: Value) -> bool:
    """Whether what an object is made of still means the same right behind the call."""
    if isinstance(held, Sequence):
        written = isinstance(argument.value, (cst.List, cst.Tuple))
        return written and all(_is_steady(shared, site, argument, item) for item in held.items)
    if not isinstance(held, Static):
        return False
    if why_not_later(site.room.region, site.node, "a part", held):
        return False
    span = shared.tree.span(argument.value)
    if span in site.room.region.optimizers:  # it is made here, of what is known here
        return True
    return all(sum(p.binds for p in shared.found.of(name)) == 1 for name in names_of(held.expr))


def _read_by(way: _Way) -> set[str]:
    """The variables of the caller that an optimizer is made of there."""
    items = way.value.items if isinstance(way.value, Sequence) else (way.value,)
    made = [item.expr for item in items if isinstance(item, Static)]
    if way.chosen and way.argument is not None:
        return _names_in(way.argument.value)
    return {name for one in made for name in names_of(one)}


def _names_in(node: cst.BaseExpression) -> set[str]:
    """The variables that an expression reads."""
    source = ast.parse(cst.Module([]).code_for_node(node).strip(), mode="eval")
    return {n.id for n in all_in(source) if isinstance(n, ast.Name)}
