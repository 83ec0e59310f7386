"""A value is put into an attribute of an object, or an element of a list or dict."""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.calls.settings import CUSTOM_OBJECTS, add_custom_object, replace_name
from transpiler.interpret.control.elements import hold_model
from transpiler.interpret.control.entries import holds_entries, put
from transpiler.interpret.dispatch import evaluate, provided, provides
from transpiler.interpret.functions.kept_data import keep_data
from transpiler.interpret.functions.kept_groups import group_of
from transpiler.interpret.records import Records, is_record, with_record
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statements.plain import emit_static
from transpiler.interpret.statics import const, constant
from transpiler.interpret.values import (
    Bound,
    Framework,
    Function,
    Inside,
    Keyed,
    Layer,
    Mapping,
    Model,
    Namespace,
    Repeated,
    Sequence,
    Static,
    Unknown,
    UserClass,
    Value,
    Within,
    bases_of,
    is_graph,
)
from transpiler.ir.expr import UNKNOWN
from transpiler.record import replace


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
    elif isinstance(base, (UserClass, Namespace)) and isinstance(target.value, cst.Name):
        changed = frozenset({target.value.value})  # which the class would read too late
        given = () if isinstance(value, Unknown) else (value,)
        emit_static(region, node, changed, given, kills=False, extra=changed)


def assign_attributes(
    region: Region, targets: list[cst.BaseExpression], value: Value, node: cst.CSTNode
) -> bool:
    """`self.train, self.test = load()`, of plain values; False where it is something else.

    Beside attributes, there may be variables: `self.classes, codes = np.unique(y)`.
    """
    own = [_own(region, target) for target in targets]
    names = [target.value if isinstance(target, cst.Name) else "" for target in targets]
    keys = [key or name for key, name in zip(own, names, strict=True)]
    if not (all(keys) and any(own)) or is_graph(value):
        return False
    parts = value.items if isinstance(value, Sequence) else ()
    for key in keys:
        region.scope.bump(key)
        region.scope.values.pop(key, None)
    emit_static(region, node, frozenset(keys), (value,), effect=True, residual=True)
    for name in filter(None, names):
        region.scope.values[name] = Static(region.scope.read(name))
    for key, part in zip(own, parts, strict=False):
        if key:
            keep_data(region, key, part)
    return True


def set_together(
    region: Region, targets: list[cst.BaseExpression], value: Value, node: cst.CSTNode
) -> bool:
    """`config.rate, config.epochs = 0.1, 9`, of plain objects; False where no target is a part."""
    owners = [evaluate(region, one.value) for one in targets if isinstance(one, cst.Attribute)]
    if not owners:
        return False
    whole = len(owners) == len(targets) and all(isinstance(one, Static) for one in owners)
    if not whole or is_graph(value) or any(_own(region, target) for target in targets):
        raise GiveUp("attributes are assigned together", node)
    emit_static(region, node, frozenset(), (*owners, value), effect=True)
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
        if isinstance(value, Model) and (kept := group_of(region, target.value)):
            hold_model(region, kept, base if is_graph(base) else Mapping({}), value)
            return
        if is_graph(value) or is_graph(base):
            raise GiveUp("a tensor is put into something that is not a plain name", node)
        forget_inside(region, target, base, node)
        return
    name = target.value.value
    if isinstance(value, Model) and (region.loops or isinstance(base, (Repeated, Keyed))):
        hold_model(region, name, base, value)
        return
    if (region.loops or isinstance(base, Records)) and is_record(value):
        if (records := with_record(base, value, keyed=True)) is not None:
            region.scope.bump(name)
            region.scope.values[name] = records
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
        forget(region, frozenset({name}))


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


