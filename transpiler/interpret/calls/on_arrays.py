"""Functions of TensorFlow that a program calls on arrays, outside of models: NumPy's then.

tf.argmax(model.predict(x), axis=1).numpy()      np.argmax(predict(model, x), axis=1)

Arrays are what models predict, what such functions make of it, and, where only the order of the
numbers counts, plain values.
"""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.interpret.arguments import Argument
from transpiler.interpret.calls.by_hand import MEASURED
from transpiler.interpret.dispatch import provided
from transpiler.interpret.predicted import PREDICTED, is_array
from transpiler.interpret.region import Region
from transpiler.interpret.statics import constant
from transpiler.interpret.values import Framework, Measured, Sequence, Static, Unknown, Value
from transpiler.ir.expr import UNKNOWN, Configured, Symbol
from transpiler.record import record
from transpiler.source.far_tables import tables_of

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
#: The same of Keras's own functions, which are called as NumPy's are.
_OPS = {
    **_alike("argmax argmin any all logical_not", gives=_WHOLE),
    **_alike("max min sum prod abs square sign squeeze expand_dims reshape transpose clip"),
    **_alike("convert_to_numpy:array concatenate stack"),
    **_alike("mean sqrt exp log round floor ceil", real=True),
    **_alike("maximum minimum add subtract multiply power", arrays=2),
    **_alike("equal not_equal greater greater_equal less less_equal", arrays=2, gives=_WHOLE),
    **_alike("logical_and logical_or", arrays=2, gives=_WHOLE),
}
_TORCH = {"softmax": "softmax(-1)", "sigmoid": "sigmoid()"}
_MODULES = frozenset({"tf", "tf.math"})
_OF_TORCH = frozenset({"tf.nn", "tf", "tf.math", "keras.activations", "keras.ops"})
_KEYWORDS = frozenset({"axis", "keepdims"})


def array_function(
    region: Region, node: cst.Call, name: str, arguments: list[Argument]
) -> Value | None:
    """What a function gives for arrays; None where it is something else."""
    module, _, last = name.rpartition(".")
    if module in _OF_TORCH and last in _TORCH:
        return _of_torch(region, node, last, arguments)
    if name in ("tf.cast", "keras.ops.cast"):
        return _cast(region, node, arguments)
    if name in ("tf.where", "keras.ops.where"):
        return _where(region, node, arguments)
    function = _FUNCTIONS.get(last) if module in _MODULES else None
    function = _OPS.get(last) if module == "keras.ops" else function
    extreme = last in _EXTREMES and _is_plain_array(region, node, arguments)
    if function is None or not (extreme or _fits(region, function, arguments)):
        return None
    region.settled[region.tree.span(node.func)] = function.name
    if function.default and len(arguments) == 1:
        end = region.tree.span(node)[1] - 1
        region.settled[end, end] = f", {function.default}"
    region.helpers_used |= {"numpy"}
    whole = extreme or any(isinstance(v, Measured) and v.whole for _, v in arguments)
    return function.gives or (_WHOLE if whole else _REAL)


#: Functions that give a number of an array as it is, of whatever type.
_EXTREMES = frozenset({"reduce_max", "reduce_min"})


def _is_plain_array(region: Region, node: cst.Call, arguments: list[Argument]) -> bool:
    """Whether all that a function gets is an array of NumPy's, whose axes are known."""
    if len(arguments) != 1 or node.args[0].star or not isinstance(arguments[0][1], Static):
        return False
    given = node.args[0].value
    sizes: Any = region.is_module and provided("sizes_at")(region, given)
    tables = tables_of(region.tree.text, region.file.path)
    return bool(sizes) and not tables.hold(region.tree.source(given))


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
    known = kind.name.rpartition(".")[2] if isinstance(kind, Framework) else constant(kind)
    dtype = known if isinstance(known, str) else ""
    if not is_array(value) or not dtype.startswith(("float", "int", "bool")):
        return None
    region.settled[region.tree.span(node.func)] = "np.asarray"
    region.settled[region.tree.span(node.args[1].value)] = f"np.{dtype.replace('bool', 'bool_')}"
    region.helpers_used |= {"numpy"}
    return _REAL if dtype.startswith("float") else _WHOLE


def _where(region: Region, node: cst.Call, arguments: list[Argument]) -> Value | None:
    """`tf.where(p < 0.5, 0, 1)`: of numbers that NumPy takes for the same type."""
    values = [value for _, value in arguments]
    if len(values) != 3 or any(k is not None for k, _ in arguments) or not is_array(values[0]):
        return None
    numbers = [constant(value) for value in values[1:]]
    arrays = [value for value in values[1:] if is_array(value)]
    whole = [type(n) is int for n, v in zip(numbers, values[1:], strict=True) if not is_array(v)]
    whole += [isinstance(value, Measured) and value.whole for value in arrays]
    typed = all(isinstance(n, (int, float)) for n in numbers if n is not UNKNOWN)
    known = sum(n is not UNKNOWN for n in numbers) + len(arrays) == 2
    if not known or not typed or not (all(whole) or (arrays and not any(whole))):
        return None
    region.settled[region.tree.span(node.func)] = "np.where"
    region.helpers_used |= {"numpy"}
    return _WHOLE if all(whole) else _REAL
