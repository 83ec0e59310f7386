"""Lists of inputs: `[keras.Input((8,)) for _ in range(n)]` is `*inputs` of `forward`."""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.arguments import arguments_of
from transpiler.interpret.control.sequences import loop_sources
from transpiler.interpret.control.targets import bind_target, item_of
from transpiler.interpret.dispatch import provided, provides
from transpiler.interpret.models.inputs import makes_input
from transpiler.interpret.region import GiveUp, KeyOrder, Region
from transpiler.interpret.values import Bound, Repeated, Unknown, Value
from transpiler.ir import tokens
from transpiler.ir.code import Line
from transpiler.ir.expr import Expr, reads
from transpiler.ir.tensor import Layout
from transpiler.record import replace


@provides("input_list")
def input_list(region: Region, node: cst.ListComp, iterable: Value) -> Value | None:
    """The value of such a comprehension; its inputs become one starred parameter."""
    if not makes_input(region, node.elt):
        return None
    if isinstance(iterable, Unknown):
        raise GiveUp(f"inputs for something unknown: {iterable.reason}", node)
    if node.for_in.ifs or node.for_in.inner_for_in is not None:
        raise GiveUp("a comprehension of inputs with conditions", node)
    place = region.tree.span(node)[0]
    name = region.assigned if region.whole is node else tokens.variable(f"inputs:{place}")
    call = node.elt
    assert isinstance(call, cst.Call)
    one = one_input(region, call, node.for_in.target, iterable)
    own = {n for n, _ in one.tensor.code.names}
    dims = one.tensor.dims or ()
    depends = any(d is not None and {n for n, _ in d.names} & own for d in dims)
    static, running = loop_sources(region, iterable)
    if static is None or depends:
        raise GiveUp("inputs whose sizes differ are made in a comprehension", node)
    region.scope.bump(name)
    region.tensor_names.add(name)
    code = region.scope.read(name)
    tensor = replace(one.tensor, code=code)
    region.inputs[name] = (f"input:{place}", tensor, tensor.dtype)
    region.given_layouts[name] = Layout.LAST
    label = next((a.value for a in call.args if a.keyword and a.keyword.value == "name"), None)
    if label is not None:
        key, target = region.tree.source(label), region.tree.source(node.for_in.target)
        region.input_orders[name] = KeyOrder(f"input:{place}", key, target, running)
    region.graph_events += 1
    region.emit_init(Line(f"{name} = {static.text}", frozenset({name}), reads(static)))
    value = Repeated(Bound(tensor, fixed=True), code, static)
    region.scope.values[name] = value
    return value


def one_input(region: Region, call: cst.Call, target: cst.BaseExpression, iterable: Value) -> Bound:
    """One of the inputs; the names of its code are those that the comprehension binds."""
    before, inputs, assigned = region.scope, dict(region.inputs), region.assigned
    region.scope, region.assigned = before.copy(), ""
    try:
        with region.collecting():
            bind_target(region, target, item_of(region, iterable))
            bound = region.scope.versions
            own = {(n, v) for n, v in bound.items() if before.versions.get(n, 0) != v}
            made = provided("make_input")(region, call, arguments_of(region, call))
    finally:
        region.scope, region.inputs, region.assigned = before, inputs, assigned
    assert isinstance(made, Bound)
    return replace(made, tensor=replace(made.tensor, code=Expr("", names=frozenset(own))))
