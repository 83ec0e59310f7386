"""What a loop sets in its first round alone stands before the loop.

for i, width in enumerate(widths):     # x = inputs
    if i == 0:                         # for width in widths:
        x = inputs                     #     x = F.relu(dense(x))
    x = layers.Dense(width)(x)
"""

from __future__ import annotations

from typing import TypeAlias

import libcst as cst

from transpiler.interpret.control.suites import body_of
from transpiler.interpret.control.targets import target_names
from transpiler.interpret.region import Region
from transpiler.source.lexical import names_in

Suite: TypeAlias = "tuple[cst.CSTNode, ...]"


def parted(region: Region, node: cst.For) -> tuple[Suite, Suite]:
    """The statements of the first round alone, and those of every one.

    They are those of an `if` that begins the body, where they set variables that nothing has set
    before, to what doesn't change in the loop: without a round, Python has none of these.
    """
    body = body_of(node.body)
    match body[0]:
        case cst.If(
            test=cst.Comparison(
                left=cst.Name(value=counter),
                comparisons=[
                    cst.ComparisonTarget(operator=cst.Equal(), comparator=cst.Integer(value="0"))
                ],
            ),
            orelse=None,
        ) as first if counter == _counter(node):
            statements = body_of(first.body)
        case _:
            return (), body
    turns = set(target_names(node.target))
    if all(_sets_new(region, statement, turns) for statement in statements):
        return statements, body[1:]
    return (), body


def _sets_new(region: Region, statement: cst.CSTNode, turns: set[str]) -> bool:
    """Whether it sets a variable that is new, to something other than what takes its turns."""
    match statement:
        case cst.SimpleStatementLine(
            body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]) as made]
        ):
            known = name in region.scope.values or name in region.parameters
            return not known and turns.isdisjoint(names_in(region.tree.code(made.value)))
    return False


def _counter(node: cst.For) -> str:
    """The variable that counts the rounds from 0: `for i, item in enumerate(items)`."""
    match node:
        case cst.For(
            target=cst.Tuple(elements=[cst.Element(value=cst.Name(value=name)), _]),
            iter=cst.Call(func=cst.Name(value="enumerate"), args=[_]),
        ):
            return name
        case cst.For(target=cst.Name(value=name), iter=cst.Call(func=cst.Name("range"), args=[_])):
            return name
    return ""
