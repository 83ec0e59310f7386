"""Branches: both ways are run apart and put together, in both programs."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import libcst as cst

from transpiler.interpret.control.elements import are_told_apart, either_model
from transpiler.interpret.control.joins import Side, changed_names, join_scopes
from transpiler.interpret.control.perhaps import joined_callbacks
from transpiler.interpret.control.picked_rates import picked_rate
from transpiler.interpret.dispatch import evaluate, provided, provides
from transpiler.interpret.object_groups import one_of_unknown
from transpiler.interpret.region import Region, Way
from transpiler.interpret.scope import Scope
from transpiler.interpret.statics import to_expr, verbatim
from transpiler.interpret.tensors.names import bind_tensor
from transpiler.interpret.values import (
    Bound,
    Choice,
    Mapping,
    Model,
    Sequence,
    Static,
    Unknown,
    Value,
    is_graph,
)
from transpiler.ir import tokens
from transpiler.ir.code import If, Line, Node, Return
from transpiler.ir.sizes import sized_alike
from transpiler.passes.liveness import walk
from transpiler.record import replace
from transpiler.regex import regex

serials = itertools.count(1)


def branch(
    region: Region,
    test: Static,
    then: Callable[[], bool],
    otherwise: Callable[[], bool],
    node: cst.CSTNode,
) -> bool:
    """Run both ways of a branch apart, and put them together."""
    before = region.scope
    sides: list[Side] = []
    ended: list[bool] = []
    serial = next(serials)
    label = _label(test)
    region.branches += 1
    try:
        for side, way in enumerate((then, otherwise)):
            region.scope = before.copy()
            here = Way(serial, side, "" if side else label)
            with on_way(region, here), region.collecting() as (init, forward):
                ended.append(way())
                provided("close_models")(region)
            sides.append((region.scope, init, forward))
    finally:
        region.branches -= 1
        region.scope = before
    one, other = sides
    if ended[0] and not ended[1]:
        region.scope = other[0]
    elif ended[1] and not ended[0]:
        region.scope = one[0]
    else:
        region.scope = join_scopes(region, before, one, other, test, node)
    raising = tuple(e and not _leaves(s) for e, s in zip(ended, sides, strict=True))
    _emit_if(region, test, one, other, raising)
    return ended[0] and ended[1]


def _leaves(side: Side) -> bool:
    """Whether a way that ends does so by `return`, or goes on with a loop or after it."""
    return any(
        isinstance(node, Return) or (isinstance(node, Line) and node.jump)
        for nodes in side[1:]
        for node in walk(nodes)
    )


@contextmanager
def on_way(region: Region, way: Way) -> Iterator[None]:
    region.ways.append(way)
    try:
        yield
    finally:
        region.ways.pop()


_COMPARED = regex(r"""[\w.]+ (?:==|is) ["'](\w+)["']|(\w+)""")


def _label(test: Static) -> str:
    """What a condition says of the case in which it holds: `kind == "lstm"`, `deep`."""
    match = _COMPARED.fullmatch(test.expr.text)
    return "" if match is None else match.group(1) or match.group(2)


def _emit_if(
    region: Region, test: Static, one: Side, other: Side, raising: tuple[bool, ...] = (False, False)
) -> None:
    """The branch in both programs; `forward` only has the way that does not raise in `__init__`."""
    serial = next(serials)
    region.emit_init(If(test.expr, one[1], other[1], id=serial))
    if raising[0] != raising[1]:
        region.forward += (one if raising[1] else other)[2]
    else:
        region.emit_forward(If(test.running, one[2], other[2], id=serial))


@provides("conditional")
def conditional(region: Region, node: cst.IfExp, test: Static) -> Value:
    """`a if test else b` where the condition is only known at run time."""
    before = region.scope
    sides: list[tuple[Scope, list[Node], list[Node]]] = []
    values: list[Value] = []
    serial = next(serials)
    for side, part in enumerate((node.body, node.orelse)):
        region.scope = before.copy()
        way = Way(serial, side, "" if side else _label(test))
        with on_way(region, way), region.collecting() as (init, forward):
            values.append(evaluate(region, part))
            provided("close_models")(region)
        sides.append((region.scope, init, forward))
    region.scope = before
    for name in {n for scope, _, _ in sides for n in changed_names(before, scope)}:
        if is_plain(before.values.get(name, Unknown())):  # `options.update(...) if test else None`
            before.bump(name)
            before.values[name] = Static(before.read(name))
    a, b = values
    if isinstance(a, Model) and isinstance(b, Model):
        return either_model(a, b)
    if (callbacks := joined_callbacks(test, a, b)) is not None:
        return callbacks
    if (
        not is_graph(a)
        and not is_graph(b)
        and not isinstance(a, Unknown)
        and not isinstance(b, Unknown)
    ):
        data: Value | None = None
        if region.file.data_names:
            data = provided("either_data")(region, node, test, a, b)
        if data is not None:
            return data
        if is_plain(a) and is_plain(b):
            made = verbatim(region, node, test, a, b)
            one_of = sized_alike(made.expr, to_expr(region, a), to_expr(region, b))
            made = replace(made, expr=one_of)
            if (rate := picked_rate(region, node, test, a, b, made)) is not None:
                return rate
            return replace(made, either=Choice(test, a, b)) if are_told_apart(a, b) else made
        return Choice(test, a, b)
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return one_of_unknown(a, b)
    if isinstance(a, Bound) and isinstance(b, Bound):
        return _conditional_tensor(region, test, a, b, sides, node)
    return Choice(test, a, b)


def is_plain(value: Value) -> bool:
    return isinstance(value, (Static, Sequence, Mapping))


def _conditional_tensor(
    region: Region, test: Static, a: Bound, b: Bound, sides: list[Side], node: cst.CSTNode
) -> Value:
    """A conditional expression of tensors, as a branch that assigns."""
    target = region.assigned if region.whole is node else ""
    if not target:
        region.temporaries += 1
        target = tokens.variable(f"x:c{region.temporaries}")
    before = region.scope
    done: list[Side] = []
    for value, side in zip((a, b), sides, strict=True):
        region.scope, outer = side[0], (region.init, region.forward)
        region.init, region.forward = side[1], side[2]
        bind_tensor(region, target, value)
        done.append((region.scope, region.init, region.forward))
        region.init, region.forward = outer
    region.scope = join_scopes(region, before, done[0], done[1], test, node)
    _emit_if(region, test, done[0], done[1])
    joined = region.scope.values[target]
    assert isinstance(joined, Bound)
    return joined
