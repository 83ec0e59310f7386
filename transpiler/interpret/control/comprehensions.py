"""Comprehensions: of plain values they stay, of tensors they become loops."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from transpiler.interpret.control.branches import is_plain, on_way
from transpiler.interpret.control.changes import what_changes
from transpiler.interpret.control.elements import one_of_models
from transpiler.interpret.control.entries import reads_entries
from transpiler.interpret.control.loops import run_loop
from transpiler.interpret.control.perhaps import callbacks_left
from transpiler.interpret.control.sequences import append, loop_sources
from transpiler.interpret.control.targets import (
    bind_target,
    item_of,
    layers_in_turn,
    target_names,
)
from transpiler.interpret.dispatch import evaluate, evaluates, provided
from transpiler.interpret.layers.lists import (
    evaluated,
    known_dict,
    known_elements,
    listed_layers,
)
from transpiler.interpret.predicted import PREDICTED
from transpiler.interpret.records import Records
from transpiler.interpret.region import GiveUp, Region, Way
from transpiler.interpret.statics import constant, verbatim
from transpiler.interpret.values import (
    Bound,
    Inside,
    Instance,
    Instances,
    Keyed,
    Layer,
    Mapping,
    Model,
    PerhapsModel,
    Repeated,
    Sequence,
    Static,
    Unknown,
    Value,
    is_closure,
    is_graph,
)
from transpiler.ir import tokens
from transpiler.ir.code import Line
from transpiler.ir.expr import ATOM, Expr
from transpiler.ir.pipeline import Generated
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.made_batches import Maker

#: What makes a model there, one in each round.
_MAKES = regex(r"\b(?:Sequential|Model)\(")


@evaluates(cst.ListComp, cst.GeneratorExp, cst.SetComp, cst.DictComp)
def comprehension(
    region: Region, node: cst.ListComp | cst.GeneratorExp | cst.SetComp | cst.DictComp
) -> Value:
    """A comprehension of plain values stays; one that makes tensors becomes a loop."""
    loop = node.for_in
    if isinstance(node, cst.ListComp) and layers_in_turn(loop) is not None:
        listed: Any = provided("list_layers")(region, node)
        if listed:
            return Unknown("the names of layers")
    iterable = evaluate(region, loop.iter)
    if isinstance(node, cst.ListComp):
        inputs: Value | None = provided("input_list")(region, node, iterable)
        if inputs is not None:
            return inputs
        if (callbacks := callbacks_left(node, iterable)) is not None:
            return callbacks
        inside = _tensors_inside(region, node, iterable)
        if inside is not None:
            return inside
    if isinstance(node, cst.DictComp) and not _MAKES.search(region.tree.source(node.value)):
        pairs: Value | None = provided("pairs_of")(region, loop.iter)
        entries = known_dict(region, node, iterable if pairs is None else pairs)
        if entries is not None and is_graph(entries):
            return entries
        if entries is not None and _holds_data(region, entries):
            return replace(entries, static=verbatim(region, node).expr)
        if entries is None and not isinstance(iterable, Unknown):
            taken: Value | None = provided("input_dict")(region, node, iterable)
            if taken is not None:
                return taken
    if isinstance(iterable, Static) and region.file.data_names:
        iterable = provided("each_element")(region, loop.iter, iterable)
        provided("note_parts")(region, loop.target, iterable)
    before = region.scope
    region.scope = before.copy()
    parts = [node.key, node.value] if isinstance(node, cst.DictComp) else [node.elt]
    saved = dict(region.rewrites), dict(region.running)
    built, opened = len(region.built), len(region.open_sequentials)
    way = Way(id(node), -1, "", len(region.outside), what_changes(before, {}, loop.target))
    values: list[Value] = []
    try:
        with on_way(region, way), region.collecting() as emitted:
            bind_target(
                region,
                loop.target,
                _round_of(region, iterable),
            )
            inner = loop.inner_for_in
            if inner is not None:
                bind_target(region, inner.target, item_of(region, evaluate(region, inner.iter)))
            values = [evaluate(region, i.test) for i in loop.ifs]
            values += [evaluate(region, part) for part in parts]
            provided("close_models")(region)
    finally:
        region.scope = before
        if not values or not isinstance(values[-1], Model):
            del region.built[built:], region.open_sequentials[opened:]
    if isinstance(values[-1], PerhapsModel):
        return PerhapsModel("a list with what may be a model in it", models=values[-1].models)
    unknown = {v.reason for v in (*values, iterable) if isinstance(v, Unknown)}
    if isinstance(values[-1], Instance):
        keys = ("…",) if isinstance(node, cst.DictComp) else ()  # whichever they are
        return Instances(values[-1].reason, items=(values[-1],), keys=keys)
    if unknown:
        predicted = unknown == {PREDICTED}
        return Unknown(PREDICTED if predicted else "a comprehension over something unknown")
    if isinstance(values[-1], Model):
        reading = verbatim(region, node).expr
        kind = Keyed if isinstance(node, cst.DictComp) else Repeated
        return kind(values[-1], reading, reading)
    if not is_graph(values[-1]) and not is_graph(iterable):
        own = _comprehension_names(loop)
        result = verbatim(region, node, iterable, *[v for v in values if is_plain(v)])
        names = frozenset(p for p in result.expr.names if p[0] not in own)
        if (again := _names_again(node, iterable, values)) is not None:
            return replace(again, static=replace(result.expr, names=names))
        run = result.run
        if run is not None:
            run = replace(run, names=frozenset(p for p in run.names if p[0] not in own))
        made = result.expr.value
        if isinstance(node, cst.GeneratorExp) and isinstance(node.elt, cst.Tuple):  # of batches
            maker = Maker(cst.Lambda(cst.Parameters(), node.elt), region.file.functions())
            made = Generated(maker.in_turn(node))
        return Static(replace(result.expr, names=names, value=made), run)
    if isinstance(values[-1], Static) and isinstance(one_of_models(region, iterable), Repeated):
        return Unknown("what is asked of one model after another")
    region.rewrites, region.running = saved
    if isinstance(node, cst.DictComp):
        raise GiveUp("a dict of tensors whose keys are not known", node)
    makes = isinstance(values[-1], Layer) or is_closure(values[-1])
    if makes and isinstance(node, cst.ListComp) and not loop.ifs:
        return listed_layers(region, node, iterable)
    if (
        loop.inner_for_in is not None
        or loop.ifs
        or not isinstance(node, (cst.ListComp, cst.GeneratorExp))
    ):
        raise GiveUp("a comprehension of tensors with conditions", node)
    if not any(line.text for line in emitted[1] if isinstance(line, Line)):
        kept = _kept_comprehension(region, node, iterable, values[-1])
        if kept is not None:
            return kept
    return _tensor_comprehension(region, node, iterable)


def _round_of(region: Region, iterable: Value) -> Value:
    """What a round gets."""
    if isinstance(iterable, Records) and not iterable.keyed:
        return iterable.each
    return iterable if isinstance(iterable, Unknown) else item_of(region, iterable)


def _kept_comprehension(
    region: Region, node: cst.ListComp | cst.GeneratorExp, iterable: Value, value: Value
) -> Repeated | None:
    """`[inputs[name] for name in names]`, which calls no layer: it stays as it is."""
    loop = node.for_in
    code = value.tensor.code if isinstance(value, Bound) else None
    if not isinstance(value, Bound) or code is None or code.modules or code.before:
        return None
    dims, own = value.tensor.dims, target_names(loop.target)
    if dims is None or value.tensor.mask is not None or isinstance(node, cst.GeneratorExp):
        return None
    static, running = loop_sources(region, iterable)
    varying = [d for d in dims if d is not None and {n for n, _ in d.names} & own]
    if static is None or any(d is not dims[-1] for d in varying):
        return None
    target = region.tree.source(loop.target)
    names = frozenset(pair for pair in code.names if pair[0] not in own) | running.names
    region.helpers_used |= code.helpers
    listed = Expr(f"[{code.text} for {target} in {running.text}]", strength=ATOM, names=names)
    tensor = value.tensor
    if varying:
        sizes = frozenset(pair for pair in varying[0].names if pair[0] not in own) | static.names
        text = f"[{varying[0].text} for {target} in {static.text}]"
        static = Expr(text, strength=ATOM, names=sizes)
        tensor = replace(tensor, dims=(*dims[:-1], None))
    return Repeated(Bound(tensor, fixed=not varying), listed, static)


#: So many names of a list are told apart.
_MOST = 64


def _names_again(node: cst.BaseExpression, iterable: Value, values: list[Value]) -> Sequence | None:
    """`["mse" for _ in outputs]`: as many names, each of which is known."""
    one = len(values) == 1 and isinstance(constant(values[0]), str)
    if not one or not isinstance(node, cst.ListComp) or node.for_in.inner_for_in is not None:
        return None
    held = iterable.items if isinstance(iterable, (Sequence, Mapping)) else constant(iterable)
    counted = isinstance(held, (list, tuple, dict, range)) and 0 < len(held) <= _MOST
    return Sequence((values[0],) * len(held), list) if counted else None


def _holds_data(region: Region, entries: Mapping) -> bool:
    """Whether a dict holds what the program computes, as data for several inputs of a model."""
    items = entries.items.values()
    return region.is_module and not any(isinstance(v, Static) and v.expr.known for v in items)


def _tensors_inside(region: Region, node: cst.ListComp, iterable: Value) -> Sequence | None:
    """`[model.get_layer(name).output for name in names]`, where the names are known.

    Or `[layer.output for layer in model.layers]`, or `[Dense(4)(inputs[name]) for name in names]`.
    """
    plain = not node.for_in.ifs and node.for_in.inner_for_in is None
    listed = iterable.items if isinstance(iterable, Sequence) else ()
    inside = bool(listed) and all(isinstance(item, Inside) for item in listed)
    named = ".get_layer(" in region.tree.source(node.elt)
    named = named or reads_entries(region, node.elt, target_names(node.for_in.target))
    if not plain or not (inside or named):
        return None
    pairs: Value | None = provided("pairs_of")(region, node.for_in.iter)
    items = known_elements(region, iterable if pairs is None else pairs)
    if items is None:
        return None
    found = [evaluated(region, node.for_in.target, item, node.elt) for item in items]
    return Sequence(tuple(found), list) if all(isinstance(v, Bound) for v in found) else None


def _comprehension_names(loop: cst.CompFor) -> frozenset[str]:
    names = target_names(loop.target)
    if loop.inner_for_in is not None:
        names |= _comprehension_names(loop.inner_for_in)
    return names


def _reads(region: Region, node: cst.CSTNode, name: str) -> bool:
    """Whether an expression mentions a name."""
    return re.search(rf"\b{re.escape(name)}\b", region.tree.source(node)) is not None


def _tensor_comprehension(
    region: Region, node: cst.ListComp | cst.GeneratorExp, iterable: Value
) -> Value:
    """`[f(t) for t in ts]` as a loop that appends."""
    target = region.assigned if region.whole is node else ""
    if not target or _reads(region, node, target):  # `xs = [f(x) for x in xs]`
        region.temporaries += 1
        target = tokens.variable(f"outputs:l{region.temporaries}")
    start = Line(f"{target} = []", frozenset({target}))
    region.emit_init(start)
    region.emit_forward(Line(f"{target} = []", frozenset({target})))
    region.scope.bump(target)
    region.scope.values[target] = Sequence(
        (), list, region.scope.read(target), region.scope.read(target)
    )

    def body() -> None:
        value = evaluate(region, node.elt)
        append(region, target, value)

    run_loop(region, node, iterable, node.for_in.target, body)
    for name in target_names(node.for_in.target):
        # The comprehension has it for itself; the loop that stands for it does not
        region.scope.values[name] = Unknown(f"`{name}`, which a comprehension uses too")
    result = region.scope.values[target]
    reading = region.scope.read(target)
    if isinstance(result, (Repeated, Sequence)):
        return replace(result, code=reading, static=reading)
    raise GiveUp("a comprehension that is not understood", node)
