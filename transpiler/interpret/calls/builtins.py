"""Calls of Python's own functions on tensors, layers or known values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from transpiler.interpret.calls.batches import next_element, walked
from transpiler.interpret.calls.flows import zipped
from transpiler.interpret.calls.named import evaluated
from transpiler.interpret.calls.tensors import tensor_function
from transpiler.interpret.control.elements import channels_list, known_items, one_of_models
from transpiler.interpret.control.perhaps import are_callbacks
from transpiler.interpret.control.sequences import sequence_code
from transpiler.interpret.control.targets import item_of
from transpiler.interpret.dispatch import provided
from transpiler.interpret.expressions.displays import is_changed_inside
from transpiler.interpret.layers.applying import apply_layer
from transpiler.interpret.layers.lists import known_elements
from transpiler.interpret.layers.making import make_layer
from transpiler.interpret.object_groups import entry_of_objects, settled_objects
from transpiler.interpret.records import Records, one_record
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import const, constant, rewrite, to_expr, verbatim
from transpiler.interpret.tensors.operators import binary_op
from transpiler.interpret.values import (
    Bound,
    Function,
    Inside,
    Instances,
    Keyed,
    Layer,
    Mapping,
    Model,
    Repeated,
    Sequence,
    Static,
    Unknown,
    Value,
    holds_layers,
    is_graph,
    with_code,
)
from transpiler.ir import tokens
from transpiler.ir.expr import UNKNOWN, Expr, index
from transpiler.record import replace


def _len(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    if len(values) == 1 and isinstance(values[0], (Sequence, Mapping)):
        value = const(len(values[0].items))
        items = values[0].items if isinstance(values[0], Sequence) else ()
        if is_graph(values[0]) or any(isinstance(item, Inside) for item in items):
            rewrite(region, node, value)
            return value
        return verbatim(region, node, values[0], value=len(values[0].items))
    if len(values) == 1 and isinstance(values[0], (Repeated, Keyed)):
        return verbatim(region, node, values[0])
    return None


def _range(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    known = [constant(v) for v in values]
    if known and all(isinstance(k, int) for k in known) and len(known) <= 3:
        return verbatim(region, node, *values, value=range(*known))
    return None


def _reversed(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    if len(values) != 1 or not is_graph(values[0]):
        return None
    value = values[0]
    return _wrapped_list(region, value, "reversed", lambda items: items[::-1])


def _list(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    value = values[0] if len(values) == 1 else None
    if isinstance(value, Sequence) and (is_graph(value) or goes_one_by_one(region, value)):
        return replace(value, kind=list)
    if isinstance(value, Sequence) and not value.items and _is_written(value):
        return Sequence((), list, static=Expr("[]", []))
    if isinstance(value, Sequence) and are_callbacks(region, value):
        return Sequence(value.items, list, static=None if value.items else Expr("[]", []))
    if value is not None and is_graph(value):
        listed = _wrapped_list(region, value, "list", lambda items: items)
        if isinstance(value, Repeated) and value.code.text.startswith("["):
            return with_code(listed, value.code)  # it is one already
        return listed
    if (elements := walked(region, node, values)) is not None:
        return elements
    if not values:
        return Sequence((), list, static=Expr("[]", []))
    return None


def _is_written(empty: Sequence) -> bool:
    """Whether an empty list is one that no variable holds."""
    return empty.static is None or empty.static.text in ("[]", "()")


def _tuple(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    if len(values) == 1 and isinstance(values[0], Sequence):
        value = values[0]
        if is_graph(value):
            return replace(value, kind=tuple)
    return None


def _wrapped_list(region: Region, value: Value, function: str, reorder: Any) -> Value:
    def wrapped(code: Expr) -> Expr:
        return Expr(f"{function}({code.text})", strength=18, names=code.names)

    def wrapped_or_none(code: Expr | None) -> Expr | None:
        return None if code is None else wrapped(code)

    if isinstance(value, Repeated):
        return Repeated(value.item, wrapped(value.code), wrapped_or_none(value.static))
    if isinstance(value, Sequence):
        items = tuple(reorder(value.items))
        return Sequence(
            items, value.kind, wrapped_or_none(value.code), wrapped_or_none(value.static)
        )
    raise GiveUp("a list of tensors is used in a way that is not understood")


def _zip(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    apart = any(goes_one_by_one(region, v) for v in values)
    if not apart and not any(map(is_graph, values)):
        return zipped(region, node, values)
    strict = [a for a in node.args if a.keyword is not None]
    values = values[: len(values) - len(strict)]
    if apart:
        lists = [_one_by_one(region, v) for v in values]
        if any(items is None for items in lists):
            raise GiveUp("layers are zipped with a list whose length is not known", node)
        rows = zip(*(items for items in lists if items is not None), strict=False)
        return Sequence(tuple(Sequence(tuple(row), tuple) for row in rows), list)
    parts = [_loop_part(region, one_of_models(region, v)) for v in values]
    rest = [Expr(f"strict={region.tree.source(a.value)}") for a in strict]
    return Repeated(
        Sequence(tuple(item for item, _, _ in parts), tuple),
        _call_text("zip", [*(c for _, c, _ in parts), *rest]),
        _static_text("zip", [*(s for _, _, s in parts), *rest]),
    )


def goes_one_by_one(region: Region, value: Value) -> bool:
    """Whether a list holds layers, or functions that have to do with them."""
    if not isinstance(value, Sequence) or not holds_layers(value):
        return False
    uses: Any = provided("mentions_framework")
    parts = [*value.items, *(p for i in value.items if isinstance(i, Sequence) for p in i.items)]
    functions = [part for part in parts if isinstance(part, Function)]
    return not functions or any(uses(region.file, function) for function in functions)


def _one_by_one(region: Region, value: Value) -> list[Value] | None:
    """The elements of a list beside one of layers or functions, each as it can be reached."""
    return (
        known_items(region, value) if isinstance(value, Sequence) else known_elements(region, value)
    )


def _enumerate(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    first = values[0] if values else None
    if isinstance(first, Sequence) and goes_one_by_one(region, first):
        start = constant(values[1]) if len(values) > 1 else 0
        if not isinstance(start, int):
            raise GiveUp("layers are numbered from a number that is not known", node)
        items = enumerate(known_items(region, first), start)
        return Sequence(tuple(Sequence((const(i), v), tuple) for i, v in items), list)
    if not values or not is_graph(values[0]):
        return walked(region, node, values)
    item, code, static = _loop_part(region, one_of_models(region, values[0]))
    rest = [to_expr(region, v) for v in values[1:]]
    counter = Static(Expr(tokens.ITEM))
    return Repeated(
        Sequence((counter, item), tuple),
        _call_text("enumerate", [code, *rest]),
        _static_text("enumerate", [static, *rest]),
    )


def _loop_part(region: Region, value: Value) -> tuple[Value, Expr, Expr | None]:
    if isinstance(value, Static):
        return Static(Expr(tokens.ITEM)), value.running, value.expr
    item = item_of(region, value)
    if isinstance(value, Repeated):
        return item, value.code, value.static
    if isinstance(value, Sequence):
        if is_graph(value):
            static = value.static if value.static is not None else channels_list(region, value)
            return item, sequence_code(region, value), static
        written = to_expr(region, value)
        return item, written, written
    raise GiveUp("a loop over something that is not a list")


def _call_text(function: str, parts: list[Expr]) -> Expr:
    names = frozenset[Any]().union(*(p.names for p in parts))
    return Expr(f"{function}({', '.join(p.text for p in parts)})", strength=18, names=names)


def _static_text(function: str, parts: list[Expr | None]) -> Expr | None:
    if any(p is None for p in parts):
        return None
    return _call_text(function, [p for p in parts if p is not None])


def _isinstance(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    if len(values) == 2 and not isinstance(values[0], Unknown):
        known = constant(values[0])
        names = {
            "str": str,
            "int": int,
            "float": float,
            "list": list,
            "tuple": tuple,
            "dict": dict,
            "bool": bool,
        }
        kinds = values[1].items if isinstance(values[1], Sequence) else (values[1],)
        classes = [names.get(k.expr.text) if isinstance(k, Static) else None for k in kinds]
        if known is not UNKNOWN and all(c is not None for c in classes):
            return const(isinstance(known, tuple(c for c in classes if c is not None)))
        if isinstance(values[0], (Bound, Layer, Model)) and all(c is not None for c in classes):
            return const(False)
    return None


def _absolute(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    if len(values) == 1 and isinstance(values[0], Bound):
        found: Value = provided("framework_call")(region, node, "tf.abs", [(None, values[0])])
        return found
    return _number(region, node, values)


def _number(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    if len(values) == 1 and isinstance(values[0], Static):
        known = values[0].expr.value
        if isinstance(known, (int, float)) and isinstance(node.func, cst.Name):
            convert: Any = {"int": int, "float": float, "round": round, "abs": abs}[node.func.value]
            return verbatim(region, node, values[0], value=convert(known))
    return None


def _extreme(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    if values and isinstance(values[0], Records) and not values[0].keyed:
        return one_record(values[0])
    if values and isinstance(values[0], Instances):
        held = settled_objects(region, node.args[0].value, values[0])
        return None if len(values) > 2 else entry_of_objects(held, UNKNOWN)
    known = [constant(v) for v in values]
    if (
        len(known) > 1
        and all(isinstance(k, (int, float)) for k in known)
        and isinstance(node.func, cst.Name)
    ):
        return verbatim(
            region, node, *values, value=(max if node.func.value == "max" else min)(known)
        )
    return None


def _sorted(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    objects = values[0] if values else None
    if isinstance(objects, Records) and not objects.keyed:
        return objects
    return (
        Instances(objects.reason, items=objects.items) if isinstance(objects, Instances) else None
    )


def _dict(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    keywords = [a.keyword.value for a in node.args if a.keyword is not None]
    if len(node.args) == len(values) == 1 and isinstance(values[0], Mapping):
        held = values[0].static
        if not keywords and not is_graph(values[0]) and held and held.text.isidentifier():
            entries = {k: _entry_of(held, k, item) for k, item in values[0].items.items()}
            return Mapping(entries, verbatim(region, node, values[0]).expr)
    if len(keywords) == len(node.args) == len(values):
        items: dict[Any, Value] = dict(zip(keywords, values, strict=True))
        if any(isinstance(v, Unknown) for v in values):
            return Unknown("a dict with something unknown in it")
        if not all(isinstance(v, (Static, Sequence, Mapping)) and not is_graph(v) for v in values):
            return Mapping(items)
        written = verbatim(region, node, *values)
        return written if is_changed_inside(region, items) else Mapping(items, written.expr)
    return None


def _entry_of(held: Expr, key: Any, item: Value) -> Value:
    """An entry of a dict that has a name, which is read there."""
    known = item.expr.value if isinstance(item, Static) else UNKNOWN
    return Static(replace(index(held, key), value=known)) if isinstance(item, Static) else item


def _sum(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    """The sum of a list of tensors; of one that a loop filled, all have the same shape."""
    if len(values) != 1:
        return None
    if isinstance(values[0], Repeated) and isinstance(values[0].item, Bound):
        if values[0].item.tensor.mask is None:
            return tensor_function(region, node, "tf.add_n", [(None, values[0])])
        added = make_layer(region, "keras.layers.Add", [], node)
        return apply_layer(region, added, values[0], {}, node)
    if not isinstance(values[0], Sequence) or not values[0].items:
        return None
    total, *rest = values[0].items
    if not all(isinstance(v, Bound) for v in values[0].items):
        return None
    for value in rest:
        total = binary_op(region, total, "+", value, node)
    return total


def _map(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    """`map(split_heads, (q, k, v))`: one call for each tensor."""
    if len(values) != 2 or not isinstance(values[0], Function):
        return None
    if not isinstance(values[1], Sequence) or not is_graph(values[1]) or values[0].parameter:
        return None
    with region.unrolling():
        made = [
            provided("call_function")(region, node, values[0], [(None, item)])
            for item in values[1].items
        ]
    return Sequence(tuple(made), list)


def _print(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    if any(is_graph(v) or isinstance(v, Unknown) for v in values):
        return Unknown("what `print` gives")
    return None


BUILTINS: dict[str, Callable[[Region, cst.Call, list[Value]], Value | None]] = {
    "len": _len, "range": _range, "reversed": _reversed, "list": _list, "tuple": _tuple,
    "zip": _zip, "enumerate": _enumerate, "isinstance": _isinstance, "int": _number,
    "float": _number, "round": _number, "abs": _absolute, "max": _extreme, "min": _extreme,
    "dict": _dict, "print": _print, "sum": _sum, "eval": evaluated,
    "sorted": _sorted, "map": _map, "next": next_element, "iter": walked,
}  # fmt: skip
