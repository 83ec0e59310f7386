"""Assignments and other simple statements."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import libcst as cst

from transpiler.diagnostics import LEFT_CODE
from transpiler.interpret.arrays import arrays_of, note_arrays
from transpiler.interpret.control import body_of, run_block
from transpiler.interpret.dispatch import evaluate, executes, provided, provides
from transpiler.interpret.expressions import makes_input
from transpiler.interpret.imports import import_from, import_module
from transpiler.interpret.injected import injected
from transpiler.interpret.joins import channels_list, channels_of, known_items
from transpiler.interpret.mentions import mentions_framework
from transpiler.interpret.region import SPOILED, GiveUp, Region, contained
from transpiler.interpret.sequences import append, sequence_code
from transpiler.interpret.statics import (
    constant,
    fold,
    one_line,
    operator_text,
    rewritten,
    running_names,
    shape_slice,
    to_expr,
)
from transpiler.interpret.tensors import (
    binary_op,
    bind_tensor,
    emit_before,
    in_layout,
    moved_before,
)
from transpiler.interpret.values import (
    Bound,
    Framework,
    Function,
    Layer,
    Mapping,
    Model,
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
from transpiler.ir.code import Comments, For, If, Line, Node, Return, While
from transpiler.ir.expr import UNKNOWN, Expr, Module, expr, reads
from transpiler.ir.tensor import Layout
from transpiler.source.lexical import words_in


@executes(cst.SimpleStatementLine)
def line(region: Region, node: cst.SimpleStatementLine) -> None:
    """A line of one or more small statements, with its comments."""
    with_comments(region, node, lambda: _small(region, node))


def _small(region: Region, node: cst.SimpleStatementLine) -> None:
    for small in node.body:
        region.rewrites.clear()
        region.running.clear()
        region.statement = node
        before = region.marks()
        moved = region.scope.values.get(region.wants.get(moved_before(region), ""))
        if isinstance(moved, Bound):
            in_layout(region, moved, Layout.FIRST)
        if region.is_module:
            _tolerant(region, small, node)
        else:
            (
                EXECUTORS[type(small)](region, small)
                if type(small) in EXECUTORS
                else _unknown_small(region, small)
            )
        region.note_statement(node, before)


def _unknown_small(region: Region, small: cst.CSTNode) -> None:
    from transpiler.interpret.dispatch import execute

    execute(region, small)


def _tolerant(region: Region, small: cst.CSTNode, node: cst.SimpleStatementLine) -> None:
    """At module level, a statement that is not understood spoils its own names only."""
    from transpiler.interpret.dispatch import execute

    marks = len(region.init), len(region.forward)
    try:
        contained(lambda: execute(region, small), small)
    except GiveUp as why:
        del region.init[marks[0] :], region.forward[marks[1] :]
        derived = why.reason.startswith(SPOILED)
        spoil(region, small, why.reason if derived else SPOILED + why.reason)
        region.failed_statements[id(node)] = (node, why)


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


def assigned_names(target: cst.CSTNode) -> list[str]:
    """The plain names in an assignment target."""
    if isinstance(target, cst.Name):
        return [target.value]
    if isinstance(target, (cst.Tuple, cst.List)):
        return [n for e in target.elements for n in assigned_names(e.value)]
    return []


@provides("with_comments")
def with_comments(region: Region, node: cst.CSTNode, run: Callable[[], object]) -> None:
    """Run a statement; what it emits carries its comments, unless it stays."""
    before = len(region.built), len(region.open_sequentials)
    programs = region.init, region.forward
    marks = [len(program) for program in programs]
    said = len(region.diagnostics)
    with region.within(node):
        run()
        opened = region.open_sequentials[before[1] :]
        if len(region.built) != before[0] or any(m.steps or m.input_name for m in opened):
            region.staying.add(region.origin)
    left = _left_code(region, node, said)
    for program, mark in zip(programs, marks, strict=True):
        first = next((n for n in program[mark:] if not _is_silent(n)), None)
        if left and first is not None:
            first.comments = Comments((*left, *first.comments.leading), first.comments.trailing)


def _left_code(region: Region, node: cst.CSTNode, said: int) -> tuple[str, ...]:
    """A comment for each call in a statement that stays Keras."""
    end = region.tree.span(node)[1]
    if isinstance(node, cst.BaseCompoundStatement):
        end = region.tree.span(node.body)[0]  # those further inside are its statements' own
    left = {
        message: f"# TODO(tf2torch) {code.code}: {message}"
        for code, place, message in region.diagnostics[said:]
        if code is LEFT_CODE and place is not None and region.tree.span(place)[1] <= end
    }
    region.left_code += [(node, message) for message in left]
    return tuple(left.values())


def _is_silent(node: Node) -> bool:
    return isinstance(node, Line) and (not node.text or node.text.startswith("\ue004"))


# --- assignments -----------------------------------------------------------------------------


@executes(cst.Assign)
def assign(region: Region, node: cst.Assign) -> None:
    first = node.targets[0].target
    if len(node.targets) == 1 and isinstance(first, cst.Tuple) and _makes_inputs(region, node):
        _assign_inputs(region, first, node)
        return
    region.assigned = first.value if isinstance(first, cst.Name) and len(node.targets) == 1 else ""
    region.whole = node.value
    region.target_hint = region.assigned or _attribute_hint(first)
    arrays = arrays_of(region, node)
    value = evaluate(region, node.value)
    region.whole = None
    for target in node.targets:
        assign_value(region, target.target, value, node, node.value)
        if len(node.targets) > 1 and isinstance(target.target, cst.Name):
            value = region.scope.values[target.target.value]
    region.assigned = region.target_hint = ""
    note_arrays(region, arrays)


def _makes_inputs(region: Region, node: cst.Assign) -> bool:
    """Whether it is `a, b = keras.Input(...), keras.Input(...)`."""
    value, target = node.value, node.targets[0].target
    return (
        isinstance(value, cst.Tuple)
        and isinstance(target, cst.Tuple)
        and len(value.elements) == len(target.elements)
        and all(isinstance(element.value, cst.Name) for element in target.elements)
        and all(makes_input(region, element.value) for element in value.elements)
    )


def _assign_inputs(region: Region, target: cst.Tuple, node: cst.Assign) -> None:
    """Several inputs at once, each under its name."""
    assert isinstance(node.value, cst.Tuple)
    for element, made in zip(target.elements, node.value.elements, strict=True):
        assert isinstance(element.value, cst.Name)
        region.assigned = element.value.value
        value = evaluate(region, made.value)
        _assign_name(region, element.value.value, value, node, made.value)
    region.assigned = ""


def _attribute_hint(target: cst.BaseExpression) -> str:
    return target.attr.value if isinstance(target, cst.Attribute) else ""


@executes(cst.AnnAssign)
def annotated(region: Region, node: cst.AnnAssign) -> None:
    if node.value is None:
        return
    region.assigned = node.target.value if isinstance(node.target, cst.Name) else ""
    region.whole = node.value
    region.target_hint = region.assigned
    value = evaluate(region, node.value)
    region.whole = None
    assign_value(region, node.target, value, node, node.value)
    region.assigned = region.target_hint = ""


@executes(cst.AugAssign)
def augmented(region: Region, node: cst.AugAssign) -> None:
    right = evaluate(region, node.value)
    operator = operator_text(node.operator)
    left = evaluate(region, node.target)
    if isinstance(left, Bound) or isinstance(right, Bound):
        assign_value(
            region, node.target, binary_op(region, left, operator, right, node), node, None
        )
        return
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        spoil(region, node, "arithmetic with something unknown")
        return
    if is_graph(left) or is_graph(right):
        if (
            isinstance(left, Sequence)
            and isinstance(right, Sequence)
            and isinstance(node.target, cst.Name)
        ):
            for item in right.items:
                append(region, node.target.value, item)
            return
        raise GiveUp("a list of tensors is extended in a way that is not understood", node)
    if not isinstance(node.target, cst.Name):
        if "self" in region.parameters and isinstance(node.target, cst.Attribute):
            raise GiveUp("an attribute is changed while a model is built", node)
        emit_static(region, node, frozenset(), (left, right), effect=True)
        return
    name = node.target.value
    known = fold(operator, constant(left), constant(right))
    emit_static(region, node, frozenset({name}), (left, right))
    region.scope.bump(name)
    if name in region.file.arrays:  # `x_train /= 255`
        array = region.file.arrays[name]
        region.file.arrays[name] = replace(array, version=region.scope.version(name))
    region.scope.values[name] = Static(Expr(name, known, names=region.scope.read(name).names))


def assign_value(
    region: Region,
    target: cst.BaseExpression,
    value: Value,
    node: cst.CSTNode,
    source: cst.BaseExpression | None,
) -> None:
    """`target = value` in both programs."""
    if isinstance(target, cst.Name):
        _assign_name(region, target.value, value, node, source)
    elif isinstance(target, (cst.Tuple, cst.List)):
        _assign_parts(region, target, value, node)
    elif isinstance(target, cst.Attribute):
        _assign_attribute(region, target, value, node)
    elif isinstance(target, cst.Subscript):
        _assign_element(region, target, value, node)
    else:
        raise GiveUp("an assignment to something that is not understood", node)


def _assign_name(
    region: Region, name: str, value: Value, node: cst.CSTNode, source: cst.BaseExpression | None
) -> None:
    scope = region.scope
    if isinstance(value, Bound):
        bind_tensor(region, name, value)
    elif isinstance(value, Layer):
        _assign_layer(region, name, value)
    elif isinstance(value, Model):
        scope.bump(name)
        provided("name_model")(region, name, value, node)
    elif isinstance(value, (Sequence, Mapping, Repeated)) and is_graph(value):
        _assign_group(region, name, value)
    elif isinstance(value, Unknown):
        scope.bump(name)
        scope.values[name] = value
    elif isinstance(value, (Framework, Function, UserClass)) or (
        not isinstance(value, (Static, Sequence, Mapping))
    ):
        scope.bump(name)
        scope.values[name] = value
        if isinstance(value, Function):
            emit_static(region, node, frozenset({name}), ())
    else:
        emit_static(region, node, frozenset({name}), (value,))
        version = scope.bump(name)
        if isinstance(value, Static) and value.expr.text.startswith("\ue004"):
            region.size_names[(name, version)] = value.expr
        scope.values[name] = _named(scope.read(name), value)


def _named(reading: Expr, value: Value) -> Value:
    """A plain value under the name that it got."""
    if isinstance(value, Static):
        known = value.expr.value
        return Static(
            replace(value.expr, text=reading.text, strength=20, names=reading.names, value=known)
        )
    if isinstance(value, Sequence):
        return replace(value, static=reading, run=None)
    if isinstance(value, Mapping):
        return replace(value, static=reading)
    return value


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


def _assign_group(region: Region, name: str, value: Sequence | Mapping | Repeated) -> None:
    """A list of tensors gets a name: `forward` holds the tensors, `__init__` their channels."""
    region.graph_events += 1
    scope = region.scope
    if isinstance(value, Sequence) and not any(isinstance(i, (Layer, Model)) for i in value.items):
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
    if isinstance(value, Repeated) and name in region.inputs and value.code.text == name:
        return
    if isinstance(value, Repeated):
        if value.code.text != name:
            uses = reads(value.code)
            region.emit_forward(Line(f"{name} = {value.code.text}", frozenset({name}), uses))
            _init_group(region, name, value.static)
        scope.bump(name)
        reading = scope.read(name)
        scope.values[name] = Repeated(value.item, reading, reading)
        return
    scope.bump(name)
    scope.values[name] = value


def _detached(item: Value, reading: Expr, position: int) -> Value:
    """An element as it is reached through the list, if it has no variable of its own."""
    if isinstance(item, Bound) and not item.tensor.code.text.isidentifier():
        code = Expr(f"{reading.text}[{position}]", strength=18, names=reading.names)
        return replace(item, tensor=replace(item.tensor, code=code))
    return item


def _init_group(region: Region, name: str, static: Expr | None) -> None:
    if static is None:
        static = Expr("\ue00anosize\ue00b", names=frozenset({("\ue00anosize\ue00b", -1)}))
    uses = reads(static)
    region.emit_init(Line(f"{name} = {static.text}", frozenset({name}), uses, static.modules))


def _assign_parts(
    region: Region, target: cst.Tuple | cst.List, value: Value, node: cst.CSTNode
) -> None:
    elements = [e.value for e in target.elements]
    if isinstance(value, Unknown):
        spoil(region, node, value.reason)
        return
    if isinstance(value, Sequence) and (
        is_graph(value) or any(isinstance(i, Unknown) for i in value.items)
    ):
        if len(value.items) != len(elements) or any(
            isinstance(e, cst.StarredElement) for e in target.elements
        ):
            raise GiveUp("tensors are unpacked into another number of names", node)
        _unpack(region, target, elements, value, node)
        return
    if is_graph(value):
        raise GiveUp("a list of tensors is unpacked whose length is not known", node)
    if isinstance(value, Sequence) and len(value.items) == len(elements) and _holds_symbols(value):
        for element, item in zip(elements, value.items, strict=True):
            assign_value(region, element, item, node, None)
        return
    names = [n for e in elements for n in assigned_names(e)]
    if len(names) != len(elements):
        for element in elements:
            if isinstance(element, cst.Attribute):
                raise GiveUp("attributes are assigned together", node)
    parts = value.items if isinstance(value, Sequence) else ()
    sizes = [p for p in parts if isinstance(p, Static) and p.run is not None]
    if len(sizes) == len(parts) == len(names) > 1 and not region.is_module:
        _unpack_sizes(region, names, sizes)
    else:
        emit_static(region, node, frozenset(names), (value,))
    for position, name in enumerate(names):
        version = region.scope.bump(name)
        if len(sizes) == len(names) and sizes[position].expr.text.startswith("\ue004"):
            region.size_names[(name, version)] = sizes[position].expr
        known = (
            constant(parts[position])
            if position < len(parts) and len(parts) == len(names)
            else UNKNOWN
        )
        reading = region.scope.read(name)
        region.scope.values[name] = Static(replace(reading, value=known))


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


def _unpack(
    region: Region,
    target: cst.Tuple | cst.List,
    elements: list[cst.BaseExpression],
    value: Sequence,
    node: cst.CSTNode,
) -> None:
    """`a, b = tensors`: one statement in `forward`, sizes one by one in `__init__`."""
    if not all(isinstance(e, cst.Name) for e in elements):
        raise GiveUp("tensors are unpacked into something other than names", node)
    names = [e.value for e in elements if isinstance(e, cst.Name)]
    if any(isinstance(i, (Layer, Model)) for i in value.items):
        for name, item in zip(names, value.items, strict=True):
            _assign_name(region, name, item, node, None)
        return
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
            bind_tensor(region, name, replace(item, tensor=fixed))
        elif isinstance(item, Static):
            text = item.expr.text
            uses = reads(item.expr)
            region.emit_init(Line(f"{name} = {text}", frozenset({name}), uses))
            region.scope.bump(name)
            region.scope.values[name] = Static(
                replace(region.scope.read(name), value=item.expr.value)
            )
        elif isinstance(item, (Sequence, Mapping)) and not is_graph(item):
            written = to_expr(region, item)
            region.emit_init(Line(f"{name} = {written.text}", frozenset({name}), reads(written)))
            region.scope.bump(name)
            region.scope.values[name] = _named(region.scope.read(name), item)
        else:
            region.scope.bump(name)
            region.scope.values[name] = item


def _assign_attribute(
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
            region.attribute_values[attr] = value
            emit_static(region, node, frozenset({key}), (value,), effect=True, residual=True)
        else:
            region.scope.values[key] = value
        return
    if isinstance(base, Within):
        provided("change_inside")(region, base, node)
        return
    if isinstance(base, (Model, Layer)) or bases_of(base):
        provided("set_attribute")(region, base, attr, value, node)
        return
    if is_graph(value):
        raise GiveUp("a tensor or layer is kept on an object", node)
    if not isinstance(value, Unknown) and isinstance(base, Static):
        emit_static(region, node, frozenset(), (base, value), effect=True)


def _assign_element(region: Region, target: cst.Subscript, value: Value, node: cst.CSTNode) -> None:
    base = evaluate(region, target.value)
    if not isinstance(target.value, cst.Name):
        if is_graph(value) or is_graph(base):
            raise GiveUp("a tensor is put into something that is not a plain name", node)
        return
    name = target.value.value
    if isinstance(value, Model) and (region.loops or isinstance(base, Repeated)):
        reading = region.scope.read(name)
        region.scope.values[name] = Repeated(value, reading, reading)
        return
    if (
        isinstance(base, Mapping)
        and len(target.slice) == 1
        and isinstance(target.slice[0].slice, cst.Index)
    ):
        key = constant(evaluate(region, target.slice[0].slice.value))
        if key is not UNKNOWN:
            _set_entry(region, name, base, key, value, node)
            return
        if is_graph(value) or is_graph(base):
            raise GiveUp("a dict gets an entry whose key is not known", node)
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


def _set_entry(
    region: Region, name: str, base: Mapping, key: object, value: Value, node: cst.CSTNode
) -> None:
    if isinstance(value, Bound):
        emit_before(region, value.tensor.code, "")
        code = value.tensor.code
        uses = reads(code) | {name}
        text = f"{name}[{key!r}] = {code.text}".replace("'", '"')
        region.emit_forward(Line(text, frozenset({name}), uses, code.modules, kills=False))
        static = channels_of(region, value)
        if static is not None:
            text = f"{name}[{key!r}] = {static.text}".replace("'", '"')
            static_uses = reads(static) | {name}
            region.emit_init(Line(text, frozenset({name}), static_uses, kills=False))
    elif not is_graph(value) and not isinstance(value, Unknown):
        emit_static(region, node, frozenset({name}), (value,), kills=False, extra=frozenset({name}))
    region.scope.bump(name)
    reading = region.scope.read(name)
    if isinstance(value, Bound):
        entry = Expr(f"{name}[{key!r}]".replace("'", '"'), strength=18, names=reading.names)
        value = replace(value, tensor=replace(value.tensor, code=entry))
    items = {**base.items, key: value}
    region.scope.values[name] = Mapping(items, reading, reading)


def _settle_or_move(region: Region, node: cst.CSTNode, text: str, defs: frozenset[str]) -> None:
    """A statement of the module that reads sizes of tensors: constants stay, others move."""
    if text == laid_out(region, node, region.tree.source(node)):
        return
    if re.search("[\ue000-\uf8ff]", text):
        region.moved_names |= defs
        region.graph_events += 1
    else:
        region.settled[region.tree.span(node)] = text


def laid_out(region: Region, node: cst.CSTNode, text: str) -> str:
    """A statement in the lines in which the user wrote it, as if it stood at the margin."""
    text = text.rstrip(";")
    if "\n" not in text or '"""' in text or "'''" in text or len(one_line(text)) <= 60:
        return one_line(text)
    offset = region.tree.span(node)[0]
    margin = offset - region.tree.line_start(offset)
    first, *rest = text.split("\n")
    return "\n".join([first, *(r[margin:] if not r[:margin].strip() else r.lstrip() for r in rest)])


