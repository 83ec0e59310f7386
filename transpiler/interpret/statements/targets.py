"""Assignment to a target of whichever kind; of several, one by one or at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeGuard

import libcst as cst

from transpiler.interpret.calls.data_options import sets_option
from transpiler.interpret.calls.pipelines import pipeline_of
from transpiler.interpret.control.elements import element as joined_element
from transpiler.interpret.control.sequences import sequence_code
from transpiler.interpret.dispatch import evaluate, provided
from transpiler.interpret.models.borders import take_models_only
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statements.names import (
    assign_group,
    assign_name,
    is_changed_elsewhere,
    named,
)
from transpiler.interpret.statements.places import (
    assign_attribute,
    assign_attributes,
    assign_element,
    forget,
    forget_elements,
    set_together,
)
from transpiler.interpret.statements.plain import emit_static
from transpiler.interpret.statics import constant, is_plain, shape_slice, to_expr
from transpiler.interpret.tensors.names import bind_tensor, emit_before, keep_given_name
from transpiler.interpret.values import (
    Border,
    Bound,
    Framework,
    Function,
    Instances,
    Keyed,
    Layer,
    Mapping,
    Model,
    PerhapsModel,
    Repeated,
    Sequence,
    Static,
    Unknown,
    UserClass,
    Value,
    holds_layers,
    holds_models,
    holds_tensor,
    holds_unknown,
    is_graph,
)
from transpiler.ir import tokens
from transpiler.ir.code import Line
from transpiler.ir.expr import UNKNOWN, Expr, expr, index, reads
from transpiler.record import replace
from transpiler.source.suites import assigned_names


def spoil(region: Region, node: cst.CSTNode, reason: str) -> None:
    """The names that a statement assigns hold something unknown from now on."""
    targets: list[cst.CSTNode] = []
    if isinstance(node, cst.Assign):
        targets = [t.target for t in node.targets]
    elif isinstance(node, (cst.AnnAssign, cst.AugAssign)):
        targets = [node.target]
    for target in targets:
        for name in assigned_names(target):
            region.scope.bump(name)
            region.scope.values[name] = Unknown(reason)


def assign_value(
    region: Region,
    target: cst.BaseExpression,
    value: Value,
    node: cst.CSTNode,
    source: cst.BaseExpression | None,
) -> None:
    """`target = value` in both programs."""
    if isinstance(target, cst.Name):
        assign_name(region, target.value, value, node, source)
    elif isinstance(target, (cst.Tuple, cst.List)):
        _assign_parts(region, target, value, node)
    elif isinstance(target, cst.Attribute) and sets_option(region, target):
        pass
    elif isinstance(target, cst.Attribute):
        assign_attribute(region, target, value, node)
    elif isinstance(target, cst.Subscript):
        assign_element(region, target, value, node)
    else:
        raise GiveUp("an assignment to something that is not understood", node)


def _assign_parts(
    region: Region, target: cst.Tuple | cst.List, value: Value, node: cst.CSTNode
) -> None:
    elements = [e.value for e in target.elements]
    if isinstance(value, Unknown):
        plain = _plain_parts(region, elements, node)
        spoil(region, node, value.reason)
        region.scope.values |= {name: Static(region.scope.read(name)) for name in plain}
        if isinstance(value, (PerhapsModel, Instances)):
            parts: tuple[Value, ...] = value.items
            if len(parts) != len(elements):
                parts = (value,) * len(elements)
            pairs = zip(elements, parts, strict=True)
            region.scope.values |= {e.value: v for e, v in pairs if isinstance(e, cst.Name)}
        return
    if isinstance(value, Sequence) and (is_graph(value) or holds_unknown(value)):
        if len(value.items) != len(elements) or any(
            isinstance(e, cst.StarredElement) for e in target.elements
        ):
            raise GiveUp("tensors are unpacked into another number of names", node)
        _unpack(region, target, elements, value, node)
        return
    if isinstance(value, Repeated) and isinstance(value.item, Bound):
        held, numbers = value.static, range(len(elements))
        sizes_of = [None if held is None else index(held, number) for number in numbers]
        items = [joined_element(region, value.item, value.code, size) for size in sizes_of]
        if all(isinstance(element, cst.Name) for element in elements):
            _unpack(region, target, elements, Sequence(tuple(items), list, value.code), node)
            return
    if is_graph(value):
        raise GiveUp("a list of tensors is unpacked whose length is not known", node)
    starred = any(isinstance(e, cst.StarredElement) for e in target.elements)
    alike = isinstance(value, Sequence) and len(value.items) == len(elements) and not starred
    if isinstance(value, Sequence) and alike and _holds_symbols(value):
        for element, item in zip(elements, value.items, strict=True):
            assign_value(region, element, item, node, None)
        return
    names = [n for e in elements for n in assigned_names(e)]
    if _are_empty(value) and alike and len(names) == len(elements):
        _assign_empty(region, names, value)
        return
    if len(names) != len(elements):
        if assign_attributes(region, elements, value, node):
            return
        if set_together(region, elements, value, node):
            return
    parts = value.items if isinstance(value, Sequence) and alike else ()
    sizes = [p for p in parts if isinstance(p, Static) and p.run is not None]
    changed = forget_elements(region, elements, node)
    if len(sizes) == len(parts) == len(names) > 1 and not region.is_module:
        _unpack_sizes(region, names, sizes)
    elif changed:
        emit_static(region, node, changed.union(names), (value,), kills=False, extra=changed)
        forget(region, changed)
    else:
        emit_static(region, node, frozenset(names), (value,))
    for position, name in enumerate(names):
        version = region.scope.bump(name)
        if len(sizes) == len(names) and sizes[position].expr.text.startswith(tokens.SIZE):
            region.size_names[(name, version)] = sizes[position].expr
        known = (
            constant(parts[position])
            if len(parts) == len(names) == len(elements)
            and not is_changed_elsewhere(region, name, parts[position])
            else UNKNOWN
        )
        reading = region.scope.read(name)
        region.scope.values[name] = Static(replace(reading, value=known))
        if pipeline_of(region.scope.values[name]) is not None:
            region.file.data_names.add(name)


def _plain_parts(
    region: Region, elements: list[cst.BaseExpression], node: cst.CSTNode
) -> list[str]:
    """The names that get plain values beside what is not known: `best, score = params, loss`."""
    given = node.value if isinstance(node, cst.Assign) else None
    if not isinstance(given, (cst.Tuple, cst.List)) or len(given.elements) != len(elements):
        return []
    pairs = zip(elements, given.elements, strict=True)
    named = [(e.value, one.value) for e, one in pairs if isinstance(e, cst.Name)]
    return [n for n, v in named if _is_pure(v) and is_plain(evaluate(region, v))]


def _is_pure(node: cst.BaseExpression) -> bool:
    """Whether it may be evaluated twice: names, numbers and texts, and tuples of these."""
    if isinstance(node, cst.Tuple):
        return all(_is_pure(element.value) for element in node.elements)
    return isinstance(node, (cst.Name, cst.Integer, cst.Float, cst.SimpleString))


def _are_empty(value: Value) -> TypeGuard[Sequence]:
    """Whether it is `[], {}`: lists and dicts that are filled later."""
    return isinstance(value, Sequence) and all(
        (isinstance(i, Mapping) or (isinstance(i, Sequence) and i.kind is list)) and not i.items
        for i in value.items
    )


def _assign_empty(region: Region, names: list[str], value: Sequence) -> None:
    """`inputs, outputs = [], []`, one by one: each program needs its own."""
    for name, item in zip(names, value.items, strict=True):
        text = "{}" if isinstance(item, Mapping) else "[]"
        for emit in (region.emit_init, region.emit_forward):
            emit(Line(f"{name} = {text}", frozenset({name}), static=True))
        region.scope.bump(name)
        region.scope.values[name] = named(region.scope.read(name), item)
    if not region.is_module:
        region.static_statements[id(region.statement)] = region.statement  # type: ignore[assignment]


def _holds_symbols(value: Sequence) -> bool:
    """Whether functions, classes or parts of the framework are given together."""
    return any(isinstance(item, (Framework, Function, UserClass)) for item in value.items)


def _unpack_sizes(region: Region, names: list[str], sizes: list[Static]) -> None:
    """`b, h, w, c = x.shape`: one by one in `__init__`, in torch's order in `forward`."""
    for name, size in zip(names, sizes, strict=True):
        uses = reads(size.expr)
        made = Line(f"{name} = {size.expr.text}", frozenset({name}), uses, static=True)
        region.emit_init(made)
    pairs = sorted(zip(names, sizes, strict=True), key=lambda p: p[1].running.text)
    ordered = expr(tuple(s.running for _, s in pairs))
    shape = shape_slice(ordered, len(sizes))
    if shape.text == ordered.text:
        pairs, shape = list(zip(names, sizes, strict=True)), expr(tuple(s.running for s in sizes))
    targets = ", ".join(n for n, _ in pairs)
    right = shape.text[1:-1] if shape.text.startswith("(") else shape.text.removesuffix("[:]")
    running = Line(f"{targets} = {right}", frozenset(names), reads(shape), static=True, sized=True)
    region.emit_forward(running)
    region.static_statements[id(region.statement)] = region.statement  # type: ignore[assignment]


