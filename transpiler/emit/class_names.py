"""How the classes of a file are called: after models, variables, builders and blocks."""

from __future__ import annotations

import re

from transpiler.emit.clashes import all_helpers
from transpiler.emit.naming import PLAIN, camel, free
from transpiler.emit.units import FilePlan, Unit
from transpiler.interpret.region import Built
from transpiler.interpret.summary import Summary
from transpiler.interpret.values import Framework, Function
from transpiler.regex import regex


def name_classes(planned: FilePlan) -> None:
    """Give every class a name that is free, in the order of the file."""
    entries: list[tuple[int, str, Unit]] = []
    for unit in planned.blocks.values():
        assert unit.summary is not None
        function = unit.summary.function
        base = camel(function.name)
        if function.nested_in and function.nested_in not in planned.file.class_methods:
            inner = "" if function.is_wrapper else base
            base = camel(function.nested_in) + inner
        base += _fixed_classes(unit)
        entries.append((offset_of(planned, unit.summary), base, unit))
    for summary, units in planned.builders:
        for unit in units:
            name = _model_name(planned, summary, unit, len(units))
            entries.append((offset_of(planned, summary), name, unit))
    for unit in planned.module_units:
        assert unit.built is not None
        entries.append(
            (planned.tree.span(unit.built.node)[0], _module_model_name(planned, unit), unit)
        )
    ranks = _rank_suffixes(planned.blocks)
    owned: set[str] = set()
    if planned.file.rules.emitted.keys() & {base for _, base, _ in entries}:
        planned.taken |= all_helpers(planned)
    for _, _, unit in entries:
        unit.plan.class_names = planned.class_names
        unit.plan.tensor_names = frozenset(unit.region.tensor_names)
        unit.plan.script = planned.script(unit.region, unit.summary)
        unit.plan.staying = frozenset(unit.region.staying)
    for _, base, unit in sorted(entries, key=lambda e: (e[0], _serial(e[2]))):
        suffix = "Model" if unit.built is not None else "Block"
        if unit.summary is not None and unit.built is None:
            base += ranks.get(unit.summary.serial, "")
        if unit.summary is not None and unit.summary.function.functional:
            unit.plan.name = base
            continue
        if _is_own_name(planned, unit, base) and base not in owned:
            owned.add(base)
            unit.plan.name = base
        else:
            unit.plan.name = free(base, planned.taken, suffix)
        if unit.summary is not None and unit.built is None:
            planned.class_names[unit.summary.serial] = unit.plan.name


def _is_own_name(planned: FilePlan, unit: Unit, name: str) -> bool:
    """Whether a class is called as the function in whose place it stands, which is gone then.

    The function may have given the one that works on tensors: all calls of it make the class then.
    """
    if unit.summary is None or unit.built is not None:
        return False
    function = unit.summary.function
    if function.name != name or (function.closes and not _is_only_called(planned, name)):
        return False
    file = planned.file
    held = file.globals.get(name)
    return (
        not planned.something_stays
        and isinstance(held, Function)
        and (bool(function.closes) or held.node is function.node)
        and not any(made.bases and made.functional is None for made in file.user_classes)
    )


def _is_only_called(planned: FilePlan, name: str) -> bool:
    """Whether the text says a name only to call it."""
    return re.search(rf"\b{name}\b(?!\()", planned.tree.text) is None


def _serial(unit: Unit) -> int:
    """Which of a block's classes comes first: the one that was met first."""
    return 0 if unit.summary is None else unit.summary.serial


def _fixed_classes(unit: Unit) -> str:
    """The layer classes that a block was given, other than its defaults: part of its name."""
    found: list[str] = []
    for parameter in unit.summary.parameters if unit.summary is not None else ():
        value = unit.region.scope.get(parameter.name)
        if parameter.name in unit.region.fixed_parameters and isinstance(value, Framework):
            name = value.name.rpartition(".")[2]
            default = parameter.default
            usual = "" if default is None else unit.region.tree.source(default).rpartition(".")[2]
            found += [name] if usual not in ("", name) else []
    return "".join(found)


def offset_of(planned: FilePlan, summary: Summary) -> int:
    """Where the function starts."""
    return planned.tree.span(summary.function.node)[0]


def _model_name(planned: FilePlan, summary: Summary, unit: Unit, count: int) -> str:
    assert unit.built is not None
    if summary.function.functional:
        return summary.function.nested_in
    built = unit.built
    if built.name and built.name.isidentifier():
        return camel(built.name)
    return _told_apart(built) + _plain_name(planned, summary, unit, count)


def _plain_name(planned: FilePlan, summary: Summary, unit: Unit, count: int) -> str:
    """The name of a model by its variable or its builder."""
    built = unit.built
    assert built is not None
    variable = built.variable or variable_of(unit)
    if (
        variable
        and variable.lower() not in PLAIN
        and (count > 1 or summary.function.name.startswith("_"))
    ):
        return camel(variable)
    if (
        summary.function.name in ("__init__", "main", "run", "load_model")
        and variable
        and variable not in PLAIN
    ):
        return camel(variable)
    if summary.function.name in ("__init__", "main", "run") or _only_makes(planned, summary):
        return camel(summary.function.nested_in or "Model")
    return camel(summary.function.name)


def variable_of(unit: Unit) -> str:
    """The variable that holds a model; a Sequential may have got it after it was complete."""
    built = unit.built
    assert built is not None
    model = built.model
    if model.kind == "sequential":
        for name, value in unit.region.scope.values.items():
            if value is model:
                return name.removeprefix("self.")
    return built.variable


def _module_model_name(planned: FilePlan, unit: Unit) -> str:
    built = unit.built
    assert built is not None
    if built.name and re.sub(r"\W", "_", built.name).isidentifier():
        return camel(built.name)
    variable = variable_of(unit)
    name = camel(variable) if variable and variable.lower() not in PLAIN else "Model"
    return _told_apart(built) + name


def _only_makes(planned: FilePlan, summary: Summary) -> bool:
    """Whether it is a method such as `build`: the class says what is built."""
    function = summary.function
    verbs = ("build", "create", "make", "get", "define", "construct")
    plain = function.name.lstrip("_") in verbs
    return plain and function.nested_in in planned.file.class_methods


_SAYS_LITTLE = regex(r"^(return|use|with|is|has|include|add|do)_")


def _told_apart(built: Built) -> str:
    """The first part of a class name: the condition under which the model is made."""
    label = built.ways[-1].label if built.ways else ""
    label = _SAYS_LITTLE.sub("", label.lower() if label.isupper() else label)
    return camel(label) if label else ""


def _rank_suffixes(blocks: dict[int, Unit]) -> dict[int, str]:
    """A block that is used at several ranks becomes `…1d`, `…2d`."""
    by_node: dict[int, list[Summary]] = {}
    for unit in blocks.values():
        assert unit.summary is not None
        by_node.setdefault(id(unit.summary.function.node), []).append(unit.summary)
    found: dict[int, str] = {}
    for summaries in by_node.values():
        if len(summaries) < 2:
            continue
        for summary in summaries:
            rank = _rank_of(summary)
            if rank > 2:
                found[summary.serial] = f"{rank - 2}d"
    return found


def _rank_of(summary: Summary) -> int:
    region = summary.region
    assert region is not None
    for name in summary.tensors:
        value = region.wants.get(f"rank:param:{name}")
        if isinstance(value, int):
            return value
    return 0