def emit_static(
    region: Region,
    node: cst.CSTNode,
    defs: frozenset[str],
    parts: tuple[Value, ...],
    effect: bool = False,
    kills: bool = True,
    extra: frozenset[str] = frozenset(),
    residual: bool = False,
) -> None:
    """A statement of plain values, as the user wrote it, for whichever program needs it."""
    text = laid_out(region, node, rewritten(region.tree, node, region.rewrites))
    uses: set[str] = set(extra)
    run_uses: set[str] = set(extra)
    for part in parts:
        written = to_expr(region, part)
        uses |= {n for n, _ in written.names}
        run_uses |= {n for n, _ in running_names(part, written)}
    if region.running:
        merged = {**region.rewrites, **region.running}
        run_text = laid_out(region, node, rewritten(region.tree, node, merged))
    else:
        run_text, run_uses = text, uses
    if region.is_module and region.rewrites:
        _settle_or_move(region, node, text, defs)
    made = Line(text, defs, frozenset(uses), effect=effect, kills=kills, static=True)
    if residual and not region.functional:
        made.effect = False
    region.emit_init(made)
    if not effect:
        running = Line(run_text, defs, frozenset(run_uses), kills=kills, static=True)
        running.sized = run_text != text
        region.emit_forward(running)
    if not region.is_module:
        region.static_statements[id(region.statement)] = region.statement  # type: ignore[assignment]


