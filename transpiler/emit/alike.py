"""Models that a builder makes on several ways, and that differ in their names only: one class."""

from __future__ import annotations

from transpiler.emit.classes.writing import class_text
from transpiler.emit.naming import camel, free
from transpiler.emit.units import FilePlan, Unit
from transpiler.record import replace


def merge_alike(planned: FilePlan) -> None:
    """Let models of one builder whose classes are the same be made of the first one's class."""
    for summary, units in planned.builders:
        groups: dict[str, list[Unit]] = {}
        for unit in units:
            if unit.text is not None and not unit.problem and not unit.plan.shared:
                groups.setdefault(_body(unit.text.text), []).append(unit)
        for first, *others in groups.values():
            if others:
                _merge(planned, camel(summary.function.name), first, others)


def _body(text: str) -> str:
    """A class but for its name and its comments, of which the first one has them all."""
    lines = text.splitlines()[1:]
    return "\n".join(line for line in lines if line.strip() and line.strip()[0] != "#")


def _merge(planned: FilePlan, base: str, first: Unit, others: list[Unit]) -> None:
    """Name the class after the builder, unless one of the models is called so already."""
    named = (u.plan.name for u in (first, *others) if u.plan.name in (base, f"{base}Model"))
    first.plan.name = next(named, "") or free(base, planned.taken, "Model")
    assert first.text is not None
    draft = next(d for u, d in planned.written if u is first)
    first.text = replace(first.text, text=class_text(draft))
    for other in others:
        other.plan.name = first.plan.name
        other.alike = True
