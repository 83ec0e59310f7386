"""Tensors as rules see them: shapes are always in Keras's order and leave out the batch axis."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from math import prod
from typing import Final, TypeAlias

from transpiler.ir import tokens
from transpiler.ir.expr import MUL, Arg, Expr, call, expr, joined, literal
from transpiler.ir.sizes import combine
from transpiler.record import record, replace
from transpiler.regex import regex


class Unsupported(Exception):
    """Raised by a rule: this combination of arguments has no faithful translation; says why."""


class UnknownSize(Unsupported):
    """A size that PyTorch needs at construction is not known."""


class UnknownRank(Unsupported):
    """A rule needs to know how many axes a tensor has."""


class Placeholder(Unsupported):
    """Raised by a rule that can't give the code of a layer, but knows what comes out of it."""

    def __init__(
        self, reason: str, advice: str, dims: tuple[Dim, ...] | None, channels: Dim
    ) -> None:
        super().__init__(reason)
        self.advice = advice  #: what a person may put there
        self.dims = dims
        self.channels = channels


#: Types of what is no tensor: a text, and a list of them.
TEXTS = ("string", "strings")


class Layout(Enum):
    """Where the channels of a tensor are while `forward` runs."""

    ANY = "any"  #: as a rule's wish: whatever its input has
    LAST = "last"  #: Keras's order
    FIRST = "first"  #: the channel axis moved to position 1, as torch's convolutions want it


#: The mask of a tensor that has another one, or none, on other ways through the program.
PASSING_MASK: Final = Expr("passing_mask")
#: That of what a model or block gives, which can't be told outside of it.
HIDDEN_MASK: Final = Expr("hidden_mask")

#: The size of one axis: an expression (with a value where it is a number); None: not known.
Dim: TypeAlias = "Expr | None"


@record(frozen=True, slots=True)
class Tensor:
    """A symbolic tensor: how `forward` refers to it, and its shape in Keras's order."""

    code: Expr
    dims: tuple[Dim, ...] | None = None  #: without the batch axis; None: the rank is not known
    layout: Layout = Layout.LAST
    dtype: str = "float32"
    channels_hint: Dim = None  #: the last dimension, where it is known though the rank is not
    mask: Expr | None = None  #: `forward`'s (batch, steps) bool mask, as Keras carries it
    number: bool = False  #: of no axes at all, not even the batch: its `dims` are None
    open_steps: bool = False  #: of unknown rank: a recurrent layer keeps its steps by a condition
    #: of an input of unknown rank: how it is read, and all sizes of it as the program declares them
    declared: tuple[Expr, Expr] | None = None
    #: how it is read, the activation that gives it, and of what, unless it has got a name since
    ending: tuple[Expr, str, Expr | None] | None = None
    #: how it is read where a layer that does nothing here has made another tensor of it in Keras
    copied: Expr | None = None

    @property
    def elements(self) -> Dim:
        """How many numbers there are of each sample."""
        if self.dims is not None:
            return product(self.dims)
        return call("math.prod", self.declared[1]) if self._is_declared and self.declared else None

    @property
    def _is_declared(self) -> bool:
        """Whether it is the input itself of which all sizes are declared."""
        source = self.declared[0] if self.declared is not None else None
        mine = self.code.text, self.code.names
        return source is not None and (source.text, source.names) == mine

    def renamed(self, code: Expr, mask: Expr | None) -> Tensor:
        """The same tensor under another name."""
        kept = (code, self.declared[1]) if self._is_declared and self.declared else None
        ended = self.ended
        ending = (code, ended[0], None) if ended is not None else None
        copied = code if self.is_copied else None
        return replace(self, code=code, mask=mask, declared=kept, ending=ending, copied=copied)

    def ending_in(self, activation: str, given: Expr) -> Tensor:
        """The same, which an activation makes of `given`."""
        return replace(self, ending=(self.code, activation, given))

    @property
    def ended(self) -> tuple[str, Expr | None] | None:
        """The activation that gives it, if nothing has been done since, and of what."""
        if self.ending is None:
            return None
        code, activation, given = self.ending
        same = (code.text, code.names) == (self.code.text, self.code.names)
        return (activation, given) if same else None

    @property
    def is_copied(self) -> bool:
        """Whether Keras finds no activation behind it that would be seen in the code."""
        return self.copied is not None and self.copied.text == self.code.text

    @property
    def rank(self) -> int:
        """The number of axes, the batch included."""
        if self.dims is None:
            raise UnknownRank("the number of dimensions is not known here")
        return len(self.dims) + 1

    @property
    def last_dim(self) -> Dim:
        """The size of the last Keras axis, where it is known."""
        return self.channels_hint if self.dims is None else self.dims[-1] if self.dims else None

    @property
    def channels(self) -> Expr:
        """The size of the last Keras axis."""
        if self.last_dim is None:
            raise UnknownSize(
                "the number of input channels is not known here: say the shape of the input"
            )
        return self.last_dim

    @property
    def spatial(self) -> tuple[Dim, ...]:
        """The sizes between batch and channels."""
        if self.dims is None:
            raise UnknownRank("the number of dimensions is not known here")
        return self.dims[:-1]

    def dim(self, axis: int) -> Expr:
        """The size of a Keras axis (0 is the batch, negative ones count from the end)."""
        position = axis if axis >= 0 else self.rank + axis
        if position == 0:
            raise UnknownSize("the batch size is not known when the model is built")
        size = self.dims[position - 1] if self.dims and position <= len(self.dims) else None
        if size is None:
            raise UnknownSize(f"the size of axis {axis} is not known here")
        return size

    def axis(self, axis: int) -> int:
        """The torch dimension of a Keras axis, which depends on the layout."""
        if self.dims is None and self.layout is Layout.LAST and axis in (-1, 0):
            return axis
        position = axis if axis >= 0 else self.rank + axis
        if not 0 <= position < self.rank:
            raise Unsupported(f"axis {axis} is out of range for a tensor of rank {self.rank}")
        if self.layout is Layout.FIRST and self.rank > 2:
            if position == self.rank - 1:
                return 1
            return position + 1 if position >= 1 else 0
        return -1 if axis == -1 else position

    def to(self, code: Expr, dims: tuple[Dim, ...] | None = None) -> Tensor:
        """The result of `code`, in this layout; of the same shape unless `dims` says another."""
        if dims is None:
            return replace(self, code=code)
        return replace(self, code=code, dims=dims, channels_hint=None)

    def with_channels(self, code: Expr, channels: Arg) -> Tensor:
        """The result of `code`, which differs from this tensor in the last axis only."""
        size = expr(channels)
        if self.dims is None:
            return replace(self, code=code, channels_hint=size)
        return self.to(code, (*self.dims[:-1], size))


