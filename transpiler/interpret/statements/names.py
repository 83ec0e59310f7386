"""A value gets a name, in both programs."""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.interpret.calls.pipelines import pipeline_of
from transpiler.interpret.control.elements import channels_list, channels_of, known_items
from transpiler.interpret.control.entries import is_written
from transpiler.interpret.control.sequences import sequence_code
from transpiler.interpret.dispatch import provided
from transpiler.interpret.layers.stale import note_place
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statements.plain import emit_static
from transpiler.interpret.tensors.layouts import parameter_behind
from transpiler.interpret.tensors.names import (
    as_moved,
    bind_tensor,
    emit_before,
    ensure_current,
)
from transpiler.interpret.values import (
    Beside,
    Bound,
    Choice,
    Constant,
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
    UserClass,
    Value,
    is_closure,
    is_graph,
)
from transpiler.ir import tokens
from transpiler.ir.code import Line
from transpiler.ir.expr import NO_SIZE, Expr, dict_expr, index, reads
from transpiler.record import replace
from transpiler.source.changed_by_others import changed_by_others
from transpiler.source.changed_entries import changed_entries
from transpiler.source.changed_inside import has_functions, is_changed_inside, is_declared
from transpiler.source.rebound import is_bound_again, rebound_in_function
from transpiler.source.set_outside import set_by_text, set_outside


def assign_name(
    region: Region, name: str, value: Value, node: cst.CSTNode, source: cst.BaseExpression | None
) -> None:
    scope = region.scope
    if region.is_module and name in region.tree.rebound and isinstance(value, _FOLLOWED):
        value = Unknown(f"`{name}` gets another value after functions that read it have run")
    if isinstance(value, Constant):
        value = _named_constant(region, value, node, source)
    if isinstance(value, Bound):
        lent = value.source.startswith("borrow:")
        value = as_moved(region, value)
        if value.at is not None and not lent:
            value = ensure_current(region, value, node)
        if not lent and not region.scope.current(value.tensor.code):
            raise GiveUp("a tensor is used after its variable got another value", node)
        bind_tensor(region, name, value)
    elif isinstance(value, Layer):
        _assign_layer(region, name, value)
    elif isinstance(value, Model):
        scope.bump(name)
        provided("name_model")(region, name, value, node)
    elif isinstance(value, (Sequence, Mapping, Repeated, Keyed)) and is_graph(value):
        assign_group(region, name, value)
    elif isinstance(value, Beside):
        scope.bump(name)
        scope.values[name] = Static(scope.read(name))
        region.handed.add(name)
    elif isinstance(value, Unknown) or (isinstance(value, Mapping) and value.static is None):
        scope.bump(name)  # a dict of functions is only read where one of them is called
        scope.values[name] = value
    elif isinstance(value, (Framework, Function, UserClass)) or (
        not isinstance(value, (Static, Sequence, Mapping))
    ):
        scope.bump(name)
        if isinstance(value, Choice) and value.static is None:
            value = replace(value, static=scope.read(name))
        if isinstance(value, Inside):
            provided("name_layer")(region, name, value, source)
        scope.values[name] = value
        if isinstance(value, Function):
            emit_static(region, node, frozenset({name}), ())
    else:
        if isinstance(value, Static) and value.either and isinstance(source, cst.Name):
            value = replace(value, either=None)  # a change under one name changes both
            scope.values[source.value] = value
        emit_static(region, node, frozenset({name}), (value,))
        behind = ""
        if isinstance(value, Static) and isinstance(source, cst.Name):
            behind = parameter_behind(region, value.expr)
        version = scope.bump(name)
        if behind:
            region.copied[name, version] = behind
        if isinstance(value, Static) and value.expr.text.startswith(tokens.SIZE):
            region.size_names[(name, version)] = value.expr
        scope.values[name] = named(scope.read(name), value)
        if pipeline_of(value) is not None:
            region.file.data_names.add(name)
        elif _is_data(value) and is_changed_elsewhere(region, name, value):
            scope.values[name] = Static(scope.read(name))


