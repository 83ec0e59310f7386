"""Tensors that a builder is given, and that its model starts from: they become shapes.

def create_model(inputs, classes):
    x = layers.Dense(classes)(inputs)
    return keras.Model(inputs, x)

The function keeps its signature; who called it with `keras.Input((32,))` calls it with `(32,)` now.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import libcst as cst

from transpiler.interpret.models.inputs import open_input
from transpiler.interpret.region import GiveUp, Parameter, Region
from transpiler.interpret.statics import to_expr
from transpiler.interpret.summary import Summary
from transpiler.interpret.tensors.names import refreshed
from transpiler.interpret.values import Bound, Function, Static, Value
from transpiler.ir import tokens
from transpiler.ir.expr import Expr, expr

#: What a parameter is called that says no more than that it is a tensor.
_PLAIN = frozenset({"x", "input", "inputs", "tensor", "img_input", "image_input", "net_input"})


def ask_for_given_input(region: Region, value: Bound) -> None:
    """A model starts from this tensor: if it is a parameter of the function, it is an input."""
    name = value.tensor.code.text
    untouched = (name, 0) in value.tensor.code.names
    if value.source == f"param:{name}" and untouched and name in region.parameters:
        region.want(f"input:{name}", True)


def with_shapes(parameters: list[Parameter], wants: dict[str, Any]) -> list[Parameter]:
    """The parameters, each tensor that is an input of the model preceded by its shape."""
    taken = {p.name for p in parameters}
    made: list[Parameter] = []
    for parameter in parameters:
        if f"input:{parameter.name}" in wants:
            name = _shape_name(parameter.name, taken)
            made.append(Parameter(name, shape_of=parameter.name))
        made.append(parameter)
    return made


def _shape_name(name: str, taken: set[str]) -> str:
    """`inputs` → `input_shape`, `image` → `image_shape`."""
    stem = name.removesuffix("_tensor")
    wanted = "input_shape" if stem in _PLAIN else f"{stem}_shape"
    return wanted if wanted not in taken else f"{name}_shape"


def bind_given_input(region: Region, parameter: Parameter, value: Bound | None) -> None:
    """Such a parameter at the start of the body: an input of the model, of the given shape."""
    name = parameter.name
    parameter.is_tensor = True
    shape = next(p for p in region.parameters.values() if p.shape_of == name)
    dims = value.tensor.dims if value is not None else None
    if dims is not None:
        region.wants.setdefault(f"rank:param:{name}", len(dims) + 1)
    dtype = value.tensor.dtype if value is not None else ""
    given = Static(region.scope.read(shape.name))
    assert parameter.node is not None
    open_input(region, f"param:{name}", name, given, dtype, parameter.node)


def given_inputs(summary: Summary) -> list[str]:
    """The parameters of a builder that are inputs of its model."""
    return [p.shape_of for p in summary.parameters if p.shape_of]


def write_shapes(
    region: Region, node: cst.CSTNode, summary: Summary, bound: dict[str, Value]
) -> list[Bound]:
    """Let a call pass shapes in the places of tensors; gives the tensors."""
    names = given_inputs(summary)
    if not names:
        return []
    if not isinstance(node, cst.Call):
        raise GiveUp(f"`{summary.function.name}` gets tensors in a way that is not understood")
    places = dict(_places(summary.function, node))
    region.handing.add(id(region.statement))
    found: list[Bound] = []
    for name in names:
        value, place = bound.get(name), places.get(name)
        if not isinstance(value, Bound) or place is None:
            raise GiveUp(f"`{summary.function.name}` gets no tensor for {name}", node)
        region.settled[region.tree.span(place)] = _shape_text(region, value, node)
        found.append(value)
    return found


def _places(function: Function, node: cst.Call) -> Iterator[tuple[str, cst.BaseExpression]]:
    """The arguments of a call, by the parameters that they are for."""
    params = function.node.params
    positions = iter([p.name.value for p in (*params.posonly_params, *params.params)])
    if function.owner:
        next(positions, None)
    for argument in node.args:
        if argument.star:
            continue
        name = argument.keyword.value if argument.keyword is not None else next(positions, "")
        yield name, argument.value


def _shape_text(region: Region, value: Bound, node: cst.CSTNode) -> str:
    """The shape of a tensor, as the caller of a builder writes it."""
    declared = region.declared_shapes.get(value.tensor.code.text)
    if declared is not None:
        written = to_expr(region, declared)
        if region.scope.current(written) and _is_plain(written):
            return written.text
    dims = refreshed(region, value).dims
    if dims is None:
        raise GiveUp("the shape of a tensor that a builder gets is not known", node)
    sizes = expr(tuple(expr(None) if d is None else d for d in dims))
    if not _is_plain(sizes) or not region.scope.current(sizes):
        raise GiveUp("the shape of a tensor that a builder gets is not known", node)
    return sizes.text


def _is_plain(written: Expr) -> bool:
    """Whether it is source that stands by itself, without what only a class knows."""
    return re.search(tokens.ANY_CHARACTER, written.text) is None