# --- other statements ------------------------------------------------------------------------


@executes(cst.Expr)
def expression_statement(region: Region, node: cst.Expr) -> None:
    if isinstance(node.value, (cst.SimpleString, cst.ConcatenatedString)):
        return
    value = evaluate(region, node.value)
    if isinstance(value, (Bound, Layer, Model)) or is_graph(value):
        return
    if isinstance(value, Unknown):
        return
    if id(node.value) in region.done:
        return
    if isinstance(value, (Static, Sequence, Mapping)):
        emit_static(region, node, frozenset(), (value,), effect=True)


@executes(cst.Return)
def return_statement(region: Region, node: cst.Return) -> None:
    if node.value is None:
        region.returns.append((Static(Expr("None", None)), node))
        return
    region.whole = node.value
    region.assigned = ""
    value = evaluate(region, node.value)
    region.whole = None
    provided("return_value")(region, value, node)


@executes(cst.Raise)
def raise_statement(region: Region, node: cst.Raise) -> None:
    parts = [evaluate(region, node.exc)] if node.exc is not None else []
    _opaque(region, node, parts)


@executes(cst.Assert)
def assert_statement(region: Region, node: cst.Assert) -> None:
    parts = [evaluate(region, node.test)]
    if node.msg is not None:
        parts.append(evaluate(region, node.msg))
    _opaque(region, node, parts)


