"""Tensors that a builder gives together with its models: inputs and outputs of those.

def build_encoder():
    ...
    return inputs, encoder, z_mean

They are found at the model itself, so that the function gives back its models alone.
"""

from __future__ import annotations

from itertools import pairwise

import libcst as cst

from transpiler.diagnostics import ASSUMED_CALLERS
from transpiler.interpret.region import Region
from transpiler.interpret.values import Border, Bound, Model, Sequence, Value


def are_borders(region: Region, value: Value, node: cst.CSTNode) -> bool:
    """Whether all tensors that a builder returns with its models are inputs or outputs of those."""
    if not isinstance(value, Sequence) or not isinstance(node, cst.Return):
        return False
    if not isinstance(node.value, (cst.Tuple, cst.List)):
        return False
    if len(node.value.elements) != len(value.items):
        return False
    models = [item for item in value.items if isinstance(item, Model)]
    tensors = [item for item in value.items if isinstance(item, Bound)]
    return len(models) + len(tensors) == len(value.items) and all(
        _place(models, tensor) is not None for tensor in tensors
    )


def give_models_only(region: Region, value: Sequence, node: cst.Return, name: str) -> None:
    """`return inputs, encoder, z_mean` is `return encoder`."""
    assert isinstance(node.value, (cst.Tuple, cst.List))
    _keep_models(region, node.value, value)
    region.say(
        ASSUMED_CALLERS,
        region.function,
        f"`{name}` gives its models alone; callers in other files must take no tensors from it",
    )


def with_borders(result: Sequence, instances: dict[int, Model], reason: str) -> Sequence:
    """What a call of such a builder gives: the instances, and where the tensors are in them."""
    models = [item for item in result.items if isinstance(item, Model)]
    items: list[Value] = []
    for item in result.items:
        place = _place(models, item) if isinstance(item, Bound) else None
        if place is not None:
            model, side, number = place
            items.append(Border(reason, model=instances[id(model)], side=side, number=number))
        else:
            items.append(instances.get(id(item), item))
    return Sequence(tuple(items), result.kind)


def are_taken(region: Region, node: cst.CSTNode, count: int) -> bool:
    """Whether a call stands alone on the right side, and each thing it gives gets a name."""
    statement = region.statement
    small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    if not isinstance(small, cst.Assign) or len(small.targets) > 1 or small.value is not node:
        return False
    target = small.targets[0].target
    if not isinstance(target, (cst.Tuple, cst.List)) or len(target.elements) != count:
        return False
    return all(isinstance(element.value, cst.Name) for element in target.elements)


def take_models_only(region: Region, target: cst.Tuple | cst.List, value: Sequence) -> None:
    """`inputs, encoder, z_mean = build_encoder()` is `encoder = build_encoder()`."""
    region.handing.add(id(region.statement))
    _keep_models(region, target, value)


def _place(models: list[Model], tensor: Bound) -> tuple[Model, str, int] | None:
    """The model that a tensor is an input or output of, and which one it is."""
    for model in models:
        outputs = model.outputs
        given = outputs.items if isinstance(outputs, Sequence) else (outputs,)
        for side, parts in (("input", model.inputs), ("output", given)):
            for number, part in enumerate(parts):
                same = isinstance(part, Bound) and part.tensor.code == tensor.tensor.code
                if same and isinstance(part, Bound) and part.at == tensor.at:
                    return model, side, number
    return None


def _keep_models(region: Region, node: cst.Tuple | cst.List, value: Sequence) -> None:
    """Take out of what is written as a tuple all that is no model."""
    whole = region.tree.span(node)
    spans = [region.tree.span(element.value) for element in node.elements]
    kept = [i for i, item in enumerate(value.items) if isinstance(item, Model)]
    if len(kept) == 1:
        region.settled[whole[0], spans[kept[0]][0]] = ""
    else:
        region.settled[spans[0][0], spans[kept[0]][0]] = ""
    for one, other in pairwise(kept):
        if other > one + 1:
            region.settled[spans[one][1], spans[other][0]] = ", "
    end = whole[1] if len(kept) == 1 else spans[-1][1]
    region.settled[spans[kept[-1]][1], end] = ""
    for span in [s for s in region.settled if s[0] == s[1]]:
        del region.settled[span]
