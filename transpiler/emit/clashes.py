"""Names that both the program and an emitted helper want.

Where only code that stays Keras reads the program's one, the helper takes another name
(emitted.py); a class for a function of the program's takes another one too (class_names.py).
"""

from __future__ import annotations

import libcst as cst

from transpiler.emit.units import FilePlan, Unit
from transpiler.interpret.region import Region
from transpiler.ir.code import Construct, Node
from transpiler.passes.liveness import walk
from transpiler.source.lexical import names_read


def helpers_of(planned: FilePlan, region: Region, init: list[Node]) -> set[str]:
    """The helpers that some code needs, with what those need."""
    made = [n.module.constructor for n in walk(init) if isinstance(n, Construct)]
    return _with_needs(planned, region.helpers_used.union(*(c.helpers for c in made)))


def _with_needs(planned: FilePlan, helpers: frozenset[str]) -> set[str]:
    """The helpers with what they need themselves."""
    emitted = planned.file.rules.emitted
    pending = list(helpers)
    found: set[str] = set()
    while pending:
        name = pending.pop()
        if name in emitted and name not in found:
            found.add(name)
            pending += emitted[name].needs
    return found


def all_helpers(planned: FilePlan) -> set[str]:
    """The helpers that all classes, functions on tensors and, once planned, training need."""
    found = set[str]().union(*(_of_unit(planned, unit) for unit in planned.units))
    regions = [s.region for s in planned.operations if s.region is not None]
    found = found.union(*(helpers_of(planned, region, []) for region in regions))
    trained = [frozenset(t.helpers) for t in planned.trained if not t.training.problem]
    return found.union(*(_with_needs(planned, helpers) for helpers in trained))


def refuse_clashes(planned: FilePlan) -> None:
    """Note as a problem that converted code reads something that is called as a helper of it."""
    suspects = planned.own_names & set(planned.file.rules.emitted)
    if not suspects or not (suspects := suspects & all_helpers(planned)):
        return
    clashing = suspects & _read_by_converted(planned)
    for unit in planned.units:
        if clashing and not unit.problem:
            needed = f"`{min(clashing)}` is also the name of something that converted code needs"
            unit.problem = f"{needed}: rename it"


def _of_unit(planned: FilePlan, unit: Unit) -> set[str]:
    return helpers_of(planned, unit.region, unit.plan.init)


def _read_by_converted(planned: FilePlan) -> set[str]:
    """The names in the functions, or the statements of the module, that are converted."""
    summaries = [u.summary for u in planned.units if u.summary is not None]
    nodes: list[cst.CSTNode] = [s.function.node for s in (*summaries, *planned.operations)]
    if planned.module_units:
        nodes += [n for n in planned.tree.module.body if not isinstance(n, cst.ClassDef)]
    return names_read("\n".join(map(planned.tree.source, nodes)))