def joined_mask(one: Tensor, other: Tensor) -> Expr | None:
    """The mask of a tensor that is one of two, after a branch or in a round of a loop."""
    texts = {None if t.mask is None else t.mask.text for t in (one, other)}
    return one.mask if len(texts) == 1 else PASSING_MASK


def simplest(dims: Iterable[Dim]) -> Dim:
    """Of several ways to write one size, the one that says most: a number, a plain expression."""
    found = [d for d in dims if d is not None]
    return min(
        found,
        key=lambda d: (
            not d.known,
            tokens.SIZE in d.text,
            bool(d.modules),
            d.text.startswith("math.prod("),
            any(version for _, version in d.names),  # what is there from the start, callers know
        ),
        default=None,
    )


def product(dims: tuple[Dim, ...]) -> Dim:
    """The number of elements, None where a size is missing."""
    if any(d is None for d in dims):
        return None
    sizes = [d for d in dims if d is not None]
    constant = prod(d.value for d in sizes if d.known)
    if all(d.known for d in sizes):
        return _spelled_out(sizes, constant) or expr(constant)
    result = expr(1)
    for size in sizes:
        if not size.known:
            result = combine(result, "*", size)
    return combine(result, "*", constant)


#: From here on, a number is easier to read than the names that it is the product of.
_LONG = 30

_NAMED = regex(r"[A-Za-z_][\w.]*")


def _spelled_out(sizes: list[Expr], value: int) -> Expr | None:
    """A constant as the product of the program's own names for its factors, where it has such."""
    factors = [d for d in sizes if not d.is_const(1)]
    named = [bool(_NAMED.fullmatch(d.text)) for d in factors]
    written = [n or d.text == literal(d.value) for n, d in zip(named, factors, strict=True)]
    text = " * ".join(d.text for d in factors)
    if not any(named) or not all(written) or len(text) > _LONG:
        return None
    if len(factors) == 1:
        return factors[0]
    return replace(joined(text, MUL, *factors), value=value)


def total(dims: tuple[Dim, ...]) -> Dim:
    """The sum of some sizes, None where one is missing; equal ones become a multiple."""
    if any(d is None for d in dims):
        return None
    sizes = [d for d in dims if d is not None]
    if len(sizes) > 1 and not sizes[0].known and len({d.text for d in sizes}) == 1:
        return combine(len(sizes), "*", sizes[0])
    constant = sum(d.value for d in sizes if d.known)
    result = expr(0)
    for size in sizes:
        if not size.known:
            result = combine(result, "+", size)
    return combine(result, "+", constant)
