"""Python's operators and subscripts on tensors: `x + y`, `2 - x`, `x @ y`, `x[:, 0]`."""

from __future__ import annotations

from collections.abc import Sequence
from types import EllipsisType
from typing import Any, TypeAlias

from rules.axes import in_keras_order
from rules.ops.strings import compared, part_of_texts
from transpiler.ir.expr import UNARY, Expr, expr, index, infix, method, prefix
from transpiler.ir.tensor import TEXTS, Dim, Layout, Tensor, UnknownRank, Unsupported, simplest
from transpiler.record import replace

#: What stands on one side of an operator: a tensor, or what the program knows without running.
Operand: TypeAlias = "Tensor | Expr"

#: One key of a subscript; the parts of a slice are expressions or None, as a new axis is.
Key: TypeAlias = "Expr | slice[Any, Any, Any] | EllipsisType | None"

COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})


def binary(a: Operand, operator: str, b: Operand, scalar: bool = False) -> Tensor:
    """`a operator b`, where at least one is a tensor.

    `scalar` says that an operand whose value is not known is certainly a number, no array: then
    channels may stay where torch's convolutions want them.
    """
    if any(isinstance(side, Tensor) and side.dtype in TEXTS for side in (a, b)):
        return compared(a, operator, b)
    if operator == "@":
        return matmul(a, b)
    left, right = together(a, b, scalar=scalar)
    dtype = _dtype(left, operator, right)
    if operator == "//" and "float" in dtype:
        code = _floored(code_of(left), code_of(right))
    else:
        code = infix(code_of(left), operator, code_of(right))
    tensors = [t for t in (left, right) if isinstance(t, Tensor)]
    return replace(broadcast(tensors), code=code, mask=None, dtype=dtype)


def _floored(a: Expr, b: Expr) -> Expr:
    """The quotient of TensorFlow, rounded and then floored: 1.0 // 0.1 is 10, in torch 9.

    Nor does torch know a derivative of its own.
    """
    return method(a if b.is_const(1, 1.0) else infix(a, "/", b), "floor")


def unary(operator: str, a: Tensor) -> Tensor:
    """`-a`, `+a`, `~a` or `not a`."""
    if operator == "not":
        raise Unsupported("`not` asks a tensor for one truth value")
    return replace(a, code=prefix(operator, a.code), mask=None)


def matmul(a: Operand, b: Operand) -> Tensor:
    """`a @ b`: the sum runs over the last axis of `a`, which must be in Keras's order."""
    left, right = (in_order(t) if isinstance(t, Tensor) else t for t in (a, b))
    code = infix(code_of(left), "@", code_of(right))
    if not isinstance(left, Tensor):
        assert isinstance(right, Tensor)
        return replace(right.to(code), dims=None, channels_hint=None, mask=None)
    if not isinstance(right, Tensor):
        return replace(left.with_channels(code, expr(0)), dims=None, channels_hint=None, mask=None)
    return replace(left, code=code, dims=_matmul_dims(left, right), channels_hint=None, mask=None)


def _matmul_dims(a: Tensor, b: Tensor) -> tuple[Dim, ...] | None:
    if a.dims is None or b.dims is None or len(a.dims) == 0 or len(b.dims) == 0:
        return None
    if len(a.dims) == 1 or len(b.dims) == 1:
        return (*a.dims[:-1], b.dims[-1]) if len(b.dims) == 1 else None
    longer, shorter = (a.dims, b.dims) if len(a.dims) >= len(b.dims) else (b.dims, a.dims)
    batch = list(longer[:-2])
    for place in range(1, len(shorter) - 1):
        batch[-place] = _one_of(longer[-2 - place], shorter[-2 - place])
    return (*batch, a.dims[-2], b.dims[-1])


