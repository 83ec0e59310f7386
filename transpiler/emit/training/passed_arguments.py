"""What calls of functions give to their parameters, those of partial functions, too.

make_fast = partial(make, 16, lr=0.1)
model = make_fast(3)                    # its second parameter; `lr` is none of what it says
"""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.context import FileContext
from transpiler.interpret.summary import Summary


def taken_in_order(file: FileContext, node: cst.CSTNode, summary: Summary) -> list[str]:
    """The parameters that get what a call gives by position."""
    gathered = summary.function.node.params.star_kwarg
    rest = "" if gathered is None else gathered.name.value
    names = [p.name for p in summary.parameters if p.name != rest]
    before = [k for k, _ in file.completed_calls.get(id(node), ()) if k is None]
    return names[bool(summary.function.owner) + len(before) :]


def given_before(file: FileContext, node: cst.CSTNode, summary: Summary) -> frozenset[str]:
    """The parameters that get something of the partial function that is called, if it is one."""
    completed = file.completed_calls.get(id(node), ())
    named = {name for name, _ in completed if name is not None}
    by_place = len(completed) - len(named)
    names = [p.name for p in summary.parameters][bool(summary.function.owner) :]
    return frozenset({*named, *names[:by_place]})


def argument_for(
    file: FileContext, node: cst.CSTNode, summary: Summary, name: str
) -> cst.Arg | None:
    """The argument of a call for a parameter; None where it has none, or that can't be told."""
    names = taken_in_order(file, node, summary)
    for position, argument in enumerate(node.args if isinstance(node, cst.Call) else ()):
        if argument.star or (argument.keyword is None and position >= len(names)):
            return None
        keyword = argument.keyword.value if argument.keyword is not None else names[position]
        if keyword == name:
            return argument
    return None
