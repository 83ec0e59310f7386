"""Functions that are applied to elements with a part, and to others that lack it.

def decode(path, label=None):
    ...
    if label is None:
        return image
    return image, label

Without the part, the function is known both ways, since anybody may call it with one.
"""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.summary import Summary
from transpiler.interpret.values import Value
from transpiler.ir.code import If, Line, Node, Return
from transpiler.passes.liveness import walk


def statements(summary: Summary) -> list[Node]:
    """What a function does with tensors."""
    return summary.region.forward if summary.region is not None else []


def lacking_part(summary: Summary) -> str:
    """The parameter that a way of a function lacks, and asks whether it is None; "" if none."""
    asked = [node.test.text for node in statements(summary) if isinstance(node, If)]
    for parameter in parameters_of(summary.function.node):
        default, name = parameter.default, parameter.name
        absent = isinstance(default, cst.Name) and default.value == "None"
        if absent and name not in summary.given:
            if any(test in (f"{name} is None", f"{name} is not None") for test in asked):
                return name
    return ""


def value_without(summary: Summary, name: str) -> Value | None:
    """What a function gives where that part is not there."""
    assert summary.region is not None
    returns = [node for node in walk(statements(summary)) if isinstance(node, Return)]
    last = _decided(statements(summary), name, given=False)[-1]
    if last not in returns or len(returns) != len(summary.region.returns):
        return None
    return summary.region.returns[returns.index(last)][0]


def is_way_of(one: Summary, both: Summary) -> bool:
    """Whether the statements of one way are among those of what is known both ways."""
    added = one.given - both.given
    if len(added) != 1 or one.kind != both.kind or one is both:
        return False
    found = _texts(_decided(statements(both), next(iter(added)), given=True))
    return None not in found and found == _texts(statements(one))


def _decided(nodes: list[Node], name: str, given: bool) -> list[Node]:
    """The statements that run where the part is given, or is not."""
    found: list[Node] = []
    for node in nodes:
        test = node.test.text if isinstance(node, If) else ""
        if isinstance(node, If) and test in (f"{name} is None", f"{name} is not None"):
            found += node.body if (test == f"{name} is not None") == given else node.orelse
        else:
            found.append(node)
        if found and isinstance(found[-1], Return):
            break
    return found


def _texts(nodes: list[Node]) -> list[str | None]:
    """What statements say; None for a block of them."""
    return [
        n.text if isinstance(n, Line) else n.value.text if isinstance(n, Return) else None
        for n in nodes
    ]


def joined_ways(alike: list[Summary]) -> list[Summary]:
    """The ways of one function, without those that are in another one."""
    return [one for one in alike if not any(is_way_of(one, both) for both in alike)]
