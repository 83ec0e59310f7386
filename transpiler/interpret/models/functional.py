"""Functional models: `keras.Model(inputs, outputs)`, and what `forward` returns."""

from __future__ import annotations

import re

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.interpret.arguments import Argument
from transpiler.interpret.dispatch import provides
from transpiler.interpret.effects import refuse_acting_name
from transpiler.interpret.models.given_inputs import ask_for_given_input
from transpiler.interpret.models.inputs import named_arguments
from transpiler.interpret.models.rounds import of_one_round
from transpiler.interpret.models.taken_in import make_inner
from transpiler.interpret.region import Built, GiveUp, Region
from transpiler.interpret.statics import constant
from transpiler.interpret.tensors.layouts import in_layout, permuted
from transpiler.interpret.tensors.names import emit_before, ensure_current
from transpiler.interpret.values import (
    SPOILED,
    Bound,
    Keyed,
    Mapping,
    Model,
    Repeated,
    Sequence,
    Static,
    Unknown,
    Value,
)
from transpiler.ir import tokens
from transpiler.ir.code import For, Line, Node, Return
from transpiler.ir.expr import Expr, dict_expr, expr, index, reads
from transpiler.ir.tensor import Layout
from transpiler.passes.liveness import walk
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.suites import is_in_head


def refuse_in_head(region: Region, node: cst.CSTNode) -> None:
    """Refuse a model that `for`, `if` or `while` builds at once: its class has no place there."""
    if is_in_head(region.tree, node):
        raise GiveUp("a model is built in the head of a statement: give it a name before", node)


def is_still(region: Region, node: cst.Call, trainable: Value | None) -> bool:
    """Whether a model is made with `trainable=False`, or may be, as only the run tells."""
    if trainable is None or constant(trainable) is True:
        return False
    if region.file.options.keras == "2":
        raise GiveUp(_STILL_IN_KERAS_2, node)
    region.say(ASSUMED, node, _STILL)
    return True


#: What `trainable=` does where a model is made, before it has layers.
_STILL = (
    "`trainable=` of a model is no word to its layers: as a part of another model it is trained, "
    "in Keras 3; set `trainable` of the model that is made, to freeze it"
)
_STILL_IN_KERAS_2 = (
    "`trainable=` of a model is no word to its layers: Keras 2 does not train it, but normalizes "
    "batches in it; set `trainable` of the model that is made, to freeze it"
)


@provides("make_model")
def make_model(region: Region, node: cst.Call, arguments: list[Argument]) -> Value:
    """`keras.Model(inputs, outputs)`."""
    given = named_arguments(arguments, ("inputs", "outputs", "name"))
    inputs = given.get("inputs", given.get("input"))
    outputs = given.get("outputs", given.get("output"))
    if inputs is None or outputs is None:
        return Unknown("a Model without inputs and outputs")
    for what, value in (("inputs", inputs), ("outputs", outputs)):
        if isinstance(value, Unknown):
            if value.reason.startswith(SPOILED):
                raise GiveUp(value.reason, node)
            raise GiveUp(f"the {what} of the model are not known: {value.reason}", node)
    names, kind, head = _input_names(region, inputs, node)
    if isinstance(outputs, Sequence) and len(outputs.items) == 1:
        outputs = outputs.items[0]
    outputs = _lent(region, outputs)
    init, body = region.program()
    if isinstance(outputs, Bound) and outputs.at is not None:
        body = body[: outputs.at]
    elif isinstance(outputs, Sequence):
        outputs = _kept_outputs(region, outputs, body)
    if isinstance(inputs, Mapping) and inputs.code is not None and inputs.code.text in names:
        body = _taken_from(inputs.code.text, body, node)
    body = _unpacked(body, head, node) if kind is list and head else _entered(body, names, head)
    returned, tail = output_code(region, outputs, node)
    model = Model("functional", outputs=outputs, region=region, node=node, input_kind=kind)
    model.ways = tuple(region.ways)
    model.inputs = [v for v in flattened(inputs) if isinstance(v, Bound)]
    given_name = given.get("name")
    refuse_acting_name(region, given_name, node)
    model.label = given_name.expr if isinstance(given_name, Static) else None
    refuse_in_head(region, node)
    model.still = is_still(region, node, given.get("trainable"))
    built = Built(
        model,
        (
            given_name.expr.value
            if isinstance(given_name, Static) and isinstance(given_name.expr.value, str)
            else ""
        ),
        "functional",
        names,
        init,
        [*body, *tail, Return(returned)],
        node,
        region.statement,
        region.assigned,
        input_kind=kind,
        ways=tuple(region.ways),
        versions=dict(region.scope.versions),
        models={n: v for n, v in region.scope.values.items() if isinstance(v, Model)},
    )
    make_inner(region, built)
    of_one_round(region, built)
    region.built.append(built)
    region.graph_events += 1
    return model


