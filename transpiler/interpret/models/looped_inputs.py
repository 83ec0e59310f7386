"""Inputs that a loop makes and puts in a list: `*inputs` of `forward`, which loops over them.

for size in sizes:
    features = keras.Input((size,))
    inputs.append(features)
    encoded.append(layers.Dense(8)(features))
"""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.control.elements import channels_of
from transpiler.interpret.dispatch import provides
from transpiler.interpret.region import GiveUp, KeyOrder, Region
from transpiler.interpret.values import Bound, Repeated, Sequence, Value
from transpiler.ir.code import Line
from transpiler.ir.expr import NO_SIZE, Expr, reads
from transpiler.record import record, replace


@record(slots=True, eq=False)
class Gathered:
    """The inputs of one loop, one of each round."""

    loop: int
    input: str  #: the variable of one round
    value: Bound
    list: str  #: the variable of all


@provides("gather_input")
def gather(region: Region, variable: str, value: Value, held: Value, node: cst.CSTNode) -> bool:
    """`inputs.append(features)` in a loop that made it just now; whether it is such a call."""
    name = value.tensor.code.text if isinstance(value, Bound) else ""
    if not region.loops and name in region.inputs and _is_of_inputs(region, held):
        before = held.items if isinstance(held, Sequence) else (held,)
        _emit_size(region, variable, value)
        region.graph_events += 1
        region.scope.values[variable] = Sequence((*before, value), list)
        return True
    if not isinstance(value, Bound) or not region.loops or name not in region.inputs:
        return False
    made_here = value.source == region.inputs[name][0] and input_marker(region, name) is not None
    if not made_here or not isinstance(held, Sequence):
        return False
    way = region.ways[-1]
    if held.items or len(region.loops) > 1 or way.id != region.loops[-1]:
        raise GiveUp("inputs are put in a list in a way that is not understood", node)
    if any(g.list == variable or g.input == name for g in region.gathered):
        raise GiveUp("several inputs of each round are put in a list", node)
    region.forward.remove(input_marker(region, name))  # type: ignore[arg-type]
    _emit_size(region, variable, value)
    region.gathered.append(Gathered(way.id, name, value, variable))
    region.graph_events += 1
    return True


def _emit_size(region: Region, variable: str, value: Value) -> None:
    """The list of what `__init__` knows of the inputs gets one more."""
    channels = channels_of(region, value)
    static = channels if channels is not None else NO_SIZE
    grown, read = frozenset({variable}), reads(static) | {variable}
    region.emit_init(
        Line(f"{variable}.append({static.text})", grown, read, static.modules, kills=False)
    )


def _is_of_inputs(region: Region, held: Value) -> bool:
    """Whether a list holds the inputs of a loop that is over."""
    first = next(iter(held.items), None) if isinstance(held, Sequence) else held
    return isinstance(first, Repeated) and first.code.text in region.inputs


def input_marker(region: Region, name: str) -> Line | None:
    """The place in the body of the loop where the input came in."""
    marks = (n for n in region.forward if isinstance(n, Line) and not n.text)
    return next((n for n in marks if n.defs == {name}), None)


@provides("with_gathered")
def with_gathered(
    region: Region, loop: int, target: str, names: frozenset[str], iterable: Expr
) -> tuple[str, frozenset[str], Expr]:
    """The header of a loop in `forward`, which runs over the inputs that it made too."""
    for gathered in region.gathered:
        if gathered.loop != loop:
            continue
        region.emit_forward(Line("", frozenset({gathered.list})))
        first = target if len(names) == 1 else f"({target})"
        target = f"{first}, {gathered.input}"
        names |= {gathered.input}
        own = frozenset({(gathered.list, region.scope.version(gathered.list))})
        text = f"zip({iterable.text}, {gathered.list})"
        iterable = replace(iterable, text=text, names=iterable.names | own, items=None)
    return target, names, iterable


@provides("keep_gathered")
def keep_gathered(region: Region, loop: int) -> None:
    """After the loop, the list holds all of its inputs."""
    for gathered in [g for g in region.gathered if g.loop == loop]:
        name = gathered.list
        region.scope.bump(name)
        region.tensor_names.add(name)
        key, tensor, dtype = region.inputs.pop(gathered.input)
        dims = tuple(d if d is not None and d.known else None for d in tensor.dims or ())
        code = region.scope.read(name)
        one = replace(tensor, code=code, dims=None if tensor.dims is None else dims)
        region.inputs[name] = f"{key}:all", one, dtype
        region.scope.values[name] = Repeated(Bound(one), code, code)
        region.gathered.remove(gathered)
        label = region.input_labels.get(gathered.input)
        target, iterable = region.headers[loop]
        if label is not None:
            region.input_orders[name] = KeyOrder(key, label, target, iterable)
