"""A value is put into an attribute of an object, or an element of a list or dict."""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.calls.settings import CUSTOM_OBJECTS, add_custom_object, replace_name
from transpiler.interpret.control.elements import hold_model
from transpiler.interpret.control.entries import holds_entries, put
from transpiler.interpret.dispatch import evaluate, provided
from transpiler.interpret.functions.kept_data import keep_data
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statements.plain import emit_static
from transpiler.interpret.statics import constant
from transpiler.interpret.values import (
    Bound,
    Framework,
    Function,
    Inside,
    Keyed,
    Layer,
    Mapping,
    Model,
    Repeated,
    Sequence,
    Static,
    Unknown,
    Value,
    Within,
    bases_of,
    is_graph,
)
from transpiler.ir.expr import UNKNOWN


def assign_attribute(
    region: Region, target: cst.Attribute, value: Value, node: cst.CSTNode
) -> None:
    base = evaluate(region, target.value)
    attr = target.attr.value
    if isinstance(base, Static) and base.expr.text == "self" and "self" in region.parameters:
        key = f"self.{attr}"
        region.scope.bump(key)
        if isinstance(value, Bound):
            raise GiveUp("a tensor is kept on an object while a model is built", node)
        if isinstance(value, Layer):
            raise GiveUp("a layer is kept on an object while a model is built", node)
        if isinstance(value, Model):
            provided("name_model")(region, key, value, node)
        elif isinstance(value, (Static, Sequence, Mapping)) and not is_graph(value):
            region.scope.values.pop(key, None)
            emit_static(region, node, frozenset({key}), (value,), effect=True, residual=True)
            keep_data(region, key, value)
        else:
            region.scope.values[key] = value
        return
    if isinstance(base, Within):
        provided("change_inside")(region, base, node)
        return
    if isinstance(base, (Model, Layer, Inside)) or bases_of(base):
        provided("set_attribute")(region, base, attr, value, node)
        return
    if isinstance(base, Framework):
        replace_name(region, base, attr, target)
        return
    if isinstance(base, Function) and attr == "__name__":
        region.file.call_function(base, constant(value))
        return
    if is_graph(value):
        raise GiveUp("a tensor or layer is kept on an object", node)
    if not isinstance(value, Unknown) and isinstance(base, Static):
        emit_static(region, node, frozenset(), (base, value), effect=True)


def assign_attributes(
    region: Region, targets: list[cst.BaseExpression], value: Value, node: cst.CSTNode
) -> bool:
    """`self.train, self.test = load()`, of plain values; False where it is something else."""
    keys = [_own(region, target) for target in targets]
    if not all(keys) or is_graph(value):
        return False
    parts = value.items if isinstance(value, Sequence) else ()
    for key in keys:
        region.scope.bump(key)
        region.scope.values.pop(key, None)
    emit_static(region, node, frozenset(keys), (value,), effect=True, residual=True)
    for key, part in zip(keys, parts, strict=False):
        keep_data(region, key, part)
    return True


def _own(region: Region, target: cst.BaseExpression) -> str:
    """`self.x`; "" of anything else."""
    of_self = isinstance(target, cst.Attribute) and isinstance(target.value, cst.Name)
    if not of_self or "self" not in region.parameters:
        return ""
    text = region.tree.source(target)
    return text if text.startswith("self.") else ""


def _only_index(target: cst.Subscript) -> cst.Index | None:
    found = target.slice[0].slice if len(target.slice) == 1 else None
    return found if isinstance(found, cst.Index) else None


def assign_element(region: Region, target: cst.Subscript, value: Value, node: cst.CSTNode) -> None:
    base = evaluate(region, target.value)
    if isinstance(base, Framework) and base.name == CUSTOM_OBJECTS:
        key = evaluate(region, index.value) if (index := _only_index(target)) else None
        add_custom_object(region, node, str(constant(key)) if key is not None else "", value)
        return
    if not isinstance(target.value, cst.Name):
        if is_graph(value) or is_graph(base):
            raise GiveUp("a tensor is put into something that is not a plain name", node)
        return
    name = target.value.value
    if isinstance(value, Model) and (region.loops or isinstance(base, (Repeated, Keyed))):
        hold_model(region, name, base, value)
        return
    key = evaluate(region, index.value) if (index := _only_index(target)) else Unknown()
    if _is_tensors(value) and holds_entries(base) and not isinstance(key, Unknown):
        value = provided("keyed_input")(region, name, base, key, value, node)
        put(region, name, base, key, value, target)
        return
    if isinstance(base, Mapping) and constant(key) is not UNKNOWN:
        _set_entry(region, name, base, constant(key), value, node)
        return
    if isinstance(value, Unknown):
        region.scope.values[name] = value
        return
    if is_graph(value) or is_graph(base):
        raise GiveUp("a tensor is put into a list at a place that is not known", node)
    if isinstance(base, (Static, Sequence, Mapping)):
        emit_static(
            region, node, frozenset({name}), (base, value), kills=False, extra=frozenset({name})
        )
        region.scope.bump(name)
        region.scope.values[name] = Static(region.scope.read(name))


def _is_tensors(value: Value) -> bool:
    """Whether it is a tensor, or a tuple of tensors."""
    if isinstance(value, Sequence):
        return bool(value.items) and all(map(_is_tensors, value.items))
    return isinstance(value, Bound)


def _set_entry(
    region: Region, name: str, base: Mapping, key: object, value: Value, node: cst.CSTNode
) -> None:
    """`settings["units"] = units`: an entry of a dict that is known, but for tensors."""
    if not is_graph(value) and not isinstance(value, Unknown):
        emit_static(region, node, frozenset({name}), (value,), kills=False, extra=frozenset({name}))
    region.scope.bump(name)
    reading = region.scope.read(name)
    region.scope.values[name] = Mapping({**base.items, key: value}, reading, reading)
