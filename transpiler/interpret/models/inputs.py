"""Inputs of models: each is a parameter of `forward`, its sizes as they are declared."""

from __future__ import annotations

import ast
import re
from keyword import iskeyword

import libcst as cst

from transpiler.interpret.arguments import Argument
from transpiler.interpret.dispatch import evaluate, provides
from transpiler.interpret.effects import refuse_acting_name
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import constant
from transpiler.interpret.tensors.layouts import permuted
from transpiler.interpret.tensors.names import assign_shadows, axis_names, shadow
from transpiler.interpret.values import Bound, Framework, Layer, Sequence, Static, Value
from transpiler.ir import tokens
from transpiler.ir.code import Line
from transpiler.ir.expr import Expr, expr, index, is_whole
from transpiler.ir.tensor import Dim, Layout, Tensor
from transpiler.record import replace
from transpiler.regex import regex


@provides("make_input")
def make_input(region: Region, node: cst.Call, arguments: list[Argument]) -> Value:
    """`keras.Input(shape, ...)`: a parameter of `forward`."""
    given = named_arguments(arguments, ("shape", "batch_size"))
    if "tensor" in given and constant(given["tensor"]) is not None:
        tensor = given["tensor"]
        if isinstance(tensor, Static) and tensor.expr.text in region.parameters:
            region.want(f"tensor:{tensor.expr.text}", True)
        raise GiveUp("an Input made from a tensor", node)
    for option in ("sparse", "ragged"):
        if option in given and constant(given[option]) not in (False, None):
            raise GiveUp(f"a {option} Input", node)
    shape = given.get("shape")
    batch = given.get("batch_shape", given.get("batch_input_shape"))
    dtype = _declared_type(given.get("dtype"))
    place = region.tree.span(node)[0]
    one_of_several = isinstance(region.whole, (cst.List, cst.Tuple, cst.Dict))
    own = "" if one_of_several else region.assigned
    if own in region.inputs and region.spliced:  # a function that makes it is called again
        own = tokens.variable(f"{own}:{place}-{len(region.inputs)}")
    name = own or tokens.variable(f"inputs:{place}")
    if shape is None and batch is not None:
        if not isinstance(batch, Sequence):
            raise GiveUp("an Input whose shape is not known", node)
        shape = Sequence(batch.items[1:], tuple)
    key = f"input:{place}:{name}"
    refuse_acting_name(region, given.get("name"), node)
    called = constant(given["name"]) if "name" in given else None
    if isinstance(called, str):
        region.input_names[name] = called
    elif "name" in given and isinstance(given["name"], Static):
        region.input_labels[name] = given["name"].expr.text
    return open_input(region, key, name, shape, dtype, node)


def _declared_type(given: Value | None) -> str:
    """The type in `dtype="int32"`, `dtype=tf.int32` and `dtype=np.int32`; "" where it is open."""
    text = constant(given) if given is not None else None
    if isinstance(given, Framework):
        text = given.name
    elif isinstance(given, Static) and given.expr.text.startswith(("np.", "numpy.")):
        text = given.expr.text
    return text.rpartition(".")[2].rstrip("_") if isinstance(text, str) else ""


def open_input(
    region: Region, key: str, name: str, shape: Value | None, dtype: str, node: cst.CSTNode
) -> Bound:
    """A tensor that is a parameter of `forward` under this name."""
    rank = region.wants.get(f"rank:{key}")
    told = region.wants.get(f"shape:{key}")
    dims: tuple[Dim, ...] | None
    hint: Dim
    if shape is None and told is not None:
        dims, hint = tuple(None if n is None else expr(n) for n in told), None
    elif shape is None and key.startswith("seq:") and not region.is_module:
        dims, hint = _open_sizes(region, name, rank)
    else:
        dims, hint = shape_dims(region, shape, rank, node)
    layout = region.wants.get(f"layout:{key}", Layout.LAST)
    if dims is not None:
        dims = tuple(_spelled_out(dim) for dim in dims)
    region.scope.bump(name)
    tensor = Tensor(region.scope.read(name), dims, Layout.LAST, dtype or "float32", hint)
    if dims is None and isinstance(shape, Static):
        tensor = replace(tensor, declared=(tensor.code, shape.expr))
    region.inputs[name] = (key, tensor, dtype)
    region.shapes_of_inputs.setdefault(name, {})[key] = dims, dtype
    if shape is not None:
        region.declared_shapes[name] = shape
    region.tensor_names.add(name)
    region.given_layouts[name] = layout
    if rank is not None:
        region.given_ranks[name] = rank
    region.graph_events += 1
    region.emit_forward(Line("", frozenset({name})))  # what bore this name before is gone
    if layout is Layout.FIRST and (dims is None or len(dims) > 1):
        code = permuted(tensor, Layout.FIRST)
        border = Line(f"{name} = {code.text}", frozenset({name}), frozenset({name}))
        region.border_lines[name] = border
        region.emit_forward(border)
        tensor = replace(tensor, layout=Layout.FIRST)
    shadows = assign_shadows(region, name, tensor)
    bound = Bound(tensor, key, shadows)
    region.scope.values[name] = bound
    return bound


