"""Loops that only print what the layers of a model are called, and which of them are trainable.

for i, layer in enumerate(model.layers):
    print(i, layer.name, layer.trainable)
"""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.control.targets import layers_in_turn, target_names
from transpiler.interpret.dispatch import evaluate, provides
from transpiler.interpret.models.selected_layers import selection
from transpiler.interpret.region import Region
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Model, Unknown
from transpiler.source.children import children_of


@provides("list_layers")
def list_layers(region: Region, node: cst.For | cst.ListComp) -> bool:
    """A loop that only prints something of each layer of a model; whether it is such a one."""
    found = layers_in_turn(node.for_in if isinstance(node, cst.ListComp) else node)
    if found is None:
        return False
    layer, listed = found
    if isinstance(node, cst.For):
        parts: list[cst.CSTNode] = list(node.body.body)
        prints = all(map(_printed, parts))
    else:
        parts, loop = [node.elt], node.for_in
        printed = _printed(region.statement) if region.statement is not None else None
        whole = printed is not None and any(arg.value is node for arg in printed.args)
        prints = whole and not loop.ifs and loop.inner_for_in is None
    selected = None
    if not prints or not all(_only_shows(part, layer) for part in parts):
        selected = selection(region, node, layer, listed)
        if selected is None:
            return False
    model = evaluate(region, listed.value)
    if not isinstance(model, Model):
        return False
    statement = node if isinstance(node, cst.For) else region.statement
    call = TrainingCall(node, "layers", model, {}, statement, model.compiled, region=region)
    call.conditional, call.in_loop = bool(region.branches), bool(region.loops)
    call.of, call.selected = listed.value, selected
    region.training[id(node)] = call
    region.left_calls.append((node, f"{region.tree.source(listed.value)}.layers", model))
    if isinstance(node, cst.For):
        for name in target_names(node.target):
            region.scope.bump(name)
            region.scope.values[name] = Unknown("a layer of a model, or its number")
    return True


def _printed(statement: cst.CSTNode) -> cst.Call | None:
    """The call of `print` that a statement is."""
    match statement:
        case cst.SimpleStatementLine([cst.Expr(cst.Call(cst.Name("print")) as call)]):
            return call
    return None


def _only_shows(node: cst.CSTNode, layer: str) -> bool:
    """Whether all that is asked of a layer has a counterpart: it is printed, or its name."""
    match node:
        case cst.Attribute(cst.Name(name), cst.Name(asked)) if name == layer:
            return asked in ("name", "trainable")
        case cst.Attribute(
            cst.Attribute(cst.Name(name), cst.Name("__class__")), cst.Name("__name__")
        ) if (name == layer):
            return True
        case cst.Call(cst.Attribute(cst.Name(name), cst.Name("count_params")), []) if name == layer:
            return True
        case cst.Attribute(cst.Name(name)) if name == layer:
            return False
        case cst.Call(func=cst.Name("print" | "type" | "str")):
            pass
        case cst.Call(func=cst.Attribute(attr=cst.Name("format" | "ljust" | "rjust"))):
            pass
        case cst.Call():
            return False
    return all(_only_shows(child, layer) for child in children_of(node))
