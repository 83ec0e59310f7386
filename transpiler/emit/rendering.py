"""The text of every class; what can't be written fails with all that depends on it."""

from __future__ import annotations

import symtable
from itertools import chain, count

import libcst as cst

from transpiler.emit.changed_sizes import refuse_changed
from transpiler.emit.class_names import variable_of
from transpiler.emit.classes.draft import ClassDraft
from transpiler.emit.classes.kept_values import without_kept
from transpiler.emit.classes.plan import EmitError
from transpiler.emit.classes.writing import write_class
from transpiler.emit.stale_names import READ_FIRST, is_read_first
from transpiler.emit.units import CLASS_TOKEN, FilePlan, Unit
from transpiler.interpret.region import Built
from transpiler.ir.tokens import MARK
from transpiler.passes.liveness import modules_used, prune


def render(planned: FilePlan) -> None:
    """Write every class; what can't be written fails with all that depends on it."""
    units = planned.units
    written = planned.written
    for unit in units:
        if planned.file.changed:
            unit.problem = planned.file.changed
            continue
        try:
            _share(planned, unit, written)
            draft = ClassDraft(unit.plan)
            refuse_changed(planned, unit, draft)
            unit.text = write_class(draft)
            unit.reads = _names_read(planned, unit.text.text)
            written.append((unit, draft))
        except EmitError as why:
            unit.problem = str(why)
    changed = True
    while changed:
        changed = False
        for unit in units:
            if unit.problem or unit.text is None:
                continue
            used = {int(s) for c in unit.text.constructors for s in CLASS_TOKEN.findall(c.text)}
            for serial in used:
                block = planned.blocks.get(serial)
                if block is not None and block.problem:
                    name = block.summary.function.name if block.summary else ""
                    unit.problem = f"`{name}`: {block.problem}"
                    changed = True


#: What classes call of Python's own functions.
_CALLED = frozenset({
    "enumerate", "int", "len", "list", "max", "min", "range", "reversed", "sorted", "sum",
    "super", "tuple", "zip",
})  # fmt: skip


def _names_read(planned: FilePlan, text: str) -> set[str]:
    """What a class reads of its module: nothing that nobody defines, or of the framework."""
    found: set[str] = set()
    known = planned.known_names
    try:
        tables = [symtable.symtable(text, "<class>", "exec")]
        if "break" in text or "continue" in text:  # a loop around them is only asked for here
            compile(text, "<class>", "exec", dont_inherit=True)
    except SyntaxError as why:
        if MARK in text:
            raise EmitError("a loop over what is only known when the program runs") from why
        raise EmitError(f"internal error (the class is not valid Python: {why})") from why
    while tables:
        table = tables.pop()
        tables += table.get_children()
        if isinstance(table, symtable.Function):
            for name in _CALLED.intersection(table.get_locals()):
                if f"{name}(" in text:
                    raise EmitError(f"`{name}` is a variable there, and Python's own is called")
            for name in known.intersection(table.get_locals()).difference(table.get_parameters()):
                if is_read_first(text, name):
                    raise EmitError(f"`{name}` {READ_FIRST}")
            of_module = table.get_globals()
        elif table.get_type() == "class":  # the defaults of its methods' parameters
            of_module = tuple(s.get_name() for s in table.get_symbols() if s.is_global())
        else:
            continue
        for name in of_module:
            if name not in known:
                raise EmitError(f"`{name}` would not be defined in the class")
            if name in planned.framework_names:
                raise EmitError(f"the class would need `{name}` of the framework")
            found.add(name)
    return found