def _spelled_out(dim: Dim) -> Dim:
    """A size of an array that is known when converting is a number in the class."""
    if dim is not None and dim.known and ".shape" in dim.text:
        return expr(dim.value)
    return dim


def _open_sizes(region: Region, name: str, rank: int | None) -> tuple[tuple[Dim, ...] | None, Dim]:
    """Sizes that the caller of a function will tell."""
    if rank is None:
        return None, region.scope.read(shadow(name, "channels"))
    return tuple(region.scope.read(shadow(name, axis)) for axis in axis_names(rank - 1)), None


def shape_dims(
    region: Region, shape: Value | None, rank: int | None, node: cst.CSTNode
) -> tuple[tuple[Dim, ...] | None, Dim]:
    """The sizes that a `shape=` argument gives, without the batch axis."""
    if shape is None:
        return (None, None) if rank is None else ((None,) * (rank - 1), None)
    if isinstance(shape, Sequence):
        return tuple(_dim(item) for item in shape.items), None
    if isinstance(shape, Static):
        value = shape.expr.value
        if any(is_whole(one) for one in (shape.expr, shape.expr.like) if one is not None):
            return (shape.expr,), None
        if isinstance(value, (tuple, list)):
            return (
                tuple(None if v is None else index(shape.expr, i) for i, v in enumerate(value)),
                None,
            )
        if _is_given_a_size(region, shape.expr):
            return (shape.expr,), None
        if rank is not None:
            count = rank - 1
            firsts = tuple(index(shape.expr, i) for i in range(count - 1))
            return (*firsts, index(shape.expr, expr(-1))), None
        return None, index(shape.expr, expr(-1))
    raise GiveUp("an Input whose shape is not known", node)


#: What is one size, where a program writes it: `x.shape[1]`, `len(columns)`.
_SIZE = regex(r"[\w.]+\.shape\[-?\d+\]$|len\(|int\(|\d+$")


def _is_given_a_size(region: Region, shape: Expr) -> bool:
    """Whether all calls give a single size, as Keras 2 lets them: `Input(self.features)`."""
    if not isinstance(region.function, cst.FunctionDef) or not _READ.match(shape.text):
        return False
    from transpiler.source.given_settings import given_by_calls  # few programs need it

    line, _ = region.tree.place(region.function.name)
    given = given_by_calls(region.file.path, region.tree.text, shape.text, line)
    return bool(given) and all(_SIZE.match(ast.unparse(one)) for one in given)


#: What may be given one: nobody calls a number a shape, which most programs give.
_READ = regex(r"(?:self\.)?(?!\w*(?:shape|size|dims))[a-zA-Z_]\w*$")


def _dim(item: Value) -> Dim:
    if isinstance(item, Static):
        return None if item.expr.known and item.expr.value is None else item.expr
    return None


def named_arguments(arguments: list[Argument], order: tuple[str, ...]) -> dict[str, Value]:
    positions = iter(order)
    return {
        (keyword if keyword is not None else next(positions, "?")): value
        for keyword, value in arguments
    }


@provides("input_layer")
def input_layer(region: Region, node: cst.Call, arguments: list[Argument]) -> Value:
    """`InputLayer(...)` in a Sequential."""
    return Layer(None, "keras.layers.InputLayer", named_arguments(arguments, ("shape",)), node)


@provides("free_name")
def free_name(region: Region, key: object) -> str:
    """What an input is called that is found by a key, where that can be a name of its own."""
    if not isinstance(key, str) or not key.isidentifier() or iskeyword(key):
        return ""
    text = region.tree.text if region.is_module else region.source
    elsewhere = re.search(rf"(?<![\w\"'.]){key}(?![\w\"'])", text)
    return key if elsewhere is None and region.scope.get(key) is None else ""


@provides("makes_input")
def makes_input(region: Region, node: cst.BaseExpression) -> bool:
    """Whether an expression is a call of `keras.Input`."""
    if not isinstance(node, cst.Call) or not isinstance(node.func, (cst.Name, cst.Attribute)):
        return False
    if isinstance(node.func, cst.Attribute) and node.func.attr.value != "Input":
        return False  # to evaluate what a model is asked would note that
    callee = evaluate(region, node.func)
    return isinstance(callee, Framework) and callee.name == "keras.Input"
