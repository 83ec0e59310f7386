"""Dicts of inputs whose keys only the run tells: `forward` takes the dict, and looks into it.

for name in features:
    inputs[name] = keras.Input((1,), name=name)
    encoded.append(layers.Dense(8)(inputs[name]))
"""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.control.sequences import loop_sources
from transpiler.interpret.control.targets import target_names
from transpiler.interpret.dispatch import evaluate, provides
from transpiler.interpret.models.input_lists import one_input
from transpiler.interpret.models.inputs import makes_input
from transpiler.interpret.models.looped_inputs import input_marker
from transpiler.interpret.region import GiveUp, KeyOrder, Region
from transpiler.interpret.statics import constant, to_running
from transpiler.interpret.values import Bound, Keyed, Mapping, Static, Value
from transpiler.ir.code import Line
from transpiler.ir.expr import ATOM, POSTFIX, UNKNOWN, Expr, reads
from transpiler.ir.tensor import Layout, Tensor
from transpiler.record import replace


@provides("keyed_input")
def keyed_input(
    region: Region, name: str, base: Value, key: Value, value: Value, node: cst.CSTNode
) -> Value:
    """`inputs[name] = value`: if that is an input, made just now, it comes out of the dict."""
    variable = value.tensor.code.text if isinstance(value, Bound) else ""
    if not isinstance(value, Bound) or constant(key) is not UNKNOWN:
        return value
    if variable not in region.inputs or value.source != region.inputs[variable][0]:
        return value
    marker = input_marker(region, variable)
    if marker is None:
        return value
    taken = isinstance(base, Keyed) and name in region.inputs
    if not taken and not (isinstance(base, Mapping) and not base.items):
        raise GiveUp("inputs are put in a dict in a way that is not understood", node)
    place, tensor, dtype = region.inputs.pop(variable)
    running = to_running(region, key)
    code = Expr(f"{name}[{running.text}]", strength=POSTFIX)
    code = replace(code, names=region.scope.read(name).names | running.names)
    if variable.isidentifier():
        marker.text, marker.uses = f"{variable} = {code.text}", reads(running) | {name}
    else:  # it has no name of its own
        region.forward.remove(marker)
    order = _order(region, running, place)
    before = region.key_orders.get(name)
    again = before is not None and before.place == place  # in another round
    region.key_orders[name] = order if again or not taken else None
    _take_dict(region, name, place, tensor, dtype)
    # what stands in the dict is what was given, whatever is made of it here
    return Bound(replace(tensor, code=code), shadows=value.shadows)


def _order(region: Region, key: Expr, place: str) -> KeyOrder | None:
    """How to run through the keys of a dict that one loop fills, in each of its rounds."""
    way = region.ways[-1] if region.ways else None
    if way is None or [way.id] != region.loops or way.id not in region.headers:
        return None
    target, iterable = region.headers[way.id]
    return KeyOrder(place, key.text, target, iterable)


def _take_dict(region: Region, name: str, place: str, tensor: Tensor, dtype: str) -> None:
    """The dict becomes the parameter of `forward`, which does not make it."""
    for level in [region.forward, *(forward for _, forward in reversed(region.outside))]:
        for position, made in enumerate(level):
            if isinstance(made, Line) and made.defs == {name} and made.kills and made.text:
                level[position] = Line("", frozenset({name}))
    region.tensor_names.add(name)
    region.given_layouts[name] = Layout.LAST
    region.inputs[name] = f"{place}:all", replace(tensor, code=region.scope.read(name)), dtype


@provides("input_dict")
def input_dict(region: Region, node: cst.DictComp, iterable: Value) -> Value | None:
    """`{name: keras.Input((1,), name=name) for name in names}`, where they are not known."""
    if not makes_input(region, node.value):
        return None
    loop = node.for_in
    if loop.ifs or loop.inner_for_in is not None:
        raise GiveUp("a comprehension of inputs with conditions", node)
    name = region.assigned if region.whole is node else ""
    static, running = loop_sources(region, iterable)
    if not name or static is None:
        raise GiveUp("a dict of inputs that has no name", node)
    call = node.value
    assert isinstance(call, cst.Call)
    one = one_input(region, call, loop.target, iterable)
    own = {n for n, _ in one.tensor.code.names}
    dims = one.tensor.dims or ()
    varying = [d for d in dims if d is not None and {n for n, _ in d.names} & own]
    if varying and (varying != [dims[-1]] or not isinstance(evaluate(region, loop.iter), Static)):
        raise GiveUp("inputs whose sizes differ are made in a comprehension", node)
    region.scope.bump(name)
    code = region.scope.read(name)
    region.graph_events += 1
    place = f"input:{region.tree.span(node)[0]}"
    target = region.tree.source(loop.target)
    region.key_orders[name] = KeyOrder(place, region.tree.source(node.key), target, running)
    _take_dict(region, name, place, one.tensor, one.tensor.dtype)
    tensor = replace(one.tensor, code=code)
    if varying:
        size = varying[0]
        tensor = replace(tensor, dims=(*dims[:-1], None))
        text = f"{{{region.tree.source(node.key)}: {size.text} for {target} in {static.text}}}"
        used = (reads(static) | reads(size)) - target_names(loop.target)
        region.emit_init(Line(f"{name} = {text}", frozenset({name}), used))
    value = Keyed(Bound(tensor, fixed=not varying), code, code)
    region.scope.values[name] = value
    return value


@provides("given_in_order")
def given_in_order(region: Region, held: Keyed, form: str) -> Expr | None:
    """The keys, values or pairs of a dict of inputs in the order in which the program made them.

    The caller may pass them in another one, which means the same. None for other dicts.
    """
    name = held.code.text
    if name not in region.key_orders or name not in region.inputs:
        return None
    order = region.key_orders[name]
    if order is None or not region.scope.current(order.iterable):
        raise GiveUp("the order of the inputs in a dict is not known")
    key, target, iterable = order.key, order.target, order.iterable
    names = held.code.names | iterable.names
    if form == "keys":
        text = iterable.text if key == target else f"[{key} for {target} in {iterable.text}]"
        return Expr(text, strength=POSTFIX, names=names)
    entry = f"{name}[{key}]"
    part = entry if form == "values" else f"({key}, {entry})"
    return Expr(f"[{part} for {target} in {iterable.text}]", strength=ATOM, names=names)