def _opaque(region: Region, node: cst.CSTNode, parts: list[Value]) -> None:
    """A statement with an effect: it moves to `__init__` as it is."""
    if any(isinstance(p, Unknown) for p in parts):
        if region.is_module:
            return
        reason = next(p.reason for p in parts if isinstance(p, Unknown))
        raise GiveUp(f"a check on something that is not known: {reason}", node)
    if any(is_graph(p) for p in parts):
        return
    emit_static(region, node, frozenset(), tuple(parts), effect=True)


@executes(cst.Pass)
def pass_statement(region: Region, node: cst.Pass) -> None:
    return


@executes(cst.Global, cst.Nonlocal)
def global_statement(region: Region, node: cst.Global) -> None:
    if region.is_module:
        return
    known = region.file.globals
    if not all(isinstance(known.get(item.name.value), Framework) for item in node.names):
        raise GiveUp("`global` or `nonlocal` in a function that builds a graph", node)


@executes(cst.Del)
def del_statement(region: Region, node: cst.Del) -> None:
    if isinstance(node.target, cst.Name):
        region.scope.values.pop(node.target.value, None)


@executes(cst.Import)
def import_statement(region: Region, node: cst.Import) -> None:
    import_module(region, node)


@executes(cst.ImportFrom)
def from_import(region: Region, node: cst.ImportFrom) -> None:
    import_from(region, node)


