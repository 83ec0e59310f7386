"""Functions of TensorFlow that a program calls on arrays, outside of models: NumPy's then.

tf.argmax(model.predict(x), axis=1).numpy()      np.argmax(predict(model, x), axis=1)

Arrays are what models predict, what such functions make of it, and, where only the order of the
numbers counts, plain values.
"""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.arguments import Argument
from transpiler.interpret.calls.by_hand import MEASURED
from transpiler.interpret.region import Region
from transpiler.interpret.statics import constant
from transpiler.interpret.training import PREDICTED, is_array
from transpiler.interpret.values import Framework, Measured, Sequence, Static, Unknown, Value
from transpiler.ir.expr import UNKNOWN, Configured, Symbol
from transpiler.record import record

_REAL = Measured(PREDICTED, tensor=True)
_WHOLE = Measured(PREDICTED, whole=True, tensor=True)


@record(frozen=True, slots=True)
class _Function:
    """A function of NumPy, and what it has in common with one of TensorFlow."""

    name: str
    arrays: int = 1  #: how many it takes
    gives: Measured | None = None  #: None: numbers like those that it takes
    real: bool = False  #: whether TensorFlow computes something else of whole numbers
    plain: bool = False  #: whether plain values may be all that it takes
    default: str = ""  #: what TensorFlow takes for granted, and NumPy does not


def _alike(names: str, **facts: object) -> dict[str, _Function]:
    """Functions that bear the same name, or one behind a colon."""
    found = {}
    for name in names.split():
        ours, _, theirs = name.partition(":")
        found[ours] = _Function(f"np.{theirs or ours}", **facts)  # type: ignore[arg-type]
    return found


_FUNCTIONS = {
    **_alike("argmax argmin", gives=_WHOLE, plain=True, default="axis=0"),
    **_alike("reduce_mean:mean", real=True),
    **_alike("reduce_sum:sum reduce_max:max reduce_min:min reduce_prod:prod"),
    **_alike("reduce_any:any reduce_all:all", gives=_WHOLE),
    **_alike("abs square sign squeeze expand_dims reshape transpose clip_by_value:clip"),
    **_alike("sqrt exp log round floor ceil", real=True),
    **_alike("maximum minimum add subtract multiply pow:power", arrays=2),
    **_alike("equal not_equal greater greater_equal less less_equal", arrays=2, gives=_WHOLE),
    **_alike("logical_and logical_or", arrays=2, gives=_WHOLE),
    **_alike("logical_not", gives=_WHOLE),
    **_alike("concat:concatenate stack"),
}
_TORCH = {"softmax": "softmax(-1)", "sigmoid": "sigmoid()"}
_MODULES = frozenset({"tf", "tf.math"})
_OF_TORCH = frozenset({"tf.nn", "tf", "tf.math", "keras.activations"})
_KEYWORDS = frozenset({"axis", "keepdims"})


def array_function(
    region: Region, node: cst.Call, name: str, arguments: list[Argument]
) -> Value | None:
    """What a function gives for arrays; None where it is something else."""
    module, _, last = name.rpartition(".")
    if module in _OF_TORCH and last in _TORCH:
        return _of_torch(region, node, last, arguments)
    if module == "tf" and last == "cast":
        return _cast(region, node, arguments)
    function = _FUNCTIONS.get(last) if module in _MODULES else None
    if function is None or not _fits(region, function, arguments):
        return None
    region.settled[region.tree.span(node.func)] = function.name
    if function.default and len(arguments) == 1:
        end = region.tree.span(node)[1] - 1
        region.settled[end, end] = f", {function.default}"
    region.helpers_used |= {"numpy"}
    whole = any(isinstance(v, Measured) and v.whole for _, v in arguments)
    return function.gives or (_WHOLE if whole else _REAL)


def _fits(region: Region, function: _Function, arguments: list[Argument]) -> bool:
    """Whether the arguments are arrays, and others that NumPy takes in the same places."""
    arrays = [value for keyword, value in arguments[: function.arrays] if keyword is None]
    others = arguments[function.arrays :]
    if len(arrays) < function.arrays or not all(_may_be_array(value) for value in arrays):
        return False
    if any(keyword is not None and keyword not in _KEYWORDS for keyword, _ in others):
        return False
    if not all(isinstance(value, (Static, Sequence)) for _, value in others):
        return False
    if function.real and any(isinstance(v, Measured) and v.whole for v in arrays):
        return False
    if any(map(_is_result, arrays)):
        return True
    return function.plain and not region.file.data_names


def _may_be_array(value: Value) -> bool:
    plain = isinstance(value, Static) and not isinstance(value.expr.value, (Configured, Symbol))
    return plain or _is_result(value)


def _is_result(value: Value) -> bool:
    """Whether it is an array that a model predicts, or what NumPy computes of such."""
    return is_array(value) or (isinstance(value, Unknown) and value.reason == MEASURED)


def _of_torch(region: Region, node: cst.Call, name: str, arguments: list[Argument]) -> Value | None:
    if not arguments:
        return None
    (keyword, value), *others = arguments
    axis = constant(others[0][1]) if name == "softmax" and len(others) == 1 else UNKNOWN
    if keyword is not None or not is_array(value):
        return None
    if others and (others[0][0] not in (None, "axis") or not isinstance(axis, int)):
        return None
    region.settled[region.tree.span(node.func)] = "torch.as_tensor"
    end = region.tree.span(node)[1]
    if others:
        region.settled[region.tree.span(node.args[0].value)[1], end - 1] = ""
    made = f"softmax({axis})" if others else _TORCH[name]
    region.settled[end, end] = f".{made}.numpy()"
    region.helpers_used |= {"torch"}
    return _REAL


def _cast(region: Region, node: cst.Call, arguments: list[Argument]) -> Value | None:
    """`tf.cast(p > 0.5, tf.int32)` is `np.asarray(p > 0.5, np.int32)`."""
    if len(arguments) != 2 or [k for k, _ in arguments] != [None, None]:
        return None
    (_, value), (_, kind) = arguments
    dtype = kind.name.rpartition(".")[2] if isinstance(kind, Framework) else ""
    if not is_array(value) or not dtype.startswith(("float", "int", "bool")):
        return None
    region.settled[region.tree.span(node.func)] = "np.asarray"
    region.settled[region.tree.span(node.args[1].value)] = f"np.{dtype.replace('bool', 'bool_')}"
    region.helpers_used |= {"numpy"}
    return _REAL if dtype.startswith("float") else _WHOLE
