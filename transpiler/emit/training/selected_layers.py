"""Loops over layers that ask what is known of these: constants stand for it.

for i, layer in enumerate(model.layers):        for i, name in [(0, "conv1"), (3, "conv2")]:
    if "conv" in layer.name:                        print(i, name)
        print(i, layer.name)
"""

from __future__ import annotations

import textwrap

import libcst as cst

from transpiler.emit.edits import Edit, apply
from transpiler.emit.fold import fold
from transpiler.emit.training.clipped_weights import refuse_read_behind
from transpiler.emit.training.model import ModelWriter
from transpiler.interpret.control.targets import target_names
from transpiler.interpret.training import TrainingCall
from transpiler.ir.tensor import Unsupported

#: What variables may be called that hold what is asked of a layer.
_NAMES = {
    "name": ("name", "layer_name"),
    "kind": ("kind", "layer_kind"),
    "shape": ("shape", "output_shape"),
}


def write_selected_layers(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine | cst.For
) -> None:
    """The loop over what its layers answer, or the list of that."""
    tree, node = writer.tree, call.node
    start, end = tree.span(node)
    if any(tree.span(added)[0] > start for added in writer.training.origin.additions):
        raise Unsupported("the model has more layers later")
    keys = list(dict.fromkeys(call.selected.asked.values()))
    names = {key: writer.lasting(*_NAMES[key]) for key in keys}
    if isinstance(statement, cst.For):
        assert isinstance(node, cst.For)
        refuse_read_behind(writer, target_names(node.target), end)
        head = _head(node, call, names)
        margin = start - tree.line_start(start)
        inner = " " * (margin + 4)
        body = textwrap.indent(textwrap.dedent(_body(writer, call, names)), inner)
        begin = tree.line_start(call.selected.body[0])
        writer.edits.append(Edit(start, begin, f"{fold(head, margin).lstrip()}\n"))
        writer.edits.append(Edit(begin, end, body.rstrip()))
        return
    assert isinstance(node, cst.ListComp)
    element = node.elt
    if len(keys) == 1 and tree.span(element) in call.selected.asked:
        text = f"[{', '.join(facts[keys[0]] for _, facts in call.selected.layers)}]"
    else:
        text = f"[{_body(writer, call, names)} for {_each(list(names.values()))} in "
        text += f"{_rows(call, keys, placed=False)}]"
    writer.inline(call, statement, [], text)


def _body(writer: ModelWriter, call: TrainingCall, names: dict[str, str]) -> str:
    """What is done with each layer, as whole lines where it is statements."""
    tree, (start, end) = writer.tree, call.selected.body
    if isinstance(call.node, cst.For):
        start, end = tree.line_start(start), tree.line_end(end)
    edits = [
        Edit(first - start, last - start, names[key])
        for (first, last), key in call.selected.asked.items()
    ]
    return apply(tree.text[start:end], edits)


def _head(loop: cst.For, call: TrainingCall, names: dict[str, str]) -> str:
    keys, variables = list(names), list(names.values())
    if not isinstance(loop.target, cst.Tuple):
        if not keys:
            return f"for _ in range({len(call.selected.layers)}):"
        return f"for {_each(variables)} in {_rows(call, keys, placed=False)}:"
    first = loop.target.elements[0].value
    assert isinstance(first, cst.Name)
    if not call.selected.tested and keys:
        each = _each(variables)
        each = f"({each})" if len(keys) > 1 else each
        return f"for {first.value}, {each} in enumerate({_rows(call, keys, placed=False)}):"
    return f"for {_each([first.value, *variables])} in {_rows(call, keys, placed=True)}:"


def _each(variables: list[str]) -> str:
    return ", ".join(variables) or "_"


def _rows(call: TrainingCall, keys: list[str], placed: bool) -> str:
    """What the selected layers answer, one after the other."""
    rows = []
    for place, facts in call.selected.layers:
        parts = [*([str(place)] if placed else []), *(facts[key] for key in keys)]
        rows.append(parts[0] if len(parts) == 1 else f"({', '.join(parts)})")
    return f"[{', '.join(rows)}]"
