"""The sizes that a block takes and gives, written with the arguments of its call."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from transpiler.interpret.dispatch import evaluate, provides
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import to_expr
from transpiler.interpret.summary import Summary
from transpiler.interpret.tensors.names import axis_names, last_attribute, refreshed
from transpiler.interpret.tensors.outgoing_masks import outgoing_mask
from transpiler.interpret.values import Bound, Model, Sequence, Static, Value, is_graph
from transpiler.ir import tokens
from transpiler.ir.expr import ATOM, Expr, Module, attribute, is_whole, operation_of
from transpiler.ir.sizes import place_of, row_length, substitute
from transpiler.ir.tensor import Dim, Tensor, UnknownSize
from transpiler.record import replace
from transpiler.regex import regex


def size_argument(
    region: Region, inner: Region, token: str, given: dict[str, Value], node: cst.CSTNode
) -> Expr:
    owner, axis = tokens.owner_and_axis(token)
    value = given.get(owner)
    if value is None:
        for name, candidate in given.items():
            suffix = owner[len(name) :]
            if owner.startswith(name) and suffix.isdigit() and isinstance(candidate, Sequence):
                value = candidate.items[int(suffix) - 1]
    if not isinstance(value, Bound):
        raise GiveUp("a size that a block needs is not known", node)
    tensor = refreshed(region, value)
    if tensor.dims is None:
        size = tensor.channels_hint
    else:
        names = axis_names(len(tensor.dims))
        size = tensor.dims[names.index(axis)] if axis in names else tensor.dims[-1]
    if size is None:
        raise GiveUp(f"the {axis} of a tensor that a block needs are not known", node)
    return size


def outer_tensor(
    region: Region,
    summary: Summary,
    tensor: Tensor,
    code: Expr,
    module: Module | None,
    bound: dict[str, Value],
    given: dict[str, Value],
) -> Tensor:
    """The result of a block as its caller sees it."""

    def outer(dim: Dim, computed: bool = False) -> Dim:
        return None if dim is None else _outer_size(region, summary, dim, bound, given, computed)

    dims: tuple[Dim, ...] | None = None
    if tensor.dims is not None:
        spatial = (outer(d, computed=True) for d in tensor.dims[:-1])
        dims = (*spatial, *(outer(d) for d in tensor.dims[-1:]))
    hint = outer(tensor.channels_hint)
    if module is not None and summary.attributes:
        size = attribute_of_module(module, last_attribute(region))
        if dims is None:
            hint = size
        else:
            dims = (*dims[:-1], size)
    held = {name: v.tensor.code for name, v in given.items() if isinstance(v, Bound)}
    nodes = summary.region.forward if summary.region is not None else []
    mask = outgoing_mask(tensor.mask, nodes, held)
    return Tensor(code, dims, tensor.layout, tensor.dtype, hint, mask, number=tensor.number)


def outer_value(
    region: Region, summary: Summary, value: Expr, bound: dict[str, Value], given: dict[str, Value]
) -> Expr | None:
    """A plain value that a block gives besides tensors, written with the arguments of its call."""
    return _outer_size(region, summary, value, bound, given, computed=True)


def outer_outputs(
    region: Region, summary: Summary, outputs: Value | None, bound: dict[str, Value]
) -> Value | None:
    """What a model gives that a builder makes, its sizes written with the arguments of the call."""
    if isinstance(outputs, Sequence):
        items = (outer_outputs(region, summary, item, bound) for item in outputs.items)
        return replace(outputs, items=tuple(i for i in items if i is not None))
    if not isinstance(outputs, Bound) or outputs.tensor.dims is None:
        return outputs

    def outer(dim: Dim) -> Dim:
        return None if dim is None else _outer_size(region, summary, dim, bound, {}, computed=True)

    dims = tuple(map(outer, outputs.tensor.dims))
    return replace(outputs, tensor=replace(outputs.tensor, dims=dims))


def _outer_size(
    region: Region,
    summary: Summary,
    dim: Expr,
    bound: dict[str, Value],
    given: dict[str, Value],
    computed: bool,
) -> Dim:
    """A size of a block's result, written with the arguments of the call.

    `computed`: it is one that windows leave, whose arguments may be tuples, of one for each axis.
    """
    if dim.known:
        same = all(_is_same_global(region, summary, name) for name, _ in dim.names)
        return dim if same else Expr(str(dim.value), dim.value)
    if dim.modules or any(version != 0 for _, version in dim.names):
        return None
    texts: dict[str, Expr] = {}
    assert summary.region is not None
    for name, _ in dim.names:
        if name.startswith(tokens.SIZE):
            try:
                texts[name] = size_argument(
                    region, summary.region, name, given, summary.function.node
                )
            except GiveUp:
                return None
        elif name in bound:
            value = bound[name]
            if is_graph(value):
                return None
            texts[name] = to_expr(region, value)
        elif (
            summary.frame is not None
            and name in summary.frame
            and not is_graph(summary.frame[name])
        ):
            texts[name] = to_expr(region, summary.frame[name])
        elif name in summary.closure:
            texts[name] = region.scope.read(name)
        else:
            default = None if summary.unpacked else _default_of(summary, name)
            if default is None:
                return None
            texts[name] = default
    names = frozenset[Any]().union(*(t.names for t in texts.values()))
    axis = _axis_of(dim)
    of_window = computed and operation_of(dim) is not None

    def leaf(part: Expr) -> Expr:
        if part.known:
            return part
        if (along := _along_axis(part, texts, axis)) is not None:
            return along
        given = [texts[n] for n, _ in part.names if n in texts and not n.startswith(tokens.SIZE)]
        if of_window and not all(map(is_whole, given)):
            raise UnknownSize("a stride may be a tuple")
        if part.text in texts:
            return texts[part.text]
        return Expr(_substituted(part.text, texts), strength=part.strength, names=names)

    try:
        return substitute(dim, leaf)
    except UnknownSize:
        return None


#: How many axes what windows slide over may have, without the batch.
_RANKS = (2, 3, 4)
_PLACE = regex(r"(\w+)(?:\[(\d+)\])?")


def _along_axis(part: Expr, texts: dict[str, Expr], axis: int | None) -> Expr | None:
    """What a call gives for `strides[0]`, be it a number or a tuple, and as a tuple for `strides`.

    Of the latter it is the element for the axis, where that is known.
    """
    place = _PLACE.fullmatch(part.text)
    given = texts.get(place.group(1)) if place is not None else None
    if place is None or given is None:
        return None
    if place.group(2) is not None:
        return place_of(given, int(place.group(2)))
    return place_of(given, axis) if row_length(given) and axis is not None else None


def _axis_of(dim: Expr) -> int | None:
    """Which spatial axis of a tensor a size of a block's result is computed from."""
    axes = {tokens.owner_and_axis(n)[1] for n, _ in dim.names if n.startswith(tokens.SIZE)}
    axis = axes.pop() if len(axes) == 1 else ""
    spatial = (axis_names(count)[:-1] for count in _RANKS)
    return next((names.index(axis) for names in spatial if axis in names), None)


