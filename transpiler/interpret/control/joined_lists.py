"""Lists of tensors whose lengths are not known, put together with single tensors.

x = layers.Concatenate()(encoded + [numbers])      # [*encoded, numbers]
model = keras.Model(inputs + [numbers], x)         # *inputs, numbers = inputs
"""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.control.elements import channels_of, merge_items
from transpiler.interpret.dispatch import provides
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.tensors.names import ensure_current
from transpiler.interpret.values import Bound, Repeated, Sequence, Value
from transpiler.ir.expr import Expr


@provides("join_lists")
def joined(region: Region, parts: list[Value], node: cst.CSTNode) -> Value:
    """One list of tensors and of what one other list holds; raises GiveUp for all else."""
    lists = [part for part in parts if isinstance(part, Repeated)]
    tensors = [part for part in parts if isinstance(part, Bound)]
    if len(lists) != 1 or len(tensors) != len(parts) - 1:
        raise GiveUp("lists of tensors are put together in a way that is not understood", node)
    (whole,) = lists
    if whole.code.text in region.inputs:
        return Sequence(tuple(parts), list)  # what a model takes
    tensors = [ensure_current(region, tensor, node) for tensor in tensors]
    current = iter(tensors)
    parts = [part if part is whole else next(current) for part in parts]
    sizes = [_sizes(region, part) for part in parts]
    codes = [part.tensor.code if isinstance(part, Bound) else whole.code for part in parts]
    known = [size for size in sizes if size is not None]
    static = _display(parts, known) if len(known) == len(parts) else None
    return Repeated(merge_items(region, [whole.item, *tensors]), _display(parts, codes), static)


def _sizes(region: Region, part: Value) -> Expr | None:
    """What stands for it in the list of channels that `__init__` has."""
    return part.static if isinstance(part, Repeated) else channels_of(region, part)


def _display(parts: list[Value], codes: list[Expr]) -> Expr:
    """A list that is written out, of which one part is a list."""
    pairs = zip(parts, codes, strict=True)
    text = ", ".join(f"*{c.text}" if isinstance(p, Repeated) else c.text for p, c in pairs)
    names = frozenset[tuple[str, int]]().union(*(code.names for code in codes))
    modules = tuple(module for code in codes for module in code.modules)
    return Expr(f"[{text}]", strength=20, names=names, modules=modules)