def is_changed_elsewhere(region: Region, name: str, value: Value) -> bool:
    """Whether a function changes the variable that is defined where the region stands."""
    text = region.tree.text
    if _is_set_outside(region, name):
        return True
    if _is_rebound(region, name):
        return True
    plain = isinstance(value, Static) and not isinstance(value.expr.value, (list, tuple, dict))
    if plain and not is_declared(name, text):
        return False  # the usual case, without parsing
    if name in changed_by_others(text, region.file.path):
        return True
    if region.is_module:
        return is_changed_inside(name, text) or name in changed_entries(text).names
    function = region.function
    if not isinstance(function, cst.FunctionDef):
        return False
    start = region.tree.span(function.name)[0]
    own = text[start : region.tree.span(function)[1]]
    return has_functions(own) and is_changed_inside(name, text, region.tree.line_column(start)[0])


def _is_rebound(region: Region, name: str) -> bool:
    """Whether the variable gets another value after functions that read it may have run."""
    if region.is_module:
        return name in region.tree.rebound
    if not isinstance(region.function, cst.FunctionDef):
        return False
    start, end = region.tree.span(region.function)
    if not is_bound_again(name, region.tree.blanked[start:end]):
        return False
    line = region.tree.line_column(region.tree.span(region.function.name)[0])[0]
    return rebound_in_function(region.tree.text, line, name)


def _is_set_outside(region: Region, name: str) -> bool:
    """Whether another file changes a variable of the module, or its own text by its name."""
    if not region.is_module:
        return False
    changing = (set_outside(region.file.path), set_by_text(region.tree.text))
    return any(one.fullmatch(name) for one in changing)


#: What functions follow by its name, besides data.
_FOLLOWED = (Framework, Function, UserClass, Choice, Inside)


def _is_data(value: Value) -> bool:
    """Whether all of a value is known, as of a number, or a list or dict of such."""
    return isinstance(value, (Sequence, Mapping)) or (
        isinstance(value, Static) and isinstance(value.expr.value, _DATA)
    )


_DATA = (int, float, str, bool, type(None), list, tuple, dict)


def _named_constant(
    region: Region, value: Constant, node: cst.CSTNode, source: cst.BaseExpression | None
) -> Unknown:
    """A constant under a name of its own, which it has on all ways through the program."""
    alone = isinstance(node, cst.Assign) and len(node.targets) == 1 and source is value.node
    if not alone or region.loops or region.branches:
        return Unknown(value.reason)
    return value


def named(reading: Expr, value: Value) -> Value:
    """A plain value under the name that it got."""
    if isinstance(value, Static):
        known = value.expr.value
        written = replace(
            value.expr, text=reading.text, strength=20, names=reading.names, value=known
        )
        return Static(written, either=value.either, blank=value.blank)
    if isinstance(value, Sequence):
        items = tuple(_within(item, reading, i) for i, item in enumerate(value.items))
        return replace(value, items=items, static=reading, run=None)
    if isinstance(value, Mapping):
        entries = {key: _entry(item, value, key, reading) for key, item in value.items.items()}
        return replace(value, items=entries, static=reading)
    return value


def _entry(item: Value, held: Mapping, key: Any, reading: Expr) -> Value:
    """What is only known as an entry of a dict is read where the dict is found now."""
    if held.static is None or not isinstance(item, Static) or item.expr.known:
        return item
    read = item.expr.text == index(held.static, key).text
    return Static(index(reading, key)) if read else item


def _within(item: Value, reading: Expr, position: int) -> Value:
    """A size in a tuple that has a name: `forward` reads it there, whatever the tensor is now."""
    if isinstance(item, Static) and item.run is not None:
        return replace(item, run=index(reading, position))
    return item


def _assign_layer(region: Region, name: str, value: Layer) -> None:
    scope = region.scope
    region.graph_events += 1
    region.layer_statements.setdefault(id(region.statement), []).append(value)
    scope.bump(name)
    scope.values[name] = value
    if not value.calls and value.at is None:
        value.hint = value.hint or name
        marker = Line("")
        region.emit_init(marker)
        value.at = [region.init, marker, dict(scope.versions)]
        value.depth = len(region.loops)


