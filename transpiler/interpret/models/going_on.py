"""Tensors inside of a model that other layers go on from: each gets a variable of its own.

out = Dense(1)(model.layers[-2].output)
"""

from __future__ import annotations

import re

from transpiler.interpret.dispatch import provides
from transpiler.interpret.region import Region
from transpiler.interpret.values import Bound
from transpiler.ir import tokens
from transpiler.ir.code import Line, Node
from transpiler.record import replace


@provides("go_on_from")
def go_on_from(region: Region, value: Bound) -> Bound | None:
    """A tensor of an earlier point of this region, whose variable holds another one since.

    From the statement that made it to the one that gives its variable another value, it is called
    by a name of its own. None where these are not statements of this level.
    """
    at, name = value.at, value.tensor.code.text
    nodes = region.forward
    if at is None or region.outside or not 0 < at <= len(nodes):
        return None
    made = nodes[at - 1]
    if not isinstance(made, Line) or made.defs != {name} or not made.text.startswith(f"{name} = "):
        return None
    region.temporaries += 1
    token = tokens.variable(f"features:k{region.temporaries}")
    renamed: dict[int, Node] = {
        at - 1: replace(made, text=f"{token}{made.text[len(name) :]}", defs=frozenset({token}))
    }
    for place in range(at, len(nodes)):
        node = nodes[place]
        if not isinstance(node, Line):
            return None
        if name in node.uses:
            renamed[place] = _reading(region, node, name, token)
        if name in node.defs:
            break
    else:
        return None
    for place, node in renamed.items():
        nodes[place] = node
    region.scope.bump(token)
    tensor = value.tensor
    known = tensor.dims and tuple(d if d is not None and d.known else None for d in tensor.dims)
    kept = Bound(replace(tensor, code=region.scope.read(token), dims=known), value.source)
    region.scope.values[token] = kept
    _take_for(region, value, kept)
    return kept


def _reading(region: Region, node: Line, name: str, token: str) -> Line:
    """A statement that reads another variable in the place of one."""
    target, equals, read = node.text.partition(" = ")
    whole = re.compile(rf"(?<![\w.{tokens.VARIABLE}]){re.escape(name)}(?!\w)")
    text = f"{target}{equals}{whole.sub(token, read)}"
    region.activations |= {
        whole.sub(token, after): (what, whole.sub(token, before))
        for after, (what, before) in region.activations.items()
        if after in read
    }
    return replace(node, text=text, uses=node.uses - {name} | {token})


def _take_for(region: Region, value: Bound, kept: Bound) -> None:
    """The variable's tensor takes the place of the former in all that knows of it."""
    code = value.tensor.code
    for layer in region.called_layers:
        if isinstance(layer.output, Bound) and layer.output.tensor.code == code:
            layer.output = kept
        if isinstance(layer.took, Bound) and layer.took.tensor.code == code:
            layer.took = kept
    for model in region.open_sequentials:
        model.outputs_of = [
            kept if held.at == value.at and held.tensor.code == code else held
            for held in model.outputs_of
        ]
