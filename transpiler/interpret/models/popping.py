"""`model.pop()`: the last layer of a Sequential goes, as if it had never been added."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.values import Bound, Model
from transpiler.ir import tokens
from transpiler.ir.code import Line, Node
from transpiler.record import replace


def note_before(region: Region, model: Model, held: Bound) -> None:
    """Keep what a layer is called on, for `pop`; what a branch or loop adds can't be popped."""
    if region.loops or region.branches:
        model.before.clear()
    else:
        model.before.append((held, len(region.init), len(region.forward)))


def pop_layer(region: Region, model: Model, node: cst.CSTNode) -> None:
    """The last layer goes, with the statements that called it and kept its sizes."""
    if not model.before or len(model.steps) < 2 or region.loops or region.branches:
        model.broken = "`pop` of a Sequential whose layers are not known one by one"
        raise GiveUp(model.broken, node)
    held, in_init, in_forward = model.before.pop()
    if any(not isinstance(n, Line) for n in region.forward[in_forward:]):
        model.broken = "`pop` of a layer that depends on a condition"
        raise GiveUp(model.broken, node)
    model.steps.pop()
    del model.outputs_of[-1:]
    _drop_since(region.init, in_init, _is_size_of(model.variable))
    _drop_since(region.forward, in_forward, lambda names: model.variable in names)
    for shadow in held.shadows:
        region.scope.versions.update(() if shadow is None else shadow.names)
    region.scope.bump(model.variable)
    tensor = replace(held.tensor, code=region.scope.read(model.variable))
    region.scope.values[model.variable] = model.outputs = replace(held, tensor=tensor)
    region.graph_events += 1


def _drop_since(nodes: list[Node], start: int, goes: Callable[[frozenset[str]], bool]) -> None:
    """Drop the statements from there on that assign such names."""
    nodes[start:] = [n for n in nodes[start:] if not (isinstance(n, Line) and goes(n.defs))]


def _is_size_of(variable: str) -> Callable[[frozenset[str]], bool]:
    """Whether names are size variables of what a variable of `forward` holds."""

    def check(names: frozenset[str]) -> bool:
        sizes = [n for n in names if n.startswith(tokens.SIZE)]
        return bool(sizes) and all(tokens.owner_and_axis(n)[0] == variable for n in sizes)

    return check
