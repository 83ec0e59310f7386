"""Functions of the framework applied to tensors."""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.diagnostics import ASSUMED, CLOSE_IDIOM, Fidelity
from transpiler.interpret.arguments import Argument
from transpiler.interpret.calls.constants import constant_call
from transpiler.interpret.effects import acting_once
from transpiler.interpret.layers.inputs import list_inputs, starred
from transpiler.interpret.layers.modules import HARD_SIGMOID
from transpiler.interpret.layers.rules import note_activation
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import to_expr, to_running
from transpiler.interpret.tensors.constants import as_tensor, is_array_beside, operand
from transpiler.interpret.tensors.layouts import check_readable, common_layout, in_layout
from transpiler.interpret.tensors.names import ensure_current
from transpiler.interpret.tensors.results import run_rule, with_sizes_of
from transpiler.interpret.values import (
    Bound,
    Constant,
    Repeated,
    Sequence,
    Static,
    Value,
    holds_tensor,
    is_graph,
)
from transpiler.ir.expr import Expr, Symbol, expr
from transpiler.ir.tensor import Layout, Tensor
from transpiler.record import record, replace
from transpiler.rule import ONE_IMAGE, Rule


def _may_be_single(region: Region, images: Tensor) -> bool:
    """Whether it is one image alone, or may be: an element of a data set of which nobody knows."""
    if images.dims is None:
        return region.on_elements
    return len(images.dims) == 2


def tensor_function(
    region: Region, node: cst.CSTNode, name: str, arguments: list[Argument]
) -> Value:
    """A function of the framework applied to tensors."""
    rules, keras = region.file.rules, region.file.options.keras
    if name == "keras.activations.hard_sigmoid" and keras == "2":
        name = "keras.backend.hard_sigmoid"
    rule = rules.ops.get(name)
    if rule is None and name in rules.activations:
        rule = rules.activations[name]
    if rule is None:
        raise GiveUp(f"{name} has no translation", node)
    if name == "keras.activations.hard_sigmoid" and keras == "auto":
        region.say(ASSUMED, node, HARD_SIGMOID)
    slots, bounds = _slots(region, rule, name, arguments, node)
    if bounds and _may_be_single(region, bounds[0].tensor):
        rule = rules.ops.get(f"{name}{ONE_IMAGE}", rule)
        slots, bounds = _slots(region, rule, name, arguments, node)
    if rule.fidelity is Fidelity.CLOSE:
        region.say(CLOSE_IDIOM, node, f"{name}: {rule.note}")
    layout = rule.layout
    if layout is Layout.ANY and bounds:
        layout = common_layout(bounds)
    bounds = [in_layout(region, b, layout) for b in bounds]

    sized = any(isinstance(v, _Plain) and v.written.text != v.running.text for v in slots.values())

    def build(given: list[Tensor]) -> Any:
        result = _unmasked(rule.build(**{k: _fill(v, given) for k, v in slots.items()}), given)
        if len(given) == 1 and isinstance(result, Tensor) and _is_along_last(slots.get("axis")):
            note_activation(region, Expr(name, Symbol(name)), given[0], result)
        if not sized or not isinstance(result, Tensor):
            return result
        for slot in slots.values():
            if isinstance(slot, _Plain):
                check_readable(region, slot.running, node)
        running = rule.build(**{k: _fill(v, given, True) for k, v in slots.items()})
        running = _unmasked(running, given)
        assert isinstance(running, Tensor)
        return with_sizes_of(running, result)

    return run_rule(region, node, bounds, build, name)


def _unmasked(result: Any, given: list[Tensor]) -> Any:
    """What a function gives that is no layer, which carries no mask unless it is what it got."""
    if isinstance(result, list):
        return [_unmasked(one, given) for one in result]
    if not isinstance(result, Tensor) or any(result.code.text == one.code.text for one in given):
        return result
    return result if result.mask is None else replace(result, mask=None)


def _is_along_last(axis: Any) -> bool:
    """Whether an argument for an axis is left out, or is the last one."""
    written = axis.written if isinstance(axis, _Plain) else axis
    return axis is None or (isinstance(written, Expr) and written.is_const(-1))


