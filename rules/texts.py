"""Lists of word numbers as rows of one array, lists of vectors likewise."""

from __future__ import annotations

import re
from itertools import product

from rules.emitted import emitted
from transpiler.ir.expr import Arg, Expr, call
from transpiler.ir.tensor import Unsupported
from transpiler.rule import Param, helper, source

#: Where short ones are padded, where long ones are cut, whether with a value of their own.
_Way = tuple[str, str, bool]


def _pad_sequences(padding: str, truncating: str, filled: bool) -> str:
    """Declare the function for one way of padding and cutting; gives its name."""
    place, kept = {"pre": "before", "post": "after"}, {"pre": "start", "post": "end"}
    name = "pad_sequences"
    if padding == "post":
        name += "_after"
    if truncating == "post":
        name += "_cut_end"
    if filled:
        name += "_with"
    made, value = ("full", ", value") if filled else ("zeros", "")
    emitted(
        name,
        f'''
def {name}(sequences, maxlen{value}, dtype="int32"):
    """Rows of `maxlen`: {"`value`" if filled else "zeros"} {place[padding]} \
short ones, long ones without their {kept[truncating]}."""
    shape = np.shape(max(sequences, key=len, default=()))[1:]  # of each element
    rows = np.{made}((len(sequences), maxlen, *shape){value}, dtype)
    for row, numbers in zip(rows, sequences):
        kept = numbers[{"-maxlen:" if truncating == "pre" else ":maxlen"}]
        if len(kept):
            row[{"-len(kept) :" if padding == "pre" else ": len(kept)"}] = kept
    return rows
''',
        (),
        "import numpy as np",
        early=True,
    )
    return name


_SIDES = ("pre", "post")
_PADDING: dict[_Way, str] = {
    way: _pad_sequences(*way) for way in product(_SIDES, _SIDES, (False, True))
}


def _to_longest(padding: str, filled: bool) -> str:
    """The same without a length: nothing is cut."""
    place, name = {"pre": "before", "post": "after"}, "pad_to_longest"
    if padding == "post":
        name += "_after"
    if filled:
        name += "_with"
    made, value = ("full", ", value") if filled else ("zeros", "")
    emitted(
        name,
        f'''
def {name}(sequences{value}, dtype="int32"):
    """Rows as long as the longest one: {"`value`" if filled else "zeros"} {place[padding]} \
shorter ones."""
    longest = max(sequences, key=len)
    shape = np.shape(longest)[1:]  # of each element
    rows = np.{made}((len(sequences), len(longest), *shape){value}, dtype)
    for row, numbers in zip(rows, sequences):
        if len(numbers):
            row[{"-len(numbers) :" if padding == "pre" else ": len(numbers)"}] = numbers
    return rows
''',
        (),
        "import numpy as np",
        early=True,
    )
    return name


_LONGEST: dict[tuple[str, bool], str] = {
    way: _to_longest(*way) for way in product(_SIDES, (False, True))
}


@source(
    "keras.utils.pad_sequences", "keras.preprocessing.sequence.pad_sequences",
    "keras.utils.sequence_utils.pad_sequences",
)  # fmt: skip
def pad_sequences(
    sequences: Param,
    maxlen: Param = None,
    dtype: Param = "int32",
    padding: Param = "pre",
    truncating: Param = "pre",
    value: Param = 0.0,
) -> Expr:
    """Sequences of numbers as the rows of one array."""
    if not (padding.is_const(*_SIDES) and truncating.is_const(*_SIDES)):
        raise Unsupported("pad_sequences with a side that is known only at run time")
    if maxlen.is_const(0):
        raise Unsupported("pad_sequences to no length at all")
    filled = not value.is_const(0, 0.0)
    options: dict[str, Arg] = {} if dtype.is_const("int32") else {"dtype": dtype}
    if maxlen.is_const(None):
        if not re.fullmatch(r"[A-Za-z_][\w.]*", sequences.text):
            longest = _LONGEST[str(padding.value), filled]
            return helper(longest, sequences, *([value] if filled else []), **options)
        maxlen = call("max", call("map", Expr("len"), sequences))
    given: list[Arg] = [sequences, maxlen, *([value] if filled else [])]
    way = (str(padding.value), str(truncating.value), filled)
    return helper(_PADDING[way], *given, **options)
