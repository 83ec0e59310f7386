"""How functions on tensors are called, which stay functions.

One that computes something else for images than for features, since torch has their axes in another
order, becomes two: `norm` and `norm_2d`.
"""

from __future__ import annotations

import re

from transpiler.emit.classes.contents import texts_of
from transpiler.emit.units import FilePlan
from transpiler.interpret.functions.optional import joined_ways
from transpiler.interpret.summary import Summary
from transpiler.passes.liveness import walk


def name_operations(planned: FilePlan) -> None:
    """Name each; those that are written alike are one."""
    kept: list[Summary] = []
    lifted: set[str] = set()  #: what functions from inside of others are called outside
    for ways in _by_function(planned.operations):
        alike = joined_ways(ways)
        function = alike[0].function
        inside = function.nested_in and id(function.node) not in planned.file.kept_closures
        taken = {*planned.file.globals, *lifted, *_variables(planned, alike)} if inside else set()
        names: dict[tuple[str, ...], str] = {}
        written_by: dict[int, tuple[str, ...]] = {}
        for summary in alike:
            nodes = walk(summary.forward)
            written = tuple(planned.named(t) for node in nodes for t in texts_of(node))
            if written not in names:
                names[written] = ""
                kept.append(summary)
            written_by[summary.serial] = written
        for summary in kept[-len(names) :]:
            names[written_by[summary.serial]] = _name(summary, len(names) > 1, taken)
            taken.add(names[written_by[summary.serial]])
        for serial, written in written_by.items():
            planned.class_names[serial] = names[written]
        for summary in ways:
            planned.class_names.setdefault(summary.serial, function.name)
        lifted.update(names.values())
    planned.operations = kept


def _variables(planned: FilePlan, alike: list[Summary]) -> set[str]:
    """The name of a function, where the file calls a variable so too."""
    name = alike[0].function.name
    return {name} if re.search(rf"(?<![.\w]){name}\s*=[^=]", planned.tree.text) else set()


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