def _is_same_global(region: Region, summary: Summary, name: str) -> bool:
    """Whether a name is one of the module's, both in a block and where the block is called."""
    inner = summary.region
    assert inner is not None
    if inner.file is not region.file or name not in region.file.globals or name in summary.closure:
        return False
    return all(
        name not in r.parameters and r.scope.version(name) == 0 and name not in r.scope.values
        for r in (inner, region)
    )


def _default_of(summary: Summary, name: str) -> Expr | None:
    for parameter in summary.parameters:
        if parameter.name == name and parameter.default is not None:
            region = summary.region
            assert region is not None
            value = evaluate(region, parameter.default)
            return to_expr(region, value) if isinstance(value, (Static, Sequence)) else None
    return None


_TOKEN_OR_NAME = regex(rf"{tokens.ANY_SIZE}|(?<![.\w])[A-Za-z_]\w*(?!\s*=[^=])")


def _substituted(text: str, texts: dict[str, Expr]) -> str:
    """Source with names replaced by expressions."""

    def put(match: re.Match[str]) -> str:
        found = texts.get(match.group())
        if found is None:
            return match.group()
        return found.text if match.group() == text else found.wrapped(ATOM)

    return _TOKEN_OR_NAME.sub(put, text)


def attribute_of_module(module: Module, name: str) -> Expr:
    size = attribute(module.ref, name)
    return replace(size, text=f"{tokens.own_module(module.token)}.{name}", modules=(module,))


@provides("size_by_call")
def size_by_call(home: Region, model: Model, name: str) -> object:
    """The number that a parameter of a builder is in the call that makes a model, or UNKNOWN."""
    from transpiler.interpret.functions.settled_arguments import settled_by_call  # few files ask

    return settled_by_call(home, model, name)