@executes(cst.FunctionDef)
def function_def(region: Region, node: cst.FunctionDef) -> None:
    closure = (
        {**region.scope.outer, **region.scope.values}
        if not region.is_module
        else region.scope.values
    )
    made = Function(node.name.value, node, closure, nested_in=region.name, file=region.file)
    region.scope.bump(node.name.value)
    region.scope.values[node.name.value] = made
    region.local_functions.append(made)
    builds = mentions_framework(region.file, made)
    if not region.is_module and not builds:
        _emit_definition(region, node)
    if region.is_module:
        for name, part in injected(region, node).items():
            region.scope.bump(name)
            region.scope.values[name] = part
            region.file.mentions.clear()


def _emit_definition(region: Region, node: cst.FunctionDef) -> None:
    """A function on plain values inside of one that builds a graph: whoever calls it defines it."""
    start, end = region.tree.span(node)
    margin = start - region.tree.line_start(start)
    first, *rest = region.tree.text[start:end].rstrip().split("\n")
    text = "\n".join([first, *(line[margin:] for line in rest)])
    words = words_in(text) - {node.name.value}
    uses = frozenset(words & (set(region.scope.values) | set(region.parameters)))
    apart = Comments(() if node.leading_lines else ("",))
    name = frozenset({node.name.value})
    with region.within(node):
        for emit in (region.emit_init, region.emit_forward):
            emit(Line(text, name, uses, static=True, comments=apart))


