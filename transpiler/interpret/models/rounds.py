"""Models that are made in the body of a loop: one class, one instance in each round."""

from __future__ import annotations

from transpiler.interpret.region import Built, GiveUp, Region
from transpiler.ir.code import Construct, Line, Node
from transpiler.passes.liveness import jumps_out, modules_used, prune, walk, without_jumps


def of_one_round(region: Region, built: Built) -> None:
    """Turn the programs up to a model into those of one round; what varies becomes an argument.

    Raises GiveUp where the rounds hang together by more than plain values.
    """
    loops = [way for way in built.ways if way.side < 0]
    if not loops:
        return
    _forget_jumps(built)
    levels = [*region.outside, (region.init, region.forward)]
    before = {id(n) for level in levels[: loops[0].depth + 1] for nodes in level for n in nodes}
    inside = [n for n in built.forward if id(n) not in before]
    changing = dict(pair for way in loops for pair in way.changing)
    _, live = prune(inside, frozenset(), effects=False)
    if live & {name for name, is_tensor in changing.items() if is_tensor}:
        raise GiveUp("models made in a loop take a tensor that the loop changes", built.node)
    outer = [n for n in built.init if id(n) in before]
    forward, _ = prune(built.forward, frozenset(), effects=False)
    if {c.module.token for c in walk(outer) if isinstance(c, Construct)} & set(
        modules_used(forward)
    ):
        raise GiveUp("models made in a loop share layers that are made outside of it", built.node)
    own = [n for n in built.init if id(n) not in before]
    varying = {name: None for name, is_tensor in changing.items() if not is_tensor}
    varying |= {name: None for n in walk(own) if _is_plain(n) for name in sorted(_defs(n))}
    built.varying = tuple(varying)
    built.init = [n for n in built.init if not (_is_plain(n) and _defs(n) & set(varying))]
    built.forward = [n for n in built.forward if not (_is_plain(n) and _defs(n) & set(varying))]


def _forget_jumps(built: Built) -> None:
    """Leave out where the loop around a model is left, before or after that is made."""
    if not jumps_out([*built.init, *built.forward]):
        return
    for nodes in (built.init, built.forward):
        makes = [_makes(node) for node in nodes]
        leaves = [place for place, node in enumerate(nodes) if jumps_out([node])]
        if any(any(makes[:place]) and any(makes[place:]) for place in leaves):
            raise GiveUp("a loop may be left before a model of its round has all of its layers")
    built.init, built.forward = without_jumps(built.init), without_jumps(built.forward)


def _makes(node: Node) -> bool:
    """Whether it makes layers, or runs them."""
    inside = [*walk([node])]
    return bool(modules_used(inside)) or any(isinstance(one, Construct) for one in inside)


def _is_plain(node: Node) -> bool:
    return isinstance(node, Line) and node.static


def _defs(node: Node) -> frozenset[str]:
    return node.defs if isinstance(node, Line) else frozenset()
