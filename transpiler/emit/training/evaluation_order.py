"""When a statement evaluates its parts: statements that are written above it run first, and always.

close = small and model.evaluate(x, y) < 1          # perhaps not at all
total = draw() + model.evaluate(x[: drawn()], y)    # after `draw`
"""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.effects import has_effect
from transpiler.interpret.training import TrainingCall
from transpiler.ir.tensor import Unsupported
from transpiler.source.between import changed_between
from transpiler.source.lexical import may_act
from transpiler.source.tree import Tree

_DATA = ("x", "y", "sample_weight", "class_weight", "validation_data")
#: The order in which lines are written that read some of the arguments.
_ORDER = ("x", "y", "batch_size", "epochs")


def check_order(tree: Tree, statement: cst.CSTNode, call: TrainingCall) -> None:
    """Refuse a call for which no lines may stand above its statement."""
    if may_not_run(statement, call.node):
        raise Unsupported("a call in a part of a statement that is not always evaluated")
    if (region := call.region) is None:
        return
    for outer, inner in _path(statement, call.node):
        before = outer.children[: list(outer.children).index(inner)]
        if any(tree.has_span(one) and has_effect(region, tree.code(one)) for one in before):
            raise Unsupported("a call behind another one in one statement that changes something")


def check_arguments(tree: Tree, call: TrainingCall, named: bool) -> None:
    """Refuse a `fit` of which one argument changes what another one reads, in another order.

    model.fit(x, y, epochs=counter["n"] + 1, batch_size=counted())

    `named` is whether some settings are evaluated above the data.
    """
    order = list(call.given)
    given = {name: one.node for name, one in call.given.items() if name != "callbacks"}
    nodes = {n: node for n, node in given.items() if node is not None and tree.has_span(node)}
    texts = {name: tree.source(node) for name, node in nodes.items()}
    for one in (name for name, text in texts.items() if may_act(text)):
        for other, text in texts.items():
            pair = sorted((one, other), key=order.index)
            alike = (one in _DATA) == (other in _DATA) and may_act(text)
            kept = not named and pair == [name for name in _ORDER if name in pair]
            if one == other or alike or kept:
                continue
            if found := changed_between(tree.text, text, *tree.span(nodes[one])):
                raise Unsupported(f"`{one}` changes `{found}`, which `{other}` reads")


def may_not_run(node: cst.CSTNode, part: cst.CSTNode) -> bool:
    """Whether a statement or expression may end without having evaluated a part of it."""
    for outer, inner in _path(node, part):
        match outer:
            case cst.BooleanOperation(left=first) | cst.IfExp(test=first) | cst.Assert(test=first):
                if inner is not first:
                    return True
            case cst.Comparison(comparisons=[_, *others]) if inner in others:
                return True
            case cst.Lambda(body=later) if inner is later:
                return True
    return False


def runs_again(node: cst.CSTNode, part: cst.CSTNode) -> bool:
    """Whether it may evaluate the part more than once."""
    return any(isinstance(outer, (cst.BaseComp, cst.Lambda)) for outer, _ in _path(node, part))


def _path(node: cst.CSTNode, part: cst.CSTNode) -> list[tuple[cst.CSTNode, cst.CSTNode]]:
    """The nodes from one to another that is in it, each with the one inside of it."""
    for child in node.children:
        if child is part:
            return [(node, child)]
        if inner := _path(child, part):
            return [(node, child), *inner]
    return []
