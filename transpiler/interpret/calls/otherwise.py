"""Numbers that mean something else where the program has None or -1 for them.

ds.take(args.limit)             # all batches where that is -1, as it may be by default
"""

from __future__ import annotations

from typing import Any

from transpiler.interpret.region import Region
from transpiler.ir.expr import Expr, call, infix
from transpiler.ir.tensor import Unsupported
from transpiler.regex import regex
from transpiler.source.possible_constants import constants_it_may_be

_ONE_HOT = "keras.utils.to_categorical"
_PADDED = "keras.utils.pad_sequences"
#: By functions: the parameter, and what means something else.
_OTHERWISE = {
    "tf.data.Dataset.take": ("count", "-1"),
    "tf.data.Dataset.skip": ("count", "-1"),
    _ONE_HOT: ("num_classes", "None"),
    _PADDED: ("maxlen", "None"),
}
_PLAIN = regex(r"[A-Za-z_][\w.]*")


def settle_otherwise(region: Region, name: str, given: dict[str, Any]) -> None:
    """Make the arguments of a function such that this means the same to what is emitted.

    Raises Unsupported where nothing does.
    """
    parameter, other = _OTHERWISE.get(name, ("", ""))
    number = given.get(parameter)
    if not isinstance(number, Expr) or number.known:
        return
    if other not in constants_it_may_be(region.tree.text, region.file.path, number.text):
        return
    if name == _ONE_HOT:
        given["shape"] = None  # the emitted function takes None, too
    elif name == _PADDED and _PLAIN.fullmatch(given["sequences"].text):
        longest = call("max", call("map", Expr("len"), given["sequences"]))
        given[parameter] = infix(number, "or", longest)
    else:
        raise Unsupported(f"`{number.text}`, its {parameter}, may be {other} when it runs")
