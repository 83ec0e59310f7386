"""Blocks and models that give as many axes as they take, which only their callers tell."""

from __future__ import annotations

from transpiler.interpret.dispatch import provides
from transpiler.interpret.region import Region
from transpiler.interpret.values import Bound, Value
from transpiler.ir.tensor import Dim
from transpiler.record import replace
from transpiler.regex import regex

#: Layers that give as many axes as they take, of any number.
_KEEPS_RANK = regex(
    r"keras\.layers\.(?:Dense|Activation|\w*ReLU|ELU|Softmax|(?:Alpha|Gaussian)?Dropout|GaussianNoise"
    r"|(?:Batch|Layer)Normalization|Rescaling|InputLayer"
    r"|Add|Subtract|Multiply|Average|Maximum|Minimum|Concatenate)"
)
#: What else may be done to a tensor than to call such layers and to compute with numbers.
_DOES_ELSE = regex(r"\b(?:tf|K|ops|np|backend|Lambda)\b|\w\[")
_READS_SIZE = regex(r"\.shape\[-?\d\]")


@provides("with_rank_of_given")
def with_rank_of_given(result: Value, inner: Region, given: dict[str, Value]) -> Value:
    """What a block or model gives that says nothing of axes, if its layers leave their number."""
    if not isinstance(result, Bound) or result.tensor.dims is not None or not given:
        return result
    taken = [v.tensor.dims if isinstance(v, Bound) else None for v in given.values()]
    known = [dims for dims in taken if dims]
    if len(known) < len(taken) or len({len(dims) for dims in known}) > 1 or not _keeps_rank(inner):
        return result
    dims = (*map(_same, zip(*known, strict=True)),)
    last = result.tensor.channels_hint
    tensor = replace(result.tensor, dims=(*dims[:-1], last), channels_hint=None)
    return replace(result, tensor=tensor)


def _same(sizes: tuple[Dim, ...]) -> Dim:
    """The size along one axis, if all tensors surely have it: else some may be repeated."""
    first = sizes[0]
    alike = all(a is not None and first is not None and a.text == first.text for a in sizes)
    return first if alike else None


def _keeps_rank(inner: Region) -> bool:
    called = inner.called_layers
    kept = all(one.block is None and _KEEPS_RANK.fullmatch(one.symbol) for one in called)
    else_done = _DOES_ELSE.search(_READS_SIZE.sub("", inner.source))
    return bool(called) and kept and not inner.called and not else_done