def together(*operands: Operand, scalar: bool = False) -> list[Operand]:
    """The operands with their axes in one order, so that they broadcast as in Keras."""
    tensors = [t for t in operands if isinstance(t, Tensor)]
    arrays = any(
        isinstance(t, Expr) and not (scalar and not t.known) and not is_number(t) for t in operands
    )
    ranks = {None if t.dims is None else len(t.dims) for t in tensors}
    layouts = {t.layout for t in tensors}
    if not arrays and len(layouts) == 1 and (len(ranks) == 1 or layouts == {Layout.LAST}):
        return list(operands)
    return [in_order(t) if isinstance(t, Tensor) else t for t in operands]


def is_number(value: Expr) -> bool:
    """Whether it is certainly one number, which broadcasts along every axis."""
    return value.known and isinstance(value.value, (bool, int, float, complex))


def in_order(x: Operand) -> Tensor:
    """The tensor with its axes in Keras's order."""
    if not isinstance(x, Tensor):
        raise Unsupported(f"`{x}` is a value of the program's own, no tensor of the model")
    if x.layout is not Layout.FIRST:
        return x
    return replace(x, code=in_keras_order(x), layout=Layout.LAST)


def code_of(operand: Operand) -> Expr:
    """The source of an operand."""
    return operand.code if isinstance(operand, Tensor) else operand


def broadcast(tensors: Sequence[Tensor]) -> Tensor:
    """A tensor of the shape that they take together, by numpy's rules."""
    tensors = [t for t in tensors if not t.number] or tensors
    result = tensors[0]
    for other in tensors[1:]:
        if result.dims is None or other.dims is None:
            same = result.channels_hint or other.channels_hint
            result = replace(result, dims=None, channels_hint=same)
            continue
        longer, shorter = result.dims, other.dims
        if len(longer) < len(shorter):
            longer, shorter = shorter, longer
        dims = list(longer)
        for place in range(1, len(shorter) + 1):
            dims[-place] = _one_of(longer[-place], shorter[-place])
        result = replace(result, dims=tuple(dims))
    return result


def _one_of(a: Dim, b: Dim) -> Dim:
    """The size of an axis that two tensors share."""
    if a is None or b is None:
        known = a if b is None else b
        return None if known is None or known.is_const(1) else known
    if a.is_const(1) or b.is_const(1):
        return a if b.is_const(1) else b
    return simplest((a, b))


def _dtype(a: Operand, operator: str, b: Operand) -> str:
    """What TensorFlow gives; it never mixes types by itself."""
    if operator in COMPARISONS:
        return "bool"
    kinds = [t.dtype for t in (a, b) if isinstance(t, Tensor)]
    kind = next((k for k in kinds if "float" in k), kinds[0])
    numbers = [t.value for t in (a, b) if isinstance(t, Expr) and t.known]
    whole = kind.startswith(("int", "uint", "bool"))
    if whole and (operator == "/" or any(isinstance(n, float) for n in numbers)):
        return "float32"
    return kind


def subscript(x: Tensor, keys: Sequence[Key]) -> Tensor:
    """`x[keys]`: numbers, slices, `...` and new axes; a negative step becomes a flip."""
    if any(isinstance(key, Tensor) for key in keys):
        raise Unsupported("a tensor as an index")
    if x.dtype in TEXTS:
        return part_of_texts(x, keys)
    if not _keeps_axes(x, keys):
        x = in_order(x)
    spelled = _spelled_out(x, keys)
    taken = _flipped(x, spelled)
    if x.layout is Layout.FIRST:
        first = [spelled[0], spelled[-1], *spelled[1:-1]]
        return replace(x, code=_indexed(taken, first), dims=_dims(x, spelled), mask=None)
    result = replace(x, code=_indexed(taken, keys), mask=None, channels_hint=None)
    return replace(result, dims=_dims(x, spelled))


def _keeps_axes(x: Tensor, keys: Sequence[Key]) -> bool:
    """Whether only slices are taken, so that the axes may be in any known order."""
    return x.dims is not None and all(isinstance(k, (slice, EllipsisType)) for k in keys)