def _taken_from(name: str, body: list[Node], node: cst.CSTNode) -> list[Node]:
    """The statements without those that fill a dict of inputs entry by entry, which is given."""
    makers = [n for n in walk(body) if isinstance(n, Line) and n.defs == {name} and n.text]
    if all(line.kills and line.text != f"{name} = {{}}" for line in makers):
        return body  # it is written out, once all inputs are known
    kept = [n for n in body if n not in makers]
    whole = re.compile(rf"(?<!{tokens.VARIABLE})\b{name}\b(?!\[)")
    lines = [n for n in walk(kept) if isinstance(n, (Line, For))]
    if any(whole.search(n.iterable.text if isinstance(n, For) else n.text) for n in lines):
        raise GiveUp("the order of the inputs in a dict is not known", node)
    return kept


def _lent(region: Region, value: Value) -> Value:
    """The outputs; those inside of another model are computed with its layers."""
    if isinstance(value, Sequence):
        return replace(value, items=tuple(_lent(region, item) for item in value.items))
    if isinstance(value, Mapping):
        return replace(value, items={k: _lent(region, v) for k, v in value.items.items()})
    if isinstance(value, Bound) and value.source.startswith("borrow:"):
        return ensure_current(region, value)
    return value


def _entered(body: list[Node], names: list[str], head: list[Line]) -> list[Node]:
    """The statements, with the places where the model's own inputs come in.

    A name may have been another input, or another tensor, before.
    """
    given = {name: line for line in head for name in line.defs}
    wanted = set(given or names)
    entered: list[Node] = []
    for node in reversed(body):
        if not isinstance(node, Line) or node.text:
            entered.append(node)
        elif node.defs <= wanted:
            wanted -= node.defs
            entered.append(given.get(min(node.defs, default=""), node))
            if given and not wanted:
                entered.append(Line("", frozenset(names)))
    entered.reverse()
    return [*(given[name] for name in sorted(wanted & given.keys())), *entered]


def _unpacked(body: list[Node], head: list[Line], node: cst.CSTNode) -> list[Node]:
    """The statements after the one which takes the list of inputs apart."""
    (first,) = head
    left = [n for n in body if not _begins(n, first)]
    if any(isinstance(n, Line) and n.text and n.defs & first.defs for n in walk(left)):
        raise GiveUp("a variable of an input is something else, too", node)
    return [first, *left]


def _begins(node: Node, first: Line) -> bool:
    """Whether it only marks where an input came in, or began the list: `inputs = []`."""
    if not isinstance(node, Line) or not node.defs <= first.defs:
        return False
    return not node.text or (node.defs == first.uses and node.text.endswith(" = []"))


def _kept_outputs(region: Region, outputs: Sequence, body: list[Node]) -> Sequence:
    """Outputs from inside a graph are kept in variables of their own when they are computed."""
    items = list(outputs.items)
    marked = [
        (b.at, i, b) for i, b in enumerate(items) if isinstance(b, Bound) and b.at is not None
    ]
    for at, position, bound in sorted(marked, key=lambda m: -(m[0] or 0)):
        region.temporaries += 1
        token = tokens.variable(f"features:k{region.temporaries}")
        code = bound.tensor.code
        assert at is not None
        body.insert(at, Line(f"{token} = {code.text}", frozenset({token}), reads(code)))
        items[position] = replace(bound, tensor=replace(bound.tensor, code=Expr(token)), at=None)
    return replace(outputs, items=tuple(items))


def flattened(value: Value) -> list[Value]:
    if isinstance(value, Sequence):
        return [v for item in value.items for v in flattened(item)]
    if isinstance(value, Mapping):
        return [v for item in value.items.values() for v in flattened(item)]
    return [value]


def _input_names(
    region: Region, inputs: Value, node: cst.CSTNode
) -> tuple[list[str], type | None, list[Line]]:
    """The parameters of `forward`, and how they are passed."""
    if isinstance(inputs, Mapping):
        head: list[Line] = []
        for key, value in inputs.items.items():
            name = _input_name(region, value, node)
            text = f'{name} = inputs["{key}"]'
            head.append(Line(text, frozenset({name}), frozenset({"inputs"})))
        return ["inputs"], dict, head
    if isinstance(inputs, (Repeated, Keyed)) and inputs.code.text in region.inputs:
        return [inputs.code.text], list if isinstance(inputs, Repeated) else dict, []
    values = flattened(inputs)
    whole = [v for v in values if isinstance(v, Repeated)]
    if len(whole) == 1 and whole[0].code.text in region.inputs:
        name = whole[0].code.text
        parts = [f"*{name}" if v is whole[0] else _input_name(region, v, node) for v in values]
        defs = frozenset(part.removeprefix("*") for part in parts)
        return [name], list, [Line(f"{', '.join(parts)} = {name}", defs, frozenset({name}))]
    return [_input_name(region, v, node) for v in values], None, []


