"""Loops that print what the layers of a model are called: now the modules that it has.

for i, layer in enumerate(model.layers):           for i, (name, layer) in enumerate(...):
    print(i, layer.name, layer.trainable)
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.emit.edits import Edit, apply
from transpiler.emit.training.clipped_weights import refuse_read_behind
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.selected_layers import write_selected_layers
from transpiler.interpret.control.targets import layers_in_turn, target_names
from transpiler.interpret.training import TrainingCall
from transpiler.source.children import children_of

_LISTED = "lists the modules of the PyTorch model, which have names of their own"
#: What stands for the attributes and methods of a layer, by these.
_ASKED = {
    "trainable": "all(p.requires_grad for p in {layer}.parameters())",
    "count_params": "sum(p.numel() for p in {layer}.parameters())",
}


def write_listed_layers(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine | cst.For
) -> None:
    """The modules of the model, with their names where the loop asks for these."""
    if call.selected is not None:
        write_selected_layers(writer, call, statement)
        return
    tree = writer.tree
    if isinstance(statement, cst.For):
        refuse_read_behind(writer, target_names(statement.target), tree.span(statement)[1])
        text = _listing(writer, statement, statement, statement.body)
        writer.edits.append(Edit(*tree.span(statement), text))
    elif isinstance(call.node, cst.ListComp):
        text = _listing(writer, call.node, call.node.for_in, call.node.elt)
        writer.inline(call, statement, [], text)
    message = f"`{writer.variable}.layers`: it {_LISTED}"
    writer.made.said.append((ASSUMED, call.node, message))


def _listing(
    writer: ModelWriter, whole: cst.CSTNode, loop: cst.For | cst.CompFor, body: cst.CSTNode
) -> str:
    """A loop over the layers as one over the modules."""
    span, found = writer.tree.span, layers_in_turn(loop)
    assert found is not None
    layer, listed = found
    name = writer.lasting("name", "layer_name", "module_name")
    changes = {span(node): text for node, text in _changes(body, layer, name)}
    names = sum(text == name for text in changes.values())
    if names:
        variable = layer if names < _uses(body, layer) else "_"
        pair = f"{name}, {variable}"
        if isinstance(loop.target, cst.Tuple):
            changes[span(loop.target.elements[1].value)] = f"({pair})"
        else:
            changes[span(loop.target)] = pair
    method = "named_children" if names else "children"
    changes[span(listed)] = f"{writer.variable}.{method}()"
    start = span(whole)[0]
    edits = [Edit(first - start, end - start, text) for (first, end), text in changes.items()]
    return apply(writer.tree.source(whole), edits)


def _changes(node: cst.CSTNode, layer: str, name: str) -> Iterator[tuple[cst.CSTNode, str]]:
    """What is asked of each layer, and what stands for that."""
    match node:
        case cst.Attribute(cst.Name(value=held), cst.Name(value=asked)) if held == layer:
            if asked != "__class__":
                yield node, name if asked == "name" else _ASKED[asked].format(layer=layer)
        case cst.Call(cst.Attribute(cst.Name(value=held), cst.Name("count_params"))) if (
            held == layer
        ):
            yield node, _ASKED["count_params"].format(layer=layer)
        case _:
            for child in children_of(node):
                yield from _changes(child, layer, name)


def _uses(node: cst.CSTNode, layer: str) -> int:
    """How often a layer is mentioned."""
    if isinstance(node, cst.Name):
        return node.value == layer
    return sum(_uses(child, layer) for child in children_of(node))