def _flat(
    elements: Iterable[cst.BaseExpression], items: Iterable[Value]
) -> Iterator[tuple[cst.BaseExpression, Value]]:
    """Targets and values in pairs, those of `y, (h, c)` side by side."""
    for element, item in zip(elements, items, strict=True):
        if isinstance(element, (cst.Tuple, cst.List)) and isinstance(item, Sequence):
            inner = [e.value for e in element.elements]
            if item.code is None and len(inner) == len(item.items):
                yield from _flat(inner, item.items)
                continue
        yield element, item


def _keep_output(region: Region, item: Bound, bound: Bound) -> None:
    """What a variable holds is what the layer gives that has just been called."""
    if region.loops or region.branches:
        return
    code = item.tensor.code.text
    made = [one for one in region.called_layers if one.gave == code and one.output is None]
    if len(made) == 1:
        made[0].output = replace(bound, at=len(region.forward))


def _unpack(
    region: Region,
    target: cst.Tuple | cst.List,
    elements: list[cst.BaseExpression],
    value: Sequence,
    node: cst.CSTNode,
) -> None:
    """`a, b = tensors`: one statement in `forward`, sizes one by one in `__init__`."""
    pairs = list(_flat(elements, value.items)) if value.code is None else []
    if any(element not in elements for element, _ in pairs):
        elements, value = [e for e, _ in pairs], replace(value, items=tuple(i for _, i in pairs))
    if not all(isinstance(e, cst.Name) for e in elements):
        if all(isinstance(item, Model) for item in value.items):
            for element, item in zip(elements, value.items, strict=True):
                assign_value(region, element, item, node, None)
            return
        if is_graph(value) or not isinstance(getattr(node, "value", None), cst.Call):
            raise GiveUp("tensors are unpacked into something other than names", node)
        for element, item in zip(elements, value.items, strict=True):
            _take_plain(region, element, item, node)
        return
    names = [e.value for e in elements if isinstance(e, cst.Name)]
    if any(isinstance(i, Border) for i in value.items):
        _take_models(region, target, names, value, node)
        return
    called = isinstance(node, cst.Assign) and isinstance(node.value, cst.Call)
    lists = called and any(holds_models(i) for i in value.items)
    if lists or any(isinstance(i, (Layer, Model)) for i in value.items):
        for name, item in zip(names, value.items, strict=True):
            assign_name(region, name, item, node, None)
        return
    plain = called and not is_graph(value)  # arrays, and what else training gives
    if plain or (called and _one_by_one(region, names, value)) or _are_inputs(region, value):
        for name, item in zip(names, value.items, strict=True):
            if isinstance(item, (Static, Sequence, Mapping)) and not is_graph(item):
                _name_value(region, name, item)
            else:
                assign_name(region, name, item, node, None)
        return
    nested = (_emitted(region, i) if isinstance(i, Sequence) else i for i in value.items)
    value = replace(value, items=tuple(nested))
    code = sequence_code(region, value)
    for item in value.items:
        if isinstance(item, Bound):
            emit_before(region, item.tensor.code, "")
    right = code.text
    if value.code is None and right[:1] in "([" and len(names) > 1:
        right = right[1:-1]
    uses = reads(code)
    tensors = frozenset(names)
    made = Line(f"{', '.join(names)} = {right}", tensors, uses, code.modules)
    if value.code is None and code.items is not None and len(names) == len(code.items):
        made.parts = tuple(zip(names, code.items, strict=True))
    region.emit_forward(made)
    for name, item in zip(names, value.items, strict=True):
        if isinstance(item, Bound):
            fixed = replace(item.tensor, code=Expr(name))
            region.scope.bump(name)
            bound = bind_tensor(region, name, replace(item, tensor=fixed))
            keep_given_name(region, item, bound)
            _keep_output(region, item, bound)
        elif isinstance(item, (Static, Sequence, Mapping)) and not is_graph(item):
            _name_value(region, name, item)
        elif isinstance(item, Sequence) and holds_tensor(item) and not holds_layers(item):
            found = _found_in(item, Expr(name))
            assert isinstance(found, Sequence)
            assign_group(region, name, found)
        else:
            region.scope.bump(name)
            region.scope.values[name] = item