def _slots(
    region: Region, rule: Rule, name: str, arguments: list[Argument], node: cst.CSTNode
) -> tuple[dict[str, Any], list[Bound]]:
    """What each parameter of a rule gets, with places for the tensors; and those tensors."""
    slots: dict[str, Any] = {}
    bounds: list[Bound] = []
    parameters = rule.signature.parameters
    positions = iter(parameters)
    for keyword, value in arguments:
        if keyword == "name":
            continue
        parameter = keyword if keyword is not None else next(positions, None)
        if parameter is not None and parameter not in parameters:
            parameter = rule.aliases.get(parameter, parameter)
        if parameter is None or parameter not in parameters:
            raise GiveUp(f"{name}: the argument {keyword or 'at the end'} is not known", node)
        if str(parameters[parameter].annotation) == "Tensor" and _is_list_of_numbers(region, value):
            value = constant_call(region, node, "tf.constant", [(None, value)]) or value
        if isinstance(value, Constant) and str(parameters[parameter].annotation) in _TENSORS:
            value = _beside(region, value, arguments, node)
        declared = str(parameters[parameter].annotation)
        beside = declared.startswith("Operand") and parameter not in _OTHERS
        if beside and isinstance(value, (Static, Sequence)) and not is_graph(value):
            if is_array_beside(region, written := to_expr(region, value), node):
                slots[parameter] = _Array(written)
                continue
        if str(parameters[parameter].annotation) == "Tensor" and _is_list_of_tensors(value):
            value = tensor_function(region, node, "tf.stack", [(None, value)])
        slots[parameter] = _operand(region, value, bounds, node)
        if declared == "Tensor" and isinstance(value, Sequence) and not is_graph(value):
            raise GiveUp(f"{name}: {parameter} is no tensor of the model or data set", node)
    for parameter, one in parameters.items():
        if parameter not in slots:
            if one.default is one.empty:
                raise GiveUp(f"{name}: the argument {parameter} is missing", node)
            slots[parameter] = expr(one.default)
    return slots, bounds


def _is_list_of_numbers(region: Region, value: Value) -> bool:
    """Whether TensorFlow makes a tensor of it, and of which type is known."""
    return isinstance(value, Sequence) and not is_graph(value) and to_expr(region, value).known


def _is_list_of_tensors(value: Value) -> bool:
    """Whether TensorFlow makes one tensor of it, where it takes but one."""
    return (
        isinstance(value, Sequence)
        and bool(value.items)
        and all(isinstance(item, Bound) for item in value.items)
    )


#: How rules write that a parameter may be a tensor.
_TENSORS = frozenset({"Tensor", "Operand"})
#: Parameters for places in a tensor, and for what becomes one anyway.
_OTHERS = frozenset({"indices", "value"})


def _beside(region: Region, value: Constant, arguments: list[Argument], node: cst.CSTNode) -> Value:
    """A tensor of plain values where a call takes it together with one of the program's."""
    met = next((v.tensor for _, v in arguments if isinstance(v, Bound)), None)
    return value if met is None else Bound(operand(region, value, met, node), "")


class _Slot:
    """The place of a tensor among the tensors of a call."""

    def __init__(self, position: int) -> None:
        self.position = position


@record(frozen=True, slots=True)
class _Plain:
    """An argument without tensors, as `__init__` and as `forward` write it."""

    written: Expr
    running: Expr


def _operand(region: Region, value: Value, bounds: list[Bound], node: cst.CSTNode) -> Any:
    """An argument as a slot: a place for each tensor in it, which is added to `bounds`."""
    if isinstance(value, Bound):
        bounds.append(ensure_current(region, value, node))
        return _Slot(len(bounds) - 1)
    if isinstance(value, Sequence) and holds_tensor(value):
        if value.code is not None:
            return [_operand(region, b, bounds, node) for b in list_inputs(region, value, node)]
        return [_operand(region, item, bounds, node) for item in value.items]
    if isinstance(value, Repeated) and isinstance(value.item, Bound):
        return [_operand(region, starred(value), bounds, node)]
    value = acting_once(region, value, node)
    return _Plain(to_expr(region, value), to_running(region, value))


@record(frozen=True, slots=True)
class _Array:
    """An array or list, which becomes a tensor where the first tensor of the call is."""

    written: Expr


def _fill(slot: Any, given: list[Tensor], running: bool = False) -> Any:
    """The argument that a rule gets for a slot."""
    if isinstance(slot, _Slot):
        return given[slot.position]
    if isinstance(slot, _Array):
        floats = (tensor for tensor in given if tensor.dtype.startswith("float"))
        met = next(floats, given[0] if given else None)
        return slot.written if met is None else as_tensor(slot.written, met)
    if isinstance(slot, list):
        return [_fill(s, given, running) for s in slot]
    if isinstance(slot, _Plain):
        return slot.running if running else slot.written
    return slot