def _input_name(region: Region, value: Value, node: cst.CSTNode) -> str:
    if isinstance(value, Bound):
        name = value.tensor.code.text
        if name in region.inputs and not _is_replaced(region, name, value):
            return name
        for known, (key, _, _) in region.inputs.items():
            if value.source == key and _is_alias(region, name):
                return known
        ask_for_given_input(region, value)
    raise GiveUp("an input of the model is not an Input", node)


_VARIABLE = rf"(?:\w+|{tokens.ANY_VARIABLE})"
#: Another name of a variable, or a list of variables.
_ALIAS = regex(rf"\w+ = (?:{_VARIABLE}|[\[(]{_VARIABLE}(?:, {_VARIABLE})*[\])])")


def _is_replaced(region: Region, name: str, value: Bound) -> bool:
    """Whether a variable that held an input holds what a layer made of it by now."""
    _, moved = region.moved.get(name, (None, None))
    if value is moved or not name.isidentifier():
        return False
    made = _last_made(region, name)
    return made is not None and not (_is_input(region, value) and _ALIAS.fullmatch(made))


def _is_input(region: Region, value: Bound) -> bool:
    return value.source in {key for key, _, _ in region.inputs.values()}


def _last_made(region: Region, name: str) -> str | None:
    """The last statement that gave a variable a value; None where an input came in since."""
    found = None
    for node in walk(region.program()[1]):
        if isinstance(node, Line) and name in node.defs:
            if node is not region.border_lines.get(name):
                found = node.text or None
    return found


def _is_alias(region: Region, name: str) -> bool:
    """Whether it is another name of an input: `x = inputs`, or `both[0]`."""
    made = _last_made(region, name.partition("[")[0])
    return made is not None and _ALIAS.fullmatch(made) is not None


def output_code(region: Region, outputs: Value, node: cst.CSTNode) -> tuple[Expr, list[Node]]:
    """What `forward` returns, its tensors in Keras's order."""
    with region.collecting() as (_, forward):
        for output in flattened(outputs):
            if isinstance(output, Bound) and output.at is None:
                emit_before(region, output.tensor.code, "")
        value = returned_value(region, outputs, node)
    return value, list(forward)


def returned_value(
    region: Region, outputs: Value, node: cst.CSTNode, border: bool = True, nested: bool = False
) -> Expr:
    """The expression that a `return` of `forward` gives back."""
    if isinstance(outputs, Bound):
        bound = outputs if outputs.at is not None else ensure_current(region, outputs, node)
        moved = in_layout(region, bound, Layout.LAST) if border else bound
        return moved.tensor.code
    if isinstance(outputs, Sequence):
        if border and len(outputs.items) == 1:
            return returned_value(region, outputs.items[0], node, border, nested)
        parts = [returned_value(region, item, node, border, True) for item in outputs.items]
        if not border and outputs.code is not None:
            return outputs.code
        as_list = nested and not border and outputs.kind is list
        listed = expr([*parts]) if as_list else expr(tuple(parts))
        if nested:
            return replace(listed, items=None)
        text = listed.text[1:-1] if len(parts) > 1 else listed.text
        return replace(listed, text=text, strength=0, items=None)
    if isinstance(outputs, Mapping):
        entries = {
            k: returned_value(region, v, node, border, True) for k, v in outputs.items.items()
        }
        held = outputs.code
        if held is not None and all(e.text == index(held, k).text for k, e in entries.items()):
            return held
        return dict_expr(entries)
    if isinstance(outputs, Repeated) and isinstance(outputs.item, Bound):
        tensor = outputs.item.tensor
        if not border or tensor.layout is Layout.LAST or (tensor.dims and len(tensor.dims) < 2):
            return outputs.code
        each = permuted(replace(tensor, code=Expr("output")), Layout.LAST)
        return Expr(f"[{each.text} for output in {outputs.code.text}]", names=outputs.code.names)
    if isinstance(outputs, Keyed) and isinstance(outputs.item, Bound):
        tensor = outputs.item.tensor
        if not border or tensor.layout is Layout.LAST or (tensor.dims and len(tensor.dims) < 2):
            return outputs.code
        each = permuted(replace(tensor, code=Expr("output")), Layout.LAST)
        text = f"{{name: {each.text} for name, output in {outputs.code.text}.items()}}"
        return Expr(text, names=outputs.code.names)
    if isinstance(outputs, Static) and not border:
        return outputs.running
    raise GiveUp("the output of a model is not a tensor", node)