def change_element(region: Region, node: cst.AugAssign, known: object) -> bool:
    """`options["units"] *= 2`; False where nothing is known of the list or dict anyway."""
    target = node.target
    assert isinstance(target, cst.Subscript)
    base = evaluate(region, target.value)
    name = target.value.value if isinstance(target.value, cst.Name) else ""
    key = evaluate(region, index.value) if (index := _only_index(target)) else Unknown()
    if name and isinstance(base, Mapping) and UNKNOWN not in (known, constant(key)):
        _set_entry(region, name, base, constant(key), const(known), node)
        return True
    changed = forget_inside(region, target, base, node)
    if changed and (array := region.file.arrays.get(name)) is not None:  # of the same shape
        region.file.arrays[name] = replace(array, version=region.scope.version(name))
    return changed


@provides("forget_inside")
def forget_inside(
    region: Region, target: cst.BaseExpression, base: Value, node: cst.CSTNode
) -> bool:
    """Nothing is known any more of a list or dict, and of what holds it; False if it wasn't."""
    if not is_known(base) and not _is_held(region, target, base):
        return False
    names = _names_that_hold(region, target, base)
    emit_static(region, node, names, (base,), effect=not names, kills=False, extra=names)
    forget(region, names)
    return True


def forget_elements(
    region: Region, elements: list[cst.BaseExpression], node: cst.CSTNode
) -> frozenset[str]:
    """The lists and dicts of which `a[0], a[1] = a[1], a[0]` changes something."""
    held = [(e, evaluate(region, e.value)) for e in elements if isinstance(e, cst.Subscript)]
    if any(is_graph(base) for _, base in held):
        raise GiveUp("a tensor is put into a list among other assignments", node)
    known = [_names_that_hold(region, e, base) for e, base in held if is_known(base)]
    return frozenset[str]().union(*known)


def forget(region: Region, names: frozenset[str]) -> None:
    """What these names hold has changed; an array is still one."""
    for name in names:
        held = region.scope.values.get(name)
        region.scope.bump(name)
        array = isinstance(held, Static) and held.expr.array
        region.scope.values[name] = Static(replace(region.scope.read(name), array=array))


def _names_that_hold(region: Region, target: cst.BaseExpression, base: Value) -> frozenset[str]:
    held = region.scope.values
    root = _root(target)
    known = {name: value for name, value in held.items() if is_known(value)}
    names = {root} if root in held else set()
    names |= {name for name, value in known.items() if _holds(value, base)}
    outer = [known[name] for name in names if name in known]
    names |= {n for n, value in known.items() if any(_holds(one, value) for one in outer)}
    names |= region.together.get(root, frozenset()) & held.keys()
    if len(names) > 1:  # their values don't tell it from now on
        region.together |= dict.fromkeys(names, frozenset(names))
    return frozenset(names)


def _root(target: cst.BaseExpression) -> str:
    """The variable through which an element is reached; "" of something else."""
    while isinstance(target, (cst.Subscript, cst.Attribute)):
        target = target.value
    return target.value if isinstance(target, cst.Name) else ""


def _is_held(region: Region, target: cst.BaseExpression, base: Value) -> bool:
    """Whether it is in a plain variable of which only the name is known."""
    name = _root(target)
    held = region.scope.values.get(name)
    return (
        isinstance(base, Static)
        and isinstance(held, Static)
        and held.expr.value is UNKNOWN
        and not held.expr.array
        and name not in ("self", "cls")
    )


def is_known(value: Value) -> bool:
    """Whether it is a list or dict of plain values of which something is known."""
    if is_graph(value):
        return False
    if isinstance(value, Static):
        return isinstance(value.expr.value, (list, dict))
    return isinstance(value, (Sequence, Mapping))


def _holds(value: Value, part: Value) -> bool:
    """Whether a list or dict is another one, or has it somewhere inside."""
    if not isinstance(value, (Sequence, Mapping)):
        return value is part
    if isinstance(part, (Sequence, Mapping)) and value.items is part.items:
        return True
    return any(
        _holds(i, part)
        for i in (value.items.values() if isinstance(value, Mapping) else value.items)
    )