def _spelled_out(x: Tensor, keys: Sequence[Key]) -> list[Key]:
    """The keys with `...` as so many full slices."""
    full: slice[Any, Any, Any] = slice(None)
    spelled: list[Key] = list(keys)
    used = sum(k is not None and not isinstance(k, EllipsisType) for k in keys)
    try:
        missing = x.rank - used
    except UnknownRank:
        return spelled
    if missing < 0:
        raise Unsupported(f"{used} indices into a tensor of rank {x.rank}")
    place = next((i for i, k in enumerate(spelled) if isinstance(k, EllipsisType)), len(spelled))
    spelled[place : place + 1] = [full] * missing
    return spelled


def _flipped(x: Tensor, keys: Sequence[Key]) -> Expr:
    """The tensor with each axis turned around whose slice has a negative step."""
    axes = [k for k in keys if k is not None]
    turned = [n for n, k in enumerate(axes) if isinstance(k, slice) and _backwards(k)]
    if not turned:
        return x.code
    if x.dims is None and any(isinstance(k, EllipsisType) for k in keys):
        raise UnknownRank("the number of dimensions is not known here")
    return method(x.code, "flip", *(turned if x.dims is None else map(x.axis, turned)))


def _backwards(key: slice[Any, Any, Any]) -> bool:
    """Whether a slice runs backwards over its whole axis."""
    step = key.step
    if step is None or not step.known or not step.value < 0:
        return False
    if key.start is not None or key.stop is not None:
        raise Unsupported("a slice with a negative step and bounds")
    return True


def _indexed(code: Expr, keys: Sequence[Key]) -> Expr:
    """`code[keys]`, without full slices at the end, which say nothing but behind `...`."""
    parts = [_key(k) for k in keys]
    dots = any(p.text == "..." for p in parts)
    while not dots and parts and parts[-1].text == ":":
        parts.pop()
    if parts and all(p.text in (":", "...") for p in parts):
        return code
    return index(code, *parts) if parts else code


def _key(key: Key) -> Expr:
    if key is None:
        return Expr("None", None)
    if isinstance(key, EllipsisType):
        return Expr("...")
    if isinstance(key, Expr):
        return key
    step = key.step
    if step is not None and _backwards(key):
        step = expr(-step.value)
    return _slice(key.start, key.stop, None if step is None or step.is_const(1) else step)


def _slice(start: Expr | None, stop: Expr | None, step: Expr | None) -> Expr:
    """`start:stop:step` as an expression, with what its parts need."""
    parts = [p for p in (start, stop, step) if p is not None]
    colon = " : " if any(p.strength < UNARY for p in parts) else ":"
    texts = ["" if p is None else p.text for p in (start, stop)]
    text = f"{texts[0]}{colon}{texts[1]}".strip()
    text += "" if step is None else f"{colon}{step}"
    carried = expr(tuple(parts))
    return replace(carried, text=text, items=None, value=Expr("").value)


def _dims(x: Tensor, keys: Sequence[Key]) -> tuple[Dim, ...] | None:
    """The shape of the result; its first axis counts as the batch."""
    if x.dims is None:
        return None
    sizes: list[Dim] = []
    axes = iter((None, *x.dims))
    for key in keys:
        if key is None:
            sizes.append(expr(1))
        elif isinstance(key, slice):
            sizes.append(_size(next(axes), key))
        else:
            next(axes)
    return tuple(sizes[1:]) if sizes else None


def _size(size: Dim, key: slice[Any, Any, Any]) -> Dim:
    """How many elements a slice takes of an axis, where that can be said."""
    parts = (key.start, key.stop, key.step)
    if size is not None and size.known and all(p is None or p.known for p in parts):
        bounds = slice(*(None if p is None else p.value for p in parts))
        return expr(len(range(*bounds.indices(size.value))))
    if key.step is not None and not key.step.is_const(1):
        return size if key.step.is_const(-1) else None
    start = expr(0) if key.start is None else key.start
    if key.stop is None or _negative(key.stop):
        if size is None or _negative(start):
            return None
        return infix(infix(size, "-", start), "+", expr(0) if key.stop is None else key.stop)
    if size is None or _negative(start):
        return None
    return infix(key.stop, "-", start)


def _negative(value: Expr) -> bool:
    return value.known and value.value < 0
