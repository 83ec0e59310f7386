"""How functions on tensors are called, which stay functions.

One that computes something else for images than for features, since torch has their axes in another
order, becomes two: `norm` and `norm_2d`.
"""

from __future__ import annotations

from transpiler.emit.contents import texts_of
from transpiler.emit.units import FilePlan
from transpiler.interpret.summary import Summary
from transpiler.passes.liveness import walk


def name_operations(planned: FilePlan) -> None:
    """Name each; those that are written alike are one."""
    kept: list[Summary] = []
    for alike in _by_function(planned.operations):
        taken: set[str] = set()
        names: dict[tuple[str, ...], str] = {}
        for summary in alike:
            nodes = walk(summary.forward)
            written = tuple(planned.named(t) for node in nodes for t in texts_of(node))
            if written not in names:
                names[written] = _name(summary, len(alike) > 1, taken)
                taken.add(names[written])
                kept.append(summary)
            planned.class_names[summary.serial] = names[written]
        if len(names) == 1:
            for summary in alike:
                planned.class_names[summary.serial] = summary.function.name
    planned.operations = kept


def _by_function(operations: list[Summary]) -> list[list[Summary]]:
    found: dict[int, list[Summary]] = {}
    for summary in operations:
        found.setdefault(id(summary.function.node), []).append(summary)
    return list(found.values())


def _name(summary: Summary, several: bool, taken: set[str]) -> str:
    """The name of the function, told apart by the number of axes."""
    name = summary.function.name
    assert summary.region is not None
    rank = max(summary.region.given_ranks.values(), default=0)
    wanted = f"{name}_{rank - 2}d" if several and rank > 2 else name
    number = 2
    while wanted in taken:
        wanted = f"{name}_{number}"
        number += 1
    return wanted