def _share(planned: FilePlan, unit: Unit, written: list[tuple[Unit, ClassDraft]]) -> None:
    """Modules that an earlier model of the same region made, or that a borrowed model has."""
    if unit.built is None:
        return
    elsewhere = {
        id(r): r for _, r in unit.region.shared_modules.values() if r.file is not planned.file
    }
    lent = [pair for r in elsewhere.values() if r.file.planned for pair in r.file.planned.written]
    others = [pair for pair in [*written, *lent] if pair[0].built is not None]
    if not others and not unit.region.shared_modules:
        return
    forward, _ = prune(unit.plan.forward, frozenset(), effects=False)
    forward, _ = without_kept(unit.plan, unit.plan.init, forward)
    given = unit.plan.required  # models that are made outside: each part of them is theirs
    tokens = [t for t, m in modules_used(forward).items() if m.constructor.text not in given]
    owners: dict[str, None] = {}
    for other, draft in others:
        assert other.built is not None
        if other.built.excludes(unit.built):
            continue
        for token in tokens:
            if token not in draft.attrs:
                continue
            owner = _owner(planned, unit, other, token)
            if owner is None:
                continue
            found = (owner, draft.attrs[token], draft.paths[token])
            known = unit.plan.shared.setdefault(token, found)
            if known != found and other.region is unit.region and other.built.ways:
                raise EmitError("two models share layers, under different names")
            owners.setdefault(known[0])
    for token in tokens:
        if token in unit.region.shared_modules and token not in unit.plan.shared:
            raise EmitError("the model whose layers are shared is not converted")
    kept = [r for r in unit.plan.required if r not in owners]
    unit.plan.required = (*owners, *kept)


def _owner(planned: FilePlan, unit: Unit, other: Unit, token: str) -> str | None:
    """How `__init__` refers to the model that made a module."""
    assert unit.built is not None
    borrowed = unit.region.shared_modules.get(token)
    if borrowed is not None and borrowed[1] is other.region:
        if unit.built.is_stale(borrowed[0], unit.region.model_names.get(borrowed[0].text)):
            raise EmitError(_NO_LONGER.format(borrowed[0].text))
        return borrowed[0].text
    if other.region is unit.region and other.built is not None:
        if not _always_before(planned, unit, other):
            raise EmitError("two models share layers, and the first is not always made")
        if _made_in_one_statement(planned, other.built, unit.built):  # it has no name as yet
            if unit.region.is_module:
                raise EmitError("it shares layers with a model that the same statement makes")
            return _named_apart(planned, other.built)
        name = other.built.variable or variable_of(other)
        if other.built.model.expr is not None:
            name = other.built.model.expr.text
        expr = other.built.model.expr if not other.built.ways else None
        stale = expr is not None and unit.built.is_stale(expr, other.built.model)
        if stale or _is_bound_anew(planned, unit, other.built, name):
            raise EmitError(_NO_LONGER.format(name))
        return name or _named_apart(planned, other.built)
    return None


_NO_LONGER = "it shares layers with a model that `{}` no longer is"


def _made_in_one_statement(planned: FilePlan, one: Built, other: Built) -> bool:
    """Whether a statement makes both; a Sequential is complete with a later one than that."""
    whole = one.statement
    if whole is None or whole is not other.statement:
        return False
    start, end = planned.tree.span(whole)
    return all(start <= planned.tree.span(built.node)[0] < end for built in (one, other))


def _is_bound_anew(planned: FilePlan, unit: Unit, other: Built, name: str) -> bool:
    """Whether a variable is another model by the time that a later one is made."""
    assert unit.built is not None
    made, now = (planned.tree.span(built.node)[0] for built in (other, unit.built))
    return any(
        made < planned.tree.span(one.node)[0] < now
        and not one.excludes(other)
        and name in (one.variable, one.model.expr.text if one.model.expr is not None else "")
        for one in unit.region.built
    )


def _named_apart(planned: FilePlan, built: Built) -> str:
    """Give a model that is made in one statement with others a variable of its own."""
    if built.apart:
        return built.variable
    line = built.statement
    small = line.body[-1] if isinstance(line, cst.SimpleStatementLine) else line
    if not isinstance(small, (cst.Return, cst.Assign)):
        raise EmitError("two models share layers, and the first has no name")
    names = chain(["model"], (f"model_{number}" for number in count(2)))
    built.variable = next(name for name in names if name not in planned.tree.words)
    built.apart = True
    return built.variable


def _always_before(planned: FilePlan, unit: Unit, other: Unit) -> bool:
    """Whether wherever a model is made, another one, or what stands for it, was made before."""
    assert unit.built is not None
    assert other.built is not None
    ways = other.built.ways
    if ways == unit.built.ways[: len(ways)]:
        return True
    sides = {
        built.ways[-1].side
        for built in unit.region.built
        if len(built.ways) == len(ways)
        and [way.id for way in built.ways] == [way.id for way in ways]
        and built.variable == other.built.variable
    }
    return bool(other.built.variable) and sides == {0, 1} and len(ways) == 1