def _take_plain(region: Region, target: cst.BaseExpression, item: Value, node: cst.CSTNode) -> None:
    """A part of what a call gives beside models: arrays, and lists of such."""
    if isinstance(target, cst.Name):
        assign_name(region, target.value, item, node, None)
        return
    for name in assigned_names(target):
        region.scope.bump(name)
        reading = Static(region.scope.read(name))
        region.scope.values[name] = item if isinstance(item, Unknown) else reading


def _take_models(
    region: Region,
    target: cst.Tuple | cst.List,
    names: list[str],
    value: Sequence,
    node: cst.CSTNode,
) -> None:
    """`inputs, encoder = build()`: the models get their names, tensors are found at them."""
    pairs = list(zip(names, value.items, strict=True))
    for name, item in pairs:
        if isinstance(item, Model):
            assign_name(region, name, item, node, None)
    take_models_only(region, target, value)
    for model in {id(i.model): i.model for i in value.items if isinstance(i, Border)}.values():
        at = [(n, i) for n, i in pairs if isinstance(i, Border) and i.model is model]
        given = {item.number: name for name, item in at if item.side == "output"}
        for name, item in at:
            if item.side == "input":
                inputs = provided("border_of")(region, model, "inputs", node)
                held = inputs.items[item.number] if isinstance(inputs, Sequence) else inputs
                assign_name(region, name, held, node, None)
        if given:
            _take_outputs(region, target, given, model, node)


