"""One expression, its value."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import libcst as cst

from transpiler.interpret.dispatch import evaluate, evaluates, provided
from transpiler.interpret.layer_lists import one_by_one
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import (
    const,
    constant,
    fold,
    fold_bool,
    literal_value,
    operator_text,
    rewrite,
    shape_slice,
    to_expr,
    to_running,
    verbatim,
)
from transpiler.interpret.symbols import canonical
from transpiler.interpret.tensors import (
    binary_op,
    dims_value,
    rewrite_shape,
    subscript_op,
    unary_op,
)
from transpiler.interpret.values import (
    Bound,
    Choice,
    Framework,
    Function,
    Inside,
    Instance,
    Layer,
    LayerList,
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
    holds_tensor,
    is_graph,
    with_code,
)
from transpiler.ir.code import If, Line
from transpiler.ir.expr import ATOM, POSTFIX, UNKNOWN, Expr, expr, index, infix, reads

#: Names of the framework with a value that is settled when converting.
CONSTANTS: dict[str, Any] = {
    "keras.backend.image_data_format": "channels_last",
    "keras.config.image_data_format": "channels_last",
    "keras.backend.image_dim_ordering": "tf",
    "keras.backend.epsilon": 1e-7,
    "keras.config.epsilon": 1e-7,
    "keras.backend.backend": "tensorflow",
    "keras.config.backend": "tensorflow",
    "keras.backend.floatx": "float32",
    "keras.config.floatx": "float32",
}


@evaluates(cst.Integer, cst.Float, cst.SimpleString, cst.Imaginary)
def literal_node(region: Region, node: cst.Integer) -> Value:
    return Static(Expr(node.value, literal_value(node.value)))


@evaluates(cst.ConcatenatedString)
def concatenated(region: Region, node: cst.ConcatenatedString) -> Value:
    return verbatim(region, node, value=literal_value(region.tree.source(node)))


@evaluates(cst.FormattedString)
def formatted(region: Region, node: cst.FormattedString) -> Value:
    parts = [
        evaluate(region, part.expression)
        for part in node.parts
        if isinstance(part, cst.FormattedStringExpression)
    ]
    if any(is_graph(p) or isinstance(p, Unknown) for p in parts):
        return Unknown("a string made from a tensor")
    return verbatim(region, node, *parts)


@evaluates(cst.Ellipsis)
def ellipsis(region: Region, node: cst.Ellipsis) -> Value:
    return Static(Expr("...", ...))


_BUILTIN_CONSTANTS = {"None": None, "True": True, "False": False}


@evaluates(cst.Name)
def name(region: Region, node: cst.Name) -> Value:
    inlined = region.inline.get(node.value) if region.inline else None
    if inlined is not None:
        unwritten = isinstance(inlined, Mapping) and inlined.static is None
        if not (unwritten or is_graph(inlined)) and not isinstance(
            inlined, (Unknown, Framework, Function, UserClass)
        ):
            rewrite(region, node, Static(to_expr(region, inlined)))
        return inlined
    return read(region, node.value)


def read(region: Region, identifier: str) -> Value:
    """The value of a name, and how each program refers to it."""
    if identifier in _BUILTIN_CONSTANTS:
        return Static(Expr(identifier, _BUILTIN_CONSTANTS[identifier]))
    value = region.scope.values.get(identifier)
    reading = region.scope.read(identifier)
    if value is None:
        value = region.scope.outer.get(identifier)
        if value is None:
            return Static(reading)
        if identifier not in region.file.globals:
            region.closure_reads.add(identifier)
            if isinstance(value, (Bound, Layer)):
                raise GiveUp(f"`{identifier}` is a tensor or layer of an enclosing function")
    if isinstance(value, Static):
        held = value.expr
        return Static(
            Expr(
                identifier,
                held.value,
                ATOM,
                reading.names,
                held.modules,
                held.helpers,
                held.before,
                held.items,
                held.whole,
                held.operation,
            )
        )
    if isinstance(value, Bound):
        return value
    if isinstance(value, (Sequence, Mapping)):
        graph = is_graph(value)
        return replace(value, static=reading, code=reading if graph else value.code)
    if isinstance(value, Repeated):
        fixed = isinstance(value.item, Bound) and value.item.fixed
        static = value.static if fixed and value.static is not None else reading
        return replace(
            value, static=static if region.scope.current(static) else reading, code=reading
        )
    if isinstance(value, Function) and value.static is None and not value.owner:
        return replace_function(value, reading)
    return value


def replace_function(value: Function, reading: Expr) -> Function:
    """The same function, which `__init__` refers to by this name."""
    return Function(
        value.name, value.node, value.closure, value.owner, value.nested_in, value.file, reading
    )


@evaluates(cst.Attribute)
def attribute(region: Region, node: cst.Attribute) -> Value:
    receiver = evaluate(region, node.value)
    return attribute_of(region, node, receiver, node.attr.value)


def attribute_of(region: Region, node: cst.Attribute, receiver: Value, attr: str) -> Value:
    """The value of `receiver.attr`."""
    if isinstance(receiver, Framework):
        found = canonical(f"{receiver.name}.{attr}")
        if found == "tf.newaxis":
            rewrite(region, node, const(None))
            return const(None)
        return Framework(found)
    if isinstance(receiver, Bound):
        if attr == "shape":
            shape = dims_value(region, receiver)
            rewrite_shape(region, node, receiver, shape)
            return shape
        if attr in ("dtype", "ndim", "name"):
            return _tensor_attribute(receiver, attr)
        return Unknown(f"`.{attr}` of a tensor")
    if isinstance(receiver, Model):
        return provided("model_attribute")(region, receiver, attr, node)
    if bases_of(receiver):
        return provided("base_attribute")(region, receiver, attr, node)
    if isinstance(receiver, Layer):
        if attr == "output" and receiver.output is not None:
            return receiver.output
        return Unknown(f"`.{attr}` of a layer")
    if isinstance(receiver, Namespace):
        found_there = receiver.items.get(attr, Unknown(f"`.{attr}` of another module"))
        if isinstance(found_there, Function) and isinstance(node.value, cst.Name):
            names = region.scope.read(node.value.value).names
            written = Expr(region.tree.source(node), strength=POSTFIX, names=names)
            return replace_function(found_there, written)
        return found_there
    if isinstance(receiver, Within):
        return provided("features_of_base")(region, receiver, attr, node)
    if isinstance(receiver, Inside):
        border = {"input": receiver.input, "output": receiver.output}.get(attr)
        return border if border is not None else Unknown(f"`.{attr}` of a layer")
    if isinstance(receiver, (Static, Unknown)) and attr == "shape":
        sizes: Any = provided("shape_of")(region, node.value)
        if sizes is not None:
            return _array_shape(region, node, receiver, sizes)
    if isinstance(receiver, Static):
        known = UNKNOWN
        if receiver.expr.text == "self" and "self" in region.parameters:
            stored = region.scope.values.get(f"self.{attr}")
            if stored is not None and not isinstance(stored, Static):
                return stored
            key = f"self.{attr}"
            return Static(
                Expr(key, UNKNOWN, POSTFIX, frozenset({(key, region.scope.version(key))}))
            )
        return verbatim(region, node, receiver, value=known)
    if isinstance(receiver, Instance):
        return provided("instance_attribute")(region, receiver, attr, node)
    if isinstance(receiver, Unknown):
        return Unknown(receiver.reason)
    if isinstance(receiver, (Sequence, Mapping, Repeated)):
        if holds_tensor(receiver):
            return Unknown(f"`.{attr}` of a list of tensors")
        return verbatim(region, node, receiver)
    return Unknown(f"`.{attr}`")


def _array_shape(
    region: Region, node: cst.Attribute, receiver: Static | Unknown, sizes: tuple[int | None, ...]
) -> Value:
    """`x_train.shape`, of whose sizes some are known."""
    known = [receiver] if isinstance(receiver, Static) else []
    written = verbatim(region, node, *known).expr
    items = tuple(
        Static(replace(index(written, i), value=UNKNOWN if size is None else size))
        for i, size in enumerate(sizes)
    )
    return Sequence(items, tuple, static=written)


def _tensor_attribute(receiver: Bound, attr: str) -> Value:
    tensor = receiver.tensor
    if attr == "dtype":
        return const(tensor.dtype)
    if attr == "ndim" and tensor.dims is not None:
        return const(tensor.rank)
    return Unknown(f"`.{attr}` of a tensor")


@evaluates(cst.List, cst.Tuple)
def display(region: Region, node: cst.List | cst.Tuple) -> Value:
    items: list[Value] = []
    for element in node.elements:
        value = evaluate(region, element.value)
        if isinstance(element, cst.StarredElement):
            if not isinstance(value, Sequence):
                if not is_graph(value) and isinstance(value, Static):
                    return verbatim(region, node, *items, value)
                raise GiveUp("unpacking a list whose length is not known", node)
            items.extend(value.items)
        else:
            items.append(value)
    kind = list if isinstance(node, cst.List) else tuple
    if any(isinstance(i, Unknown) for i in items):
        return Unknown("a list with something unknown in it")
    if any(is_graph(i) for i in items):
        return Sequence(tuple(items), kind)
    written = verbatim(region, node, *items).expr if _all_static(items) else None
    return Sequence(tuple(items), kind, static=written)


def _all_static(items: list[Value]) -> bool:
    return all(isinstance(i, (Static, Sequence, Mapping, Framework, Choice)) for i in items)


@evaluates(cst.Set)
def set_display(region: Region, node: cst.Set) -> Value:
    items = [evaluate(region, element.value) for element in node.elements]
    known: Any = UNKNOWN
    values = [constant(i) for i in items]
    if all(v is not UNKNOWN for v in values):
        known = set(values)
    return verbatim(region, node, *items, value=known)


@evaluates(cst.Dict)
def dict_display(region: Region, node: cst.Dict) -> Value:
    items: dict[Any, Value] = {}
    parts: list[Value] = []
    for element in node.elements:
        value = evaluate(region, element.value)
        parts.append(value)
        if isinstance(element, cst.StarredDictElement):
            if not isinstance(value, Mapping):
                return verbatim(region, node, *parts)
            items.update(value.items)
            continue
        key = (
            constant(evaluate(region, element.key))
            if isinstance(element, cst.DictElement)
            else UNKNOWN
        )
        if key is UNKNOWN:
            if any(is_graph(p) for p in parts):
                raise GiveUp("a dict of tensors whose keys are not known", node)
            return verbatim(region, node, *parts)
        items[key] = value
    if any(isinstance(p, Unknown) for p in parts):
        return Unknown("a dict with something unknown in it")
    if any(is_graph(p) for p in parts):
        return Mapping(items)
    return Mapping(items, verbatim(region, node, *parts).expr if _all_static(parts) else None)


@evaluates(cst.BinaryOperation)
def binary(region: Region, node: cst.BinaryOperation) -> Value:
    left, right = evaluate(region, node.left), evaluate(region, node.right)
    operator = operator_text(node.operator)
    if isinstance(left, Bound) or isinstance(right, Bound):
        return binary_op(region, left, operator, right, node)
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return Unknown(left.reason if isinstance(left, Unknown) else "")
    if isinstance(left, Sequence) and isinstance(right, Sequence) and operator == "+":
        written = None
        if not is_graph(left) and not is_graph(right):
            written = verbatim(region, node, left, right).expr
        return Sequence((*left.items, *right.items), left.kind, static=written)
    if holds_tensor(left) or holds_tensor(right):
        raise GiveUp("lists of tensors are put together in a way that is not understood", node)
    return verbatim(
        region, node, left, right, value=fold(operator, constant(left), constant(right))
    )


@evaluates(cst.UnaryOperation)
def unary(region: Region, node: cst.UnaryOperation) -> Value:
    operand = evaluate(region, node.expression)
    operator = operator_text(node.operator)
    if isinstance(operand, Bound):
        return unary_op(region, operator, operand, node)
    if isinstance(operand, Unknown):
        return operand
    known = constant(operand)
    result: Any = UNKNOWN
    if known is not UNKNOWN:
        if operator == "not":
            result = not known
        elif operator == "-" and isinstance(known, (int, float)):
            result = -known
    if operator == "not" and is_graph(operand):
        length = len(operand.items) if isinstance(operand, Sequence) else None
        if length is None:
            return Unknown("truth of a tensor")
        return const(length == 0)
    return verbatim(region, node, operand, value=result)


@evaluates(cst.BooleanOperation)
def boolean(region: Region, node: cst.BooleanOperation) -> Value:
    left = evaluate(region, node.left)
    operator = operator_text(node.operator)
    first = truth(left)
    if first is not UNKNOWN and first == (operator == "or"):
        return left
    right = evaluate(region, node.right)
    if first is not UNKNOWN:
        return right
    if isinstance(left, Unknown) or isinstance(right, Unknown) or is_graph(left) or is_graph(right):
        return Unknown("a condition on something unknown")
    known = fold_bool(operator, constant(left), constant(right))
    return verbatim(region, node, left, right, value=known)


def truth(value: Value) -> Any:
    """Whether a value counts as true; UNKNOWN where that is not settled when converting."""
    known = constant(value)
    if known is not UNKNOWN:
        return bool(known)
    if isinstance(value, (Layer, Function, UserClass, Framework, Model)):
        return True
    if isinstance(value, (Sequence, Mapping)):
        return bool(value.items)
    return UNKNOWN


@evaluates(cst.Comparison)
def comparison(region: Region, node: cst.Comparison) -> Value:
    left = evaluate(region, node.left)
    parts = [left]
    result: Any = True
    for target in node.comparisons:
        right = evaluate(region, target.comparator)
        parts.append(right)
        operator = operator_text(target.operator)
        step = _compare(region, left, operator, right, node)
        if isinstance(step, (Bound, Unknown)):
            return step
        if step is UNKNOWN:
            result = UNKNOWN
        elif result is not UNKNOWN:
            result = result and step
        elif step is False:
            result = False
        left = right
    if result is not UNKNOWN and any(is_graph(p) for p in parts):
        return const(result)
    return verbatim(region, node, *parts, value=result)


def _compare(region: Region, left: Value, operator: str, right: Value, node: cst.CSTNode) -> Any:
    none_left, none_right = constant(left) is None, constant(right) is None
    if operator in ("is", "is not", "==", "!=") and (none_left or none_right):
        other = right if none_left else left
        if isinstance(
            other, (Bound, Layer, Sequence, Mapping, Function, Model, Framework, UserClass)
        ):
            return operator in ("is not", "!=")
    if isinstance(left, Bound) or isinstance(right, Bound):
        if operator in ("is", "is not", "in", "not in"):
            return Unknown("identity of a tensor")
        return binary_op(region, left, operator, right, node)
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return Unknown("a comparison with something unknown")
    if isinstance(left, Framework) and isinstance(right, Framework):
        same = left.name == right.name
        return same if operator in ("is", "==") else not same
    if is_graph(left) or is_graph(right):
        return Unknown("a comparison of layers")
    return fold(operator, constant(left), constant(right))


@evaluates(cst.IfExp)
def conditional(region: Region, node: cst.IfExp) -> Value:
    test = evaluate(region, node.test)
    decided = truth(test)
    if decided is not UNKNOWN:
        side = node.body if decided else node.orelse
        chosen = evaluate(region, side)
        if isinstance(chosen, (Static, Framework)):
            rewrite(region, node, Static(to_expr(region, chosen)), 0)
            if isinstance(chosen, Static) and region.settles(node.test):
                region.settled[region.tree.span(node)] = region.tree.source(side)
        return chosen
    if isinstance(test, Unknown):
        return Unknown(test.reason)
    return provided("conditional")(region, node, test)


@evaluates(cst.Subscript)
def subscript(region: Region, node: cst.Subscript) -> Value:
    receiver = evaluate(region, node.value)
    if isinstance(receiver, LayerList):
        receiver = one_by_one(region, receiver)
    if isinstance(receiver, Bound):
        return subscript_op(region, receiver, node)
    if isinstance(receiver, Unknown):
        return receiver
    if isinstance(receiver, Within):
        return Within(receiver.base)
    keys = [_key(region, element.slice) for element in node.slice]
    known = keys[0] if len(keys) == 1 else UNKNOWN
    if isinstance(receiver, Sequence):
        return _of_sequence(region, node, receiver, known)
    if isinstance(receiver, Mapping) and known is not UNKNOWN and not isinstance(known, slice):
        found = receiver.items.get(known)
        if found is not None:
            return _element(region, node, receiver, found)
    if isinstance(receiver, Mapping) and known is UNKNOWN and _of_callables(receiver):
        return _chosen(region, node, receiver)
    if isinstance(receiver, Repeated):
        return _of_repeated(region, node, receiver)
    if is_graph(receiver):
        raise GiveUp("an element of a group of layers or tensors is not known", node)
    values = [evaluate(region, e.slice.value) for e in node.slice if isinstance(e.slice, cst.Index)]
    if any(isinstance(v, Unknown) for v in values):
        return Unknown("an element chosen by something unknown")
    parts = [
        evaluate(region, bound)
        for e in node.slice
        if isinstance(e.slice, cst.Slice)
        for bound in (e.slice.lower, e.slice.upper, e.slice.step)
        if bound is not None
    ]
    value: Any = UNKNOWN
    base = constant(receiver)
    if base is not UNKNOWN and known is not UNKNOWN:
        try:
            value = base[known]
        except (TypeError, KeyError, IndexError):
            value = UNKNOWN
    return verbatim(region, node, receiver, *values, *parts, value=value)


def _of_callables(receiver: Mapping) -> bool:
    """Whether a dict holds nothing but classes and functions."""
    items = receiver.items.values()
    return bool(items) and all(isinstance(v, (Framework, Function, UserClass)) for v in items)


def _chosen(region: Region, node: cst.Subscript, receiver: Mapping) -> Value:
    """`LAYERS[kind]`, where `kind` is only known at run time: a choice, by comparisons."""
    index_node = node.slice[0].slice
    key = evaluate(region, index_node.value) if isinstance(index_node, cst.Index) else Unknown()
    computed = isinstance(key, Static) and "(" in key.expr.text  # `.pop(...)` must run once
    if not isinstance(key, Static) or region.is_module or computed:
        return Unknown("an element chosen by something unknown")
    missing = infix(key.expr, "not in", expr(tuple(receiver.items)))
    refused = Line(f"raise KeyError({key.expr.text})", uses=reads(key.expr), effect=True)
    region.emit_init(If(missing, [refused], []))
    written = Expr(region.tree.source(node), strength=POSTFIX)
    names, values = zip(*receiver.items.items(), strict=True)
    chosen: Value = values[-1]
    for name, value in zip(names[-2::-1], values[-2::-1], strict=True):
        running = None if key.run is None else infix(key.run, "==", name)
        test = Static(infix(key.expr, "==", name), running)
        chosen = Choice(test, value, chosen, written)
    return chosen


def _key(region: Region, node: cst.BaseSlice) -> Any:
    if isinstance(node, cst.Index):
        return constant(evaluate(region, node.value))
    if isinstance(node, cst.Slice):
        bounds = [
            None if b is None else constant(evaluate(region, b))
            for b in (node.lower, node.upper, node.step)
        ]
        return UNKNOWN if any(b is UNKNOWN for b in bounds) else slice(*bounds)
    return UNKNOWN


def _of_sequence(region: Region, node: cst.Subscript, receiver: Sequence, key: Any) -> Value:
    if isinstance(key, slice):
        items = receiver.items[key]
        graph = any(is_graph(i) for i in items)
        code = index(receiver.code, _slice_text(region, node)) if receiver.code and graph else None
        if not graph and _all_static(list(items)):
            written = expr(tuple(to_expr(region, i) for i in items))
            if receiver.static is not None and region.tree.source(node).startswith(
                receiver.static.text
            ):
                written = index(receiver.static, _slice_text(region, node))
            running = _running_slice(region, items, receiver)
            rewrite(region, node, Static(written, running))
            return Sequence(items, receiver.kind, static=written, run=running)
        return Sequence(items, receiver.kind, code)
    if isinstance(key, int) and not isinstance(key, bool):
        if -len(receiver.items) <= key < len(receiver.items):
            return _element(region, node, receiver, receiver.items[key])
        return Unknown("an index out of range")
    if not receiver.items:
        raise GiveUp("an element of a list that may be empty", node)
    return _any_element(region, node, receiver)


def _slice_text(region: Region, node: cst.Subscript) -> Expr:
    start, end = region.tree.span(node.slice[0].slice)
    return Expr(region.tree.text[start:end])


def _any_element(region: Region, node: cst.Subscript, receiver: Sequence) -> Value:
    if not is_graph(receiver):
        keys = [
            evaluate(region, e.slice.value) for e in node.slice if isinstance(e.slice, cst.Index)
        ]
        return verbatim(region, node, receiver, *keys)
    joined = provided("join_items")(region, receiver)
    assert isinstance(joined, Repeated)
    return _of_repeated(region, node, joined)


def _of_repeated(region: Region, node: cst.Subscript, receiver: Repeated) -> Value:
    text = Expr(region.tree.source(node), strength=POSTFIX)
    if isinstance(node.slice[0].slice, cst.Slice):
        return replace(receiver, code=text, static=text)
    keys = [evaluate(region, e.slice.value) for e in node.slice if isinstance(e.slice, cst.Index)]
    names = frozenset[Any]().union(receiver.code.names, *(to_expr(region, k).names for k in keys))
    code = replace(text, names=names)
    return provided("element")(region, receiver.item, code, code)


def _element(
    region: Region, node: cst.Subscript, receiver: Sequence | Mapping, item: Value
) -> Value:
    """An element whose place is known: `forward` writes the subscript only where it must."""
    if is_graph(item):
        current = not isinstance(item, Bound) or region.scope.current(item.tensor.code)
        if receiver.code is not None and (not current or not _is_variable(item)):
            code = index(receiver.code, _slice_text(region, node))
            return with_code(item, code)
        return item
    if isinstance(item, Static):
        expression = item.expr
        written_here = receiver.static is not None and not isinstance(receiver, Bound)
        if written_here and receiver.static is not None and _same_source(region, node, receiver):
            return verbatim(region, node, Static(receiver.static), value=expression.value)
        if item.run is not None or region.scope.current(expression):
            rewrite(region, node, item)
    return item


def _running_slice(region: Region, items: tuple[Value, ...], whole: Sequence) -> Expr | None:
    """Part of a shape as `forward` writes it: `x.shape[2:]`, where torch has it in that order."""
    if not any(isinstance(i, Static) and i.run is not None for i in items):
        return None
    parts = expr(tuple(to_running(region, i) for i in items))
    return shape_slice(parts, len(whole.items))


def _same_source(region: Region, node: cst.Subscript, receiver: Sequence | Mapping) -> bool:
    return receiver.static is not None and region.tree.source(node.value) == receiver.static.text


def _is_variable(item: Value) -> bool:
    return isinstance(item, Bound) and item.tensor.code.text.isidentifier()


@evaluates(cst.Lambda)
def lambda_(region: Region, node: cst.Lambda) -> Value:
    return Function(
        "<lambda>", node, {**region.scope.outer, **region.scope.values}, file=region.file
    )


@evaluates(cst.NamedExpr)
def walrus(region: Region, node: cst.NamedExpr) -> Value:
    raise GiveUp("assignment expressions are not understood here", node)


@evaluates(cst.ListComp, cst.GeneratorExp, cst.SetComp, cst.DictComp)
def comprehension(
    region: Region, node: cst.ListComp | cst.GeneratorExp | cst.SetComp | cst.DictComp
) -> Value:
    return provided("comprehension")(region, node)


def makes_input(region: Region, node: cst.BaseExpression) -> bool:
    """Whether an expression is a call of `keras.Input`."""
    if not isinstance(node, cst.Call) or not isinstance(node.func, (cst.Name, cst.Attribute)):
        return False
    callee = evaluate(region, node.func)
    return isinstance(callee, Framework) and callee.name == "keras.Input"