@executes(cst.ClassDef)
def class_def(region: Region, node: cst.ClassDef) -> None:
    provided("define_class")(region, node)


@executes(cst.With)
def with_statement(region: Region, node: cst.With) -> None:
    for item in node.items:
        value = evaluate(region, item.item)
        if item.asname is not None:
            for name in assigned_names(item.asname.name):
                region.scope.bump(name)
                region.scope.values[name] = Unknown("what a `with` statement gives")
        if not region.is_module and not isinstance(value, (Framework, Unknown)):
            raise GiveUp("a `with` statement in a function that builds a graph", node)
    run_block(region, body_of(node.body))


@executes(cst.Try)
def try_statement(region: Region, node: cst.Try) -> None:
    """`try` around imports: the first way that works when converting is taken."""
    if region.is_module or _only_imports(node.body):
        run_block(region, body_of(node.body))
        known = dict(region.scope.values)
        for handler in node.handlers:
            run_block(region, body_of(handler.body))
        for name, value in known.items():
            if isinstance(value, (Framework, Function, UserClass)):
                region.scope.values[name] = value
        if node.finalbody is not None:
            run_block(region, body_of(node.finalbody.body))
        return
    raise GiveUp("`try` in a function that builds a graph", node)


def _only_imports(suite: cst.BaseSuite) -> bool:
    return all(
        isinstance(s, cst.SimpleStatementLine)
        and all(isinstance(b, (cst.Import, cst.ImportFrom)) for b in s.body)
        for s in suite.body
    )


from transpiler.interpret.dispatch import STATEMENTS as EXECUTORS  # noqa: E402

__all__ = ["For", "If", "Module", "Return", "While"]