def assign_group(region: Region, name: str, value: Sequence | Mapping | Repeated | Keyed) -> None:
    """A list of tensors gets a name: `forward` holds the tensors, `__init__` their channels."""
    region.graph_events += 1
    if _holds_models(value) and region.statement is not None:
        region.model_lists.append(region.statement)
    scope = region.scope
    if isinstance(value, Sequence) and not any(map(_stays_apart, value.items)):
        code = sequence_code(region, value)
        if code.text.startswith("reversed("):
            value = replace(value, items=tuple(known_items(region, value)))
            code = replace(code, text=f"list({code.text})")
        for item in value.items:
            if isinstance(item, Bound):
                emit_before(region, item.tensor.code, "")
        if code.text != name:
            uses = reads(code)
            region.emit_forward(
                Line(f"{name} = {code.text}", frozenset({name}), uses, code.modules)
            )
        static = channels_list(region, value)
        _init_group(region, name, static)
        scope.bump(name)
        reading = scope.read(name)
        items = tuple(_detached(item, reading, i) for i, item in enumerate(value.items))
        scope.values[name] = Sequence(items, value.kind, reading, reading)
        return
    of_many = isinstance(value, (Repeated, Keyed))
    if of_many and name in region.inputs and value.code is not None and value.code.text == name:
        return
    if isinstance(value, (Repeated, Keyed)):
        if value.code.text != name:
            uses = reads(value.code)
            region.emit_forward(Line(f"{name} = {value.code.text}", frozenset({name}), uses))
            _init_group(region, name, value.static)
        scope.bump(name)
        reading = scope.read(name)
        scope.values[name] = replace(value, code=reading, static=reading)
        return
    if isinstance(value, Mapping) and is_written(value):
        _assign_dict(region, name, value)
        return
    note_place(region, value.items.values() if isinstance(value, Mapping) else value.items)
    scope.bump(name)
    scope.values[name] = value


def _stays_apart(item: Value) -> bool:
    """Whether an item of a list is none of the tensors that `forward` holds in a list there."""
    if isinstance(item, Bound):
        return item.at is not None  # of an earlier point, as `model.layers[0].output`
    return isinstance(item, (Layer, Model)) or is_closure(item) or _holds_models(item)


def _holds_models(value: Value) -> bool:
    """Whether a list or dict holds models, and besides nothing of a graph."""
    if isinstance(value, (Repeated, Keyed)):
        return isinstance(value.item, Model)
    items = value.items.values() if isinstance(value, Mapping) else getattr(value, "items", ())
    graphs = [item for item in items if is_graph(item)]
    return bool(graphs) and all(isinstance(g, Model) or _holds_models(g) for g in graphs)


def _assign_dict(region: Region, name: str, value: Mapping) -> None:
    """A dict of tensors gets a name: `__init__` holds their channels under the same keys."""
    codes = {k: item.tensor.code for k, item in value.items.items() if isinstance(item, Bound)}
    code = dict_expr(codes)
    region.emit_forward(Line(f"{name} = {code.text}", frozenset({name}), reads(code)))
    sizes = {key: channels_of(region, item) for key, item in value.items.items()}
    known = {key: size for key, size in sizes.items() if size is not None}
    _init_group(region, name, dict_expr(known) if len(known) == len(sizes) else None)
    region.scope.bump(name)
    reading = region.scope.read(name)
    region.scope.values[name] = Mapping(value.items, reading, reading)


def _detached(item: Value, reading: Expr, position: int) -> Value:
    """An element as it is reached through the list, if it has no variable of its own."""
    if isinstance(item, Bound) and not item.tensor.code.text.isidentifier():
        code = Expr(f"{reading.text}[{position}]", strength=18, names=reading.names)
        return replace(item, tensor=replace(item.tensor, code=code))
    return item


def _init_group(region: Region, name: str, static: Expr | None) -> None:
    if static is None:
        static = NO_SIZE
    uses = reads(static)
    region.emit_init(Line(f"{name} = {static.text}", frozenset({name}), uses, static.modules))
