"""Names that both the program and an emitted helper want.

The helper takes another name, wherever it can be told from the program's one; where the same code
of a model needs both, it is refused. A class for a function of the program's takes another one too
(class_names.py).
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.diagnostics import LEFT_CODE
from transpiler.emit.draft import Draft
from transpiler.emit.edits import Edit
from transpiler.emit.text import substitute_names
from transpiler.emit.units import FilePlan, Unit
from transpiler.interpret.region import Region
from transpiler.interpret.values import Static
from transpiler.ir.code import Construct, Node
from transpiler.passes.liveness import walk
from transpiler.record import replace
from transpiler.source.lexical import names_read, standing

#: What starts weights from Keras's defaults, at the end of a class that makes some.
INIT = "init_like_keras"
#: What is said of such a name.
BOTH = "is also the name of something that converted code needs"


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
    found = _of_tensors(planned)
    trained = [frozenset(t.helpers) for t in planned.trained if not t.training.problem]
    return found.union(*(_with_needs(planned, helpers) for helpers in trained))


def _of_tensors(planned: FilePlan) -> set[str]:
    """Those of classes and functions on tensors."""
    found = set[str]().union(*(_of_unit(planned, unit) for unit in planned.units))
    regions = [s.region for s in planned.operations if s.region is not None]
    return found.union(*(helpers_of(planned, region, []) for region in regions))


def _is_called(planned: FilePlan, name: str) -> bool:
    return re.search(rf"{standing(name)}\(", planned.tree.blanked) is not None


def refuse_clashes(planned: FilePlan) -> None:
    """Note as a problem that converted code reads something that is called as a helper of it.

    But for what is no function where only training needs the helper, which is one.
    """
    suspects = planned.own_names & set(planned.file.rules.emitted)
    if not suspects or not (suspects := suspects & all_helpers(planned)):
        return
    of_tensors = _of_tensors(planned)
    suspects = {n for n in suspects if n in of_tensors or _is_called(planned, n)}
    clashing = suspects & _read_by_converted(planned)
    for unit in planned.units:
        if clashing and not unit.problem:
            unit.problem = f"`{min(clashing)}` {BOTH}: rename it"


def _of_unit(planned: FilePlan, unit: Unit) -> set[str]:
    return helpers_of(planned, unit.region, unit.plan.init)


def _read_by_converted(planned: FilePlan) -> set[str]:
    """The names in the functions, or the statements of the module, that are converted."""
    summaries = [u.summary for u in planned.units if u.summary is not None]
    nodes: list[cst.CSTNode] = [s.function.node for s in (*summaries, *planned.operations)]
    if planned.module_units:
        nodes += [n for n in planned.tree.module.body if not isinstance(n, cst.ClassDef)]
    return names_read("\n".join(map(planned.tree.source, nodes)))


def rename_helpers(draft: Draft, others: dict[str, str]) -> None:
    """Give helpers other names in what is emitted, which may read the program's own by theirs.

    In what stands in the place of code that reads the program's one, or in a class that does, the
    helper is what is called: the program's is not, or there is no telling them.
    """
    own = others.keys() & draft.planned.own_names
    classes = [(unit, unit.text.text) for unit in draft.planned.units if unit.text is not None]
    read = [names_read(t) - _of_unit(draft.planned, unit) - {INIT} for unit, t in classes if own]
    of_classes = own & frozenset[str]().union(*read)
    edits: list[Edit] = []
    for edit in draft.edits:
        place = draft.tree.text[edit.start : edit.end]
        both = own & (names_read(place) if place.strip() else of_classes) & names_read(edit.text)
        both |= {name for name in own & names_read(edit.text) if _is_plain(draft, name)}
        text = substitute_names(edit.text, {n: o for n, o in others.items() if n not in both})
        for name in sorted(both):
            text = re.sub(rf"{standing(name)}(?=\()", others[name], text)
            if _is_called(draft.planned, name) and not _is_plain(draft, name):
                line, column = draft.tree.line_column(edit.start)
                message = f"`{name}` {BOTH}: rename it"
                draft.say_at(LEFT_CODE, line, column, message)
        edits.append(replace(edit, text=text))
    draft.edits = edits


def _is_plain(draft: Draft, name: str) -> bool:
    """Whether the program's own is a plain value, which nobody calls."""
    return isinstance(draft.file.globals.get(name), Static)
