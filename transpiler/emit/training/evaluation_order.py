"""When a statement evaluates its parts: statements that are written above it run first, and always.

close = small and model.evaluate(x, y) < 1          # perhaps not at all
total = draw() + model.evaluate(x[: drawn()], y)    # after `draw`
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

import libcst as cst

from transpiler.interpret.effects import has_effect
from transpiler.interpret.training import Given, TrainingCall
from transpiler.ir.tensor import Unsupported
from transpiler.lower.data import generated
from transpiler.source.between import changed_between, grown_between
from transpiler.source.children import children_of
from transpiler.source.lexical import may_act, names_in
from transpiler.source.syntax import all_in, python_tree
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
    given = [one.text for one in call.given.values() if one.text]
    for outer, inner in _path(statement, call.node):
        parts = children_of(outer)
        for one in parts[: parts.index(inner)]:
            code = tree.code(one) if tree.has_span(one) else ""
            if has_effect(region, code, arrays=True) or (
                may_act(code) and any(changed_between(tree.text, g, *tree.span(one)) for g in given)
            ):
                raise Unsupported(
                    "a call behind another one in one statement that changes something"
                )


def check_arguments(tree: Tree, call: TrainingCall, named: bool) -> None:
    """Refuse a `fit` of which one argument changes what another one reads, in another order.

    model.fit(x, y, epochs=counter["n"] + 1, batch_size=counted())

    `named` is whether some settings are evaluated above the data.
    """
    order = list(call.given)
    given = {name: one.node for name, one in call.given.items() if name != "callbacks"}
    nodes = {n: node for n, node in given.items() if node is not None and tree.has_span(node)}
    texts = {name: tree.source(node) for name, node in nodes.items()}
    begun = {name for name, node in nodes.items() if _only_begins(tree, node, call.given[name])}
    for one in (name for name, text in texts.items() if may_act(text) and name not in begun):
        for other, text in texts.items():
            pair = sorted((one, other), key=order.index)
            alike = (one in _DATA) == (other in _DATA) and may_act(text)
            kept = not named and pair == [name for name in _ORDER if name in pair]
            if one == other or alike:
                continue
            changed = grown_between if kept else changed_between  # Keras reads data afterwards
            found = changed(tree.text, text, *tree.span(nodes[one]))
            if (
                not found
                and call.region is not None
                and has_effect(call.region, texts[one], arrays=True)
            ):
                found = min(_given_in(texts[one]) & names_in(text), default="")
            if found:
                raise Unsupported(f"`{one}` changes `{found}`, which `{other}` reads")


def check_callback(tree: Tree, call: TrainingCall, arguments: Iterable[str]) -> None:
    """Refuse a `fit` of which an argument changes what those of a callback read, made before it.

    stopping = EarlyStopping(patience=rng.integers(9))
    model.fit(noisy(x, rng), y, callbacks=[stopping])
    """
    for name, one in call.given.items():
        node = one.node
        if name == "callbacks" or node is None or not tree.has_span(node):
            continue
        if not may_act(tree.source(node)) or _only_begins(tree, node, one):
            continue
        acts = call.region is None or has_effect(call.region, tree.source(node))
        for text in sorted(arguments):
            found = changed_between(tree.text, text, *tree.span(node))
            if acts and call.region is not None and has_effect(call.region, text):
                found = found or text
            if found:
                raise Unsupported(f"`{name}` changes `{found}`, which a callback has read before")


def _only_begins(tree: Tree, node: cst.CSTNode, given: Given) -> bool:
    """Whether an argument makes a generator, of which nothing runs before it is asked."""
    if generated(given) is None or not isinstance(node, cst.Call):
        return False
    made = tree.source(node.func).rpartition(".")[2]
    return not made[:1].isupper() and not any(may_act(tree.source(a.value)) for a in node.args)


def _given_in(text: str) -> set[str]:
    """The variables that calls in an expression get."""
    parsed = python_tree(text)
    calls = [n for n in all_in(parsed) if isinstance(n, ast.Call)] if parsed is not None else []
    given = [part for call in calls for part in (*call.args, *(k.value for k in call.keywords))]
    return {n.id for part in given for n in all_in(part) if isinstance(n, ast.Name)}


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
    for child in children_of(node):
        if child is part:
            return [(node, child)]
        if inner := _path(child, part):
            return [(node, child), *inner]
    return []
