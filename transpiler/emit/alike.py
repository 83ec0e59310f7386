"""Classes of one function that differ in their names only: one class."""

from __future__ import annotations

from transpiler.emit.classes.writing import class_text
from transpiler.emit.naming import camel, free
from transpiler.emit.units import FilePlan, Unit
from transpiler.record import replace
from transpiler.source.lexical import without_comments


def merge_alike(planned: FilePlan) -> None:
    """Let the models that a builder makes on several ways, and blocks, share their classes.

    Blocks first: models that are made of the same blocks may be the same themselves.
    """
    by_node: dict[int, list[Unit]] = {}
    for unit in planned.blocks.values():
        by_node.setdefault(id(unit.node), []).append(unit)
    merged = [pair for units in by_node.values() for pair in _alike(units)]
    for first, others in merged:
        for other in others:
            assert other.summary is not None
            planned.class_names[other.summary.serial] = other.plan.name = first.plan.name
    if merged:
        _rewrite(planned, planned.units)
    for summary, units in planned.builders:
        for first, others in _alike(units):
            _name(planned, camel(summary.function.name), first, others)
            _rewrite(planned, [first])


def _alike(units: list[Unit]) -> list[tuple[Unit, list[Unit]]]:
    """Each first class of several that are the same, with the others, which are noted as such."""
    groups: dict[str, list[Unit]] = {}
    for unit in units:
        if unit.text is not None and not unit.problem and not unit.plan.shared:
            groups.setdefault(_body(unit.text.text), []).append(unit)
    found = [(first, others) for first, *others in groups.values() if others]
    for _, others in found:
        for other in others:
            other.alike = True
    return found


def _body(text: str) -> str:
    """A class but for its name and its comments, of which the first one has them all."""
    bare = without_comments(text.partition("\n")[2])
    return "\n".join(line.rstrip() for line in bare.splitlines() if line.strip())


def _name(planned: FilePlan, base: str, first: Unit, others: list[Unit]) -> None:
    """Name models after their builder, unless one of them is called so already."""
    named = (u.plan.name for u in (first, *others) if u.plan.name in (base, f"{base}Model"))
    first.plan.name = next(named, "") or free(base, planned.taken, "Model")
    for other in others:
        other.plan.name = first.plan.name


def _rewrite(planned: FilePlan, units: list[Unit]) -> None:
    """Write classes again, since names in them have changed."""
    drafts = {id(unit): draft for unit, draft in planned.written}
    for unit in units:
        if unit.text is not None and not unit.alike:
            unit.text = replace(unit.text, text=class_text(drafts[id(unit)]))
