"""Models of `keras.applications` as bases: their borders, what is inside of them, freezing.

A base is a layer of the model that is built on it. Where a condition decides which one it is, it is
a choice of such layers.
"""

from __future__ import annotations

import textwrap

import libcst as cst

from transpiler.diagnostics import PRETRAINED
from transpiler.interpret.arguments import arguments_of
from transpiler.interpret.control.branches import branch
from transpiler.interpret.dispatch import provides
from transpiler.interpret.layers.applying import apply_layer
from transpiler.interpret.layers.freezing import (
    annotate,
    explain,
    only_trainable,
    set_trainable,
    vanish,
)
from transpiler.interpret.models.inputs import open_input
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import const, constant
from transpiler.interpret.tensors.names import bind_tensor
from transpiler.interpret.values import (
    Bound,
    Choice,
    Layer,
    Sequence,
    Unknown,
    Value,
    Within,
    bases_of,
)
from transpiler.ir import tokens
from transpiler.ir.code import Line
from transpiler.ir.expr import index, reads
from transpiler.record import replace


@provides("base_attribute")
def base_attribute(region: Region, value: Value, attr: str, node: cst.CSTNode) -> Value:
    """`base.output`, `base.input`, `base.layers`."""
    if attr in ("input", "inputs"):
        given = _input(region, value, node)
        return Sequence((given,), list) if attr == "inputs" else given
    if attr in ("output", "outputs"):
        made = _output(region, value, node)
        return Sequence((made,), list) if attr == "outputs" else made
    if attr == "layers":
        return Within(value, whole=True)
    return Unknown(f"`.{attr}` of a pretrained base")


@provides("layer_of_base")
def layer_of_base(region: Region, node: cst.Call, base: Value) -> Value:
    """`base.get_layer("block3_pool")`."""
    named = [v for k, v in arguments_of(region, node) if k in (None, "name")]
    name = constant(named[0]) if named else None
    return Within(base, name=name if isinstance(name, str) else "")


@provides("features_of_base")
def features_of_base(region: Region, inside: Within, attr: str, node: cst.CSTNode) -> Value:
    """`base.get_layer("block3_pool").output`: the base gives a dict of such features."""
    base = inside.base
    if attr != "output" or not inside.name or not isinstance(base, Layer):
        return Unknown(f"`.{attr}` of a layer inside of a pretrained base")
    key = _key(region, base)
    if f"features:{key}" not in region.wants:
        region.want(f"features:{key}", True)
    return _feature(region, base, inside.name, node)


def _feature(region: Region, base: Layer, name: str, node: cst.CSTNode) -> Value:
    """What one layer of the base gives; the base itself is run once."""
    images = _input(region, base, node)
    asked: dict[str, Value] = {} if name == _LAST else {"features": const(name)}
    made = apply_layer(region, base, images, asked, node)
    token = tokens.variable(f"features:{_key(region, base)}")
    if not isinstance(made, Bound):
        return made
    if token not in region.scope.values:
        code = made.tensor.code
        whole = Line(f"{token} = {code.text}", frozenset({token}), reads(code), code.modules)
        region.emit_forward(whole)
        region.scope.bump(token)
        region.scope.values[token] = made
    code = index(region.scope.read(token), name)
    return Bound(replace(made.tensor, code=code))


#: The name under which a base gives its own output among its features.
_LAST = "output"


def _key(region: Region, value: Value) -> str:
    return f"base:{region.tree.span(bases_of(value)[0].node)[0]}"


def _input(region: Region, value: Value, node: cst.CSTNode) -> Bound:
    """The images: the tensor that the base was made for, or an input of its own."""
    first = bases_of(value)[0]
    given = first.arguments.get("input_tensor")
    name = tokens.variable(f"x:{_key(region, value)}")
    if isinstance(given, Bound):
        name = given.tensor.code.text
    held = region.scope.values.get(name)
    if isinstance(held, Bound):
        return held
    if isinstance(given, Bound):
        return given
    key = _key(region, value)
    if region.loops or region.branches:
        raise GiveUp("the input of a pretrained base is asked for under a condition", node)
    shape = first.arguments.get("input_shape")
    if shape is None or constant(shape) is None:
        shape = Sequence((const(None), const(None), const(3)), tuple)
    return open_input(region, key, name, shape, "", node)


def _output(region: Region, value: Value, node: cst.CSTNode) -> Value:
    """What a base makes of its input, computed once."""
    name = tokens.variable(f"x:out-{_key(region, value)}")
    held = region.scope.values.get(name)
    if held is not None:
        return held
    if f"features:{_key(region, value)}" in region.wants and isinstance(value, Layer):
        return _feature(region, value, _LAST, node)
    images = _input(region, value, node)
    _apply_into(region, name, value, images, node)
    return region.scope.values[name]


def _apply_into(region: Region, name: str, value: Value, images: Bound, node: cst.CSTNode) -> bool:
    """`name = base(images)`, in a branch for each base that a choice may be."""
    if isinstance(value, Choice):
        then, otherwise = value.options
        return branch(
            region,
            value.test,
            lambda: _apply_into(region, name, then, images, node),
            lambda: _apply_into(region, name, otherwise, images, node),
            node,
        )
    assert isinstance(value, Layer)
    made = apply_layer(region, value, images, {}, node)
    if not isinstance(made, Bound):
        raise GiveUp("a pretrained base gives more than one tensor", node)
    bind_tensor(region, name, made)
    return False


@provides("change_inside")
def change_inside(region: Region, inside: Within, node: cst.CSTNode) -> None:
    """A statement that changes layers of a base: repeated next to the stub, to be done anew."""
    region.graph_events += 1
    source = textwrap.dedent(_with_indent(region, node)).rstrip()
    note = "what stands here must be changed in the same way"
    region.say(PRETRAINED, node, f"a pretrained base is changed: {note}")
    todo = PRETRAINED.todo(f"{note}:")
    lines = (todo, *(f"# {line}".rstrip() for line in source.split("\n")))
    for base in bases_of(inside.base):
        explain(region, base)
        annotate(region, base, lines)


def _with_indent(region: Region, node: cst.CSTNode) -> str:
    start, end = region.tree.span(node)
    return region.tree.text[region.tree.line_start(start) : end]


@provides("loop_inside")
def loop_inside(region: Region, inside: Within, node: cst.For) -> None:
    """`for layer in base.layers: layer.trainable = False`."""
    region.statement = node
    value = only_trainable(node)
    if inside.whole and value is not None:
        for base in bases_of(inside.base):
            set_trainable(region, base, const(value), node)
    else:
        change_inside(region, inside, node)
    vanish(region, node.body)