def _take_outputs(
    region: Region,
    target: cst.Tuple | cst.List,
    given: dict[int, str],
    model: Model,
    node: cst.CSTNode,
) -> None:
    """The outputs of a model by their names: all at once where each has one."""
    outputs = provided("border_of")(region, model, "output", node, given[min(given)])
    if not isinstance(outputs, Sequence):
        assign_name(region, given[0], outputs, node, None)
    elif len(given) == len(outputs.items):
        names: list[cst.BaseExpression] = [cst.Name(given[n]) for n in range(len(given))]
        _unpack(region, target, names, outputs, node)
    else:
        group = tokens.variable(f"outputs:{model.expr.text if model.expr is not None else ''}")
        assign_group(region, group, outputs)
        held = region.scope.values[group]
        assert isinstance(held, Sequence)
        for number, name in sorted(given.items()):
            assign_name(region, name, held.items[number], node, None)


def _emitted(region: Region, value: Value) -> Value:
    """A value in a list that has no name in `forward`, after the statements that it needs."""
    if isinstance(value, Sequence) and value.code is None:
        return replace(value, items=tuple(_emitted(region, i) for i in value.items))
    if isinstance(value, Bound) and value.tensor.code.before:
        emit_before(region, value.tensor.code, "")
        return replace(
            value, tensor=replace(value.tensor, code=replace(value.tensor.code, before=()))
        )
    return value


def _name_value(region: Region, name: str, item: Static | Sequence | Mapping) -> None:
    """A plain value among tensors gets a name in `__init__`."""
    written = to_expr(region, item)
    if written.text != name:
        region.emit_init(Line(f"{name} = {written.text}", frozenset({name}), reads(written)))
    region.scope.bump(name)
    reading = region.scope.read(name)
    if isinstance(item, Static):
        region.scope.values[name] = Static(replace(reading, value=item.expr.value))
    else:
        region.scope.values[name] = named(reading, item)


def _one_by_one(region: Region, names: list[str], value: Sequence) -> bool:
    """Whether what a function gives with its inputs gets names that none of the others reads."""
    codes = [i.tensor.code.text if isinstance(i, Bound) else "" for i in value.items]
    if value.code is not None or not any(code in region.inputs for code in codes):
        return False
    if any(isinstance(i, (Sequence, Mapping)) and not i.items for i in value.items):
        return False  # each program needs a list of its own
    read = [_names_of(region, item) for item in value.items]
    return not any(
        name in other for i, name in enumerate(names) for other in read[i + 1 :] if name != codes[i]
    )


def _are_inputs(region: Region, value: Sequence) -> bool:
    """Whether it is the inputs of a model made elsewhere: `noise, label = generator.input`."""
    codes = [i.tensor.code.text if isinstance(i, Bound) else "" for i in value.items]
    keys = [region.inputs[code][0] if code in region.inputs else "" for code in codes]
    return value.code is None and all(key.startswith("border:") for key in keys)


def _names_of(region: Region, item: Value) -> set[str]:
    """The names that a tensor, or a list of tensors, is reached by."""
    if isinstance(item, Bound):
        return {name for name, _ in item.tensor.code.names}
    if isinstance(item, Sequence):
        return {name for name, _ in sequence_code(region, item).names}
    return {item.code.text} if isinstance(item, (Repeated, Keyed)) else set()


def _found_in(item: Value, code: Expr) -> Value:
    """A tuple of tensors that comes out of a call under a name of its own."""
    if isinstance(item, Bound):
        return replace(item, tensor=replace(item.tensor, code=code))
    if isinstance(item, Sequence) and holds_tensor(item):
        parts = (_found_in(part, index(code, i)) for i, part in enumerate(item.items))
        return replace(item, items=tuple(parts), code=code)
    if isinstance(item, Static) and item.run is not None:
        return replace(item, run=code)
    return item
