"""Where tensors have their channels, how many axes they have, and what is asked of them."""

from __future__ import annotations

from typing import NoReturn

import libcst as cst

from transpiler.interpret.effects import acting_once
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import to_expr, to_running
from transpiler.interpret.tensors.names import CARRIED, as_moved, bind_tensor
from transpiler.interpret.values import Bound, Value
from transpiler.ir import tokens
from transpiler.ir.expr import Expr, method, transposed
from transpiler.ir.tensor import Dim, Layout, Tensor
from transpiler.record import replace
from transpiler.regex import regex


def check_readable(region: Region, written: Expr, node: cst.CSTNode) -> None:
    """Sizes that `forward` reads must be those of the tensors as they are when it reads them.

    A tensor whose channels moved in between is moved before the whole statement instead.
    """
    if region.scope.current(written):
        return
    for name, version in written.names:
        held = region.scope.values.get(name)
        moved = region.scope.version(name) != version
        if moved and isinstance(held, Bound) and region.statement is not None:
            region.want(moved_before(region), name)
    raise GiveUp("a size is read of a tensor that has changed since", node)


#: What stands for a size that only `forward` knows.
_NO_SIZE = regex(rf"\bNone\b|{tokens.NO_SIZE}")


def as_read(region: Region, value: Value, node: cst.CSTNode) -> Expr:
    """A plain value beside a tensor: the sizes in it that `__init__` lacks are read off tensors."""
    value = acting_once(region, value, node)
    written, running = to_expr(region, value), to_running(region, value)
    lacking = written.text != running.text and _NO_SIZE.search(written.text) is not None
    if not lacking or _NO_SIZE.search(running.text):
        return written
    check_readable(region, running, node)
    return running


def moved_before(region: Region) -> str:
    """Under what is asked that a tensor has its channels first before the running statement."""
    assert region.statement is not None
    return f"moved:{region.tree.span(region.statement)[0]}"


def in_layout(region: Region, value: Bound, layout: Layout) -> Bound:
    """The tensor with its channels where they are wanted."""
    value = as_moved(region, value)
    tensor = value.tensor
    if layout is Layout.ANY or tensor.layout is layout:
        return value
    if tensor.dims is not None and len(tensor.dims) < 2:
        return replace(value, tensor=replace(tensor, layout=layout))
    if layout is Layout.FIRST and value.source:
        _ask_for_channels_first(region, value.source)
    code = permuted(tensor, layout)
    moved = replace(value, tensor=replace(tensor, code=code, layout=layout), source="")
    variable = tensor.code.text
    has_statements = not isinstance(region.function, cst.Lambda)
    if has_statements and layout is Layout.FIRST and region.scope.values.get(variable) is value:
        bound = bind_tensor(region, variable, moved)
        region.moved[variable] = value, bound
        return bound
    return moved


#: Between the sources of tensors that are joined to one.
JOINED = "&"


def joined(region: Region, value: Bound, parts: list[Bound]) -> Bound:
    """A tensor that has as many axes as each of these, which is not known yet."""
    sources = dict.fromkeys(s for b in parts for s in b.source.split(JOINED) if s)
    if len(sources) > 1:
        region.alike.add(tuple(sources))
    return replace(value, source=JOINED.join(sources)) if all(b.source for b in parts) else value


def _ask_for_channels_first(region: Region, source: str) -> None:
    """Tell what gave a tensor that its channels are wanted first."""
    if source.startswith(CARRIED):
        region.asked_first.add(source)
        return
    asked = [key for s in source.split(JOINED) if (key := f"layout:{s}") not in region.wants]
    for key in asked[1:]:  # one start serves all
        region.wants[key] = Layout.FIRST
    if asked:
        region.want(asked[0], Layout.FIRST)


def common_layout(values: list[Bound]) -> Layout:
    """Where operands that are combined have their channels: in one place, moved if need be."""
    ranks = {None if v.tensor.dims is None else len(v.tensor.dims) for v in values}
    layouts = {v.tensor.layout for v in values}
    if len(ranks) > 1:
        return Layout.LAST
    return layouts.pop() if len(layouts) == 1 else meeting_layout(values[0].tensor)


def meeting_layout(tensor: Tensor) -> Layout:
    """Where tensors like this one meet if they differ: images as convolutions want them.

    Sequences meet in Keras's order, which all but a convolution want.
    """
    return Layout.LAST if _is_sequence(tensor) else Layout.FIRST


def _is_sequence(tensor: Tensor) -> bool:
    return tensor.dims is not None and len(tensor.dims) == 2


def permuted(tensor: Tensor, layout: Layout) -> Expr:
    """The code that moves the channels."""
    code = tensor.code
    first = layout is Layout.FIRST
    if tensor.dims is None:
        return method(code, "movedim", -1, 1) if first else method(code, "movedim", 1, -1)
    rank = tensor.rank
    if rank == 3:
        return transposed(code)
    order = (0, rank - 1, *range(1, rank - 1)) if first else (0, *range(2, rank), 1)
    return method(code, "permute", *order)


def with_rank(region: Region, value: Bound, rank: int, layout: Layout = Layout.ANY) -> Bound:
    """The tensor, known to have so many axes.

    `layout` is where its channels are wanted next: asked for together, it costs no second start.
    """
    tensor = value.tensor
    if tensor.dims is not None:
        return value
    open_ = [s for s in value.source.split(JOINED) if s and f"rank:{s}" not in region.wants]
    for source in open_[1:]:  # one start serves all
        _expect_layout(region, source, rank, layout)
        region.wants[f"rank:{source}"] = rank
    if open_:
        _expect_layout(region, open_[0], rank, layout)
        region.want(f"rank:{open_[0]}", rank)
    dims: tuple[Dim, ...] = (*(None,) * (rank - 2), tensor.channels_hint)
    return replace(value, tensor=replace(tensor, dims=dims, channels_hint=None))


def parameter_behind(region: Region, code: Expr) -> str:
    """The parameter that a plain value is, or that it was given by `x = inputs`; "" if none."""
    if code.text in region.parameters:
        return code.text
    return next((region.copied.get(p, "") for p in code.names if p[0] == code.text), "")


def want_tensor(region: Region, name: str, rank: int, layout: Layout) -> NoReturn:
    """Ask that a parameter is a tensor, of so many axes (0: not known) and in this layout."""
    source = f"param:{name}"
    if rank:
        region.wants.setdefault(f"rank:{source}", rank)
        _expect_layout(region, source, rank, layout)
    region.want(f"tensor:{name}", True)


def _expect_layout(region: Region, source: str, rank: int, layout: Layout) -> None:
    if layout is Layout.FIRST and rank > 2:
        region.wants.setdefault(f"layout:{source}", layout)
