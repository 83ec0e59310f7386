"""Groups of channels that are normalized where the tensor may have no gradients.

Torch's backward crashes there, on a CPU, where the channels were moved:

x = self.group_normalization(x.contiguous())
"""

from __future__ import annotations

from collections.abc import Iterator

from transpiler.interpret.layers.freezing import WEIGHTLESS
from transpiler.interpret.region import Region
from transpiler.interpret.summary import Summary
from transpiler.interpret.values import Bound, Value
from transpiler.ir.expr import Expr, Module, method
from transpiler.passes.liveness import modules_used, names, prune
from transpiler.record import replace
from transpiler.regex import regex

#: What may leave a tensor behind weights without gradients, whenever it is said.
_FREEZES = regex(r"\btrainable\b(?!\s*=\s*True\b)|\bstop_gradient\b")


def with_moved_channels(region: Region, bound: Bound, moved: Bound) -> Bound:
    """What a layer gets that normalizes groups, of what it is called on."""
    if not _is_raw(region, bound):
        return moved
    if _is_given(region) and not _FREEZES.search(region.tree.blanked):
        region.raw_groups = True  # who calls the block knows what it gets
        return moved
    return _contiguous(moved)


def for_groups(region: Region, summary: Summary, given: Value | None, moved: Value) -> Value:
    """What a block gets that normalizes groups before it learns anything."""
    inner = summary.region
    if inner is None or not inner.raw_groups:
        return moved
    if isinstance(given, Bound) and isinstance(moved, Bound):
        return with_moved_channels(region, given, moved)
    return moved


def _contiguous(bound: Bound) -> Bound:
    tensor = bound.tensor
    return replace(bound, tensor=replace(tensor, code=method(tensor.code, "contiguous")))


def _is_given(region: Region) -> bool:
    """Whether it is a block, which gets its tensors from a call."""
    return not region.inputs and region.function is not None and not region.is_module


def _is_raw(region: Region, bound: Bound) -> bool:
    """Whether a tensor may be images without gradients: as a model gets them, or frozen layers."""
    if bound.tensor.dims is None or len(bound.tensor.dims) <= 2:
        return False
    if _FREEZES.search(region.tree.blanked):
        return True
    modules = _modules_before(region, bound.tensor.code)
    return all(module.constructor.text.startswith(WEIGHTLESS) for module in modules)


def _modules_before(region: Region, code: Expr) -> Iterator[Module]:
    """What is called for a tensor, in a loop for that of the first round."""
    live = frozenset[str]()
    for part in (code, *(bind.value for bind in code.before)):
        yield from part.modules
        live |= names(part)
    for _, forward in reversed([*region.outside, (region.init, region.forward)]):
        nodes, live = prune(forward, live, effects=False)
        yield from modules_used(nodes).values()
