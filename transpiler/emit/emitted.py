"""Functions and classes that the emitted code needs, and where they stand."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

import libcst as cst

from transpiler.emit.clashes import INIT, rename_helpers
from transpiler.emit.draft import Draft, is_import
from transpiler.emit.edits import Edit, apply
from transpiler.emit.foreign import foreign_models
from transpiler.emit.instances import first_model
from transpiler.emit.text import read_at_once
from transpiler.emit.units import CLASS_TOKEN
from transpiler.interpret.context import FileContext
from transpiler.record import replace
from transpiler.source.lexical import names_read, words_in
from transpiler.source.syntax import all_in


def add_helpers(draft: Draft) -> None:
    """Functions that classes need stand after the last class before their use."""
    helpers = _helper_text(draft).rstrip("\n")
    candidates = [*draft.class_edits, *draft.after_classes]
    limit = _first_use(draft)
    foreign = [draft.top_level_start(node) for node in foreign_models(draft.planned)]
    first = min(foreign, default=None)
    above = first is None or any(e.start <= first for e in candidates)
    if helpers and candidates and above:
        limits = [place for place in (limit, first) if place is not None]
        usable = [e for e in candidates if all(e.start <= place for place in limits)]
        latest = reversed(usable or candidates[:1])  # of several at one place, the last
        target = max(latest, key=lambda e: (e.start, e.end))
        ending = target.text[len(target.text.rstrip("\n")) :]
        body = target.text.rstrip("\n")
        if any(target is e for e in draft.after_classes):
            text = f"\n\n{helpers}\n"
        else:
            text = f"{body}\n\n\n{helpers}{ending}"
        draft.edits = [Edit(e.start, e.end, text) if e is target else e for e in draft.edits]
    elif helpers and foreign:
        _add_alone(draft, helpers)
    elif helpers and draft.operations:  # a file of losses
        spots = (draft.top_level_start(s.function.node) for s in draft.planned.operations)
        draft.insert_class(min(spots), helpers)
    elif helpers and draft.file.arrived:
        defined = (node for node in draft.top if isinstance(node, _DEFINED))
        draft.insert_class(draft.top_level_start(next(defined)), helpers)


def _add_alone(draft: Draft, helpers: str) -> None:
    """They stand before the function that makes a model of another file, or else at the head."""
    spot = first_model(draft)
    if any(draft.top_level_start(s) == spot for s in draft.top if isinstance(s, _DEFINED)):
        draft.insert_class(spot, helpers)
        return
    from transpiler.emit.training.head import loaders_edit

    draft.edits.append(loaders_edit(draft.tree, helpers, spot))


_DEFINED = (cst.FunctionDef, cst.ClassDef)


def _first_use(draft: Draft) -> int | None:
    """Where the module first makes something whose class needs the helpers."""
    names = {u.plan.name for u in draft.planned.units}
    names |= {s.function.name for s, _ in draft.planned.builders}
    names |= {s.function.name for s in draft.file.summaries.values() if s.kind == "builder"}
    names |= {s.function.owner for s, _ in draft.planned.builders} - {""}  # whoever makes it
    names |= {s.function.name for s in draft.planned.operations}
    found = [] if draft.first_use is None else [draft.first_use]
    for statement in draft.top:
        if isinstance(statement, (cst.FunctionDef, cst.ClassDef)) or is_import(statement):
            continue
        if names & words_in(draft.tree.code(statement)):
            found.append(draft.tree.span(statement)[0])
            break
    return min(found, default=None)


def _helper_text(draft: Draft) -> str:
    """What the classes need, in the order in which one needs the other."""
    emitted = draft.file.rules.emitted
    order: list[str] = []

    def visit(name: str) -> None:
        if name in order or name not in emitted:
            return
        for need in emitted[name].needs:
            visit(need)
        order.append(name)

    init, arrived = "", _made_by_arrivals(draft)
    own = any(INIT in (u.text.text if u.text else "") for u in draft.planned.units)
    if own or arrived or any(_starts_weights(emitted, h) for h in draft.helpers):
        made = draft.torch_classes | _made_elsewhere(draft.file) | arrived
        init = draft.file.rules.default_init(sorted(made))
        if not init:
            _without_init(draft)
    draft.helpers = {name for name in draft.helpers if not _is_unread(draft, name)}
    for name in sorted(draft.helpers):
        visit(name)
    words = draft.tree.words
    written = {name: emitted[name].written(words, _options(draft, name)) for name in order}
    draft.helpers = set(order)
    first: set[str] = set()
    module = draft.file.module
    settled = module.settled_needs(first_model(draft)) if module is not None else frozenset()
    asked = _asked_early(draft, {name for name in order if written[name].strip()})
    settled |= asked.keys()
    for name in reversed(order):  # what is called early needs what it calls as early
        if emitted[name].early or name in first or name in settled:
            first |= {name, *emitted[name].needs}
    early = [n for n in order if n in first]
    parts = [
        written[name].rstrip("\n") for name in order if written[name].strip() and name not in early
    ]
    if early:
        from transpiler.emit.training.head import loaders_edit

        source = "\n\n\n".join(written[n].rstrip("\n") for n in early)
        module = draft.file.module
        assert module is not None
        starts = [*(start for start, _ in module.settled), *asked.values()]
        limit = min(starts, default=first_model(draft))
        edit = loaders_edit(draft.tree, source, limit)
        at = (n for n, e in enumerate(draft.edits) if e.start == e.end == edit.start)
        remarks = (n for n in at if "# TODO(tf2torch)" in draft.edits[n].text)
        draft.edits.insert(next(remarks, len(draft.edits)), edit)  # above what is said there
    if init:
        parts.append(init.strip("\n"))
        draft.helpers.add(INIT)
    parts += [source.rstrip("\n") for source in draft.training_functions.values()]
    return "".join(f"{p}\n\n\n" for p in parts)


def _starts_weights(emitted: Mapping[str, Any], name: str) -> bool:
    """Whether a helper starts weights from Keras's defaults, or one that it calls does."""
    needs = emitted[name].needs if name in emitted else ()
    return INIT in needs or any(_starts_weights(emitted, need) for need in needs)


def _is_unread(draft: Draft, name: str) -> bool:
    """Whether it is what a regularizer becomes, of which layers are told the factors alone."""
    if not name.endswith("_penalty"):
        return False
    from transpiler.lower.handed_regularizers import PENALTIES  # few models have some

    if name not in PENALTIES:
        return False
    places = [edit for edit in draft.edits if name in edit.text]
    return all(
        any(
            e.start <= p.start and p.end <= e.end and e.end - e.start > p.end - p.start
            for e in draft.edits
        )
        for p in places
    )


def _asked_early(draft: Draft, helpers: set[str]) -> dict[str, int]:
    """Which of them a statement reads that runs before the first model is made, and where.

    It may read a function or a class of the program's own, which reads them when it is called.
    """
    limit = first_model(draft)
    early = [s for s in draft.top if helpers and draft.tree.span(s)[1] <= limit]
    edits = {id(s): _edits_in(draft, s) for s in early}
    asked = {id(s): helpers & words_in("\n".join(e.text for e in edits[id(s)])) for s in early}
    if not any(asked.values()):
        return {}
    own = {s.name.value for s in early if isinstance(s, _DEFINED)}
    inside: dict[str, set[str]] = {}  #: what functions and classes read of helpers and each other
    reads: list[tuple[int, set[str]]] = []
    for statement in early:
        read = asked[id(statement)] | (own & draft.tree.names(statement))
        if isinstance(statement, _DEFINED):
            name = statement.name.value
            inside[name] = inside.get(name, set()) | read
            text = apply(draft.tree.source(statement), edits[id(statement)]) if read else ""
            read = read & read_at_once(text)
        reads.append((draft.tree.span(statement)[0], read))
    found: dict[str, int] = {}
    for start, read in reads:
        while through := read & inside.keys():
            read = read.union(*(inside.pop(name) for name in through)) - through
        for name in read & helpers:
            found.setdefault(name, start)
    return found


def _edits_in(draft: Draft, statement: cst.CSTNode) -> list[Edit]:
    """What changes in a statement, by the places in its own text, besides classes of models."""
    first, last = draft.tree.span(statement)
    classes = {id(e) for e in (*draft.class_edits, *draft.after_classes)}
    inside = (e for e in draft.edits if first <= e.start and e.end <= last)
    return [Edit(e.start - first, e.end - first, e.text) for e in inside if id(e) not in classes]


def _options(draft: Draft, name: str) -> set[str]:
    """The options of an emitted class that rules ask for."""
    return {h.partition(".")[2] for h in draft.helpers if h.startswith(f"{name}.")}


def _made_elsewhere(file: FileContext) -> set[str]:
    """The constructors of the modules inside of other files' blocks that a file instantiates."""
    found: set[str] = set()
    pending = [(home, serial) for serial, (home, _) in file.foreign.items()]
    seen: set[int] = set()
    while pending:
        home, serial = pending.pop()
        unit = home.planned.blocks.get(serial)
        if serial in seen or unit is None or unit.text is None:
            continue
        seen.add(serial)
        found |= {c.text for c in unit.text.constructors}
        for inner in {int(s) for c in unit.text.constructors for s in CLASS_TOKEN.findall(c.text)}:
            there = home.foreign.get(inner)
            pending.append((home if there is None else there[0], inner))
    return found


def _made_by_arrivals(draft: Draft) -> set[str]:
    """The constructors in classes that came with functions which other files give models.

    Of those classes whose weights start like Keras's.
    """
    sources = [draft.tree.source(n) for n in draft.top if draft.is_torch(draft.tree.span(n)[0])]
    trees = [ast.parse(source) for source in sources if INIT in source]
    calls = (n for tree in trees for n in all_in(tree) if isinstance(n, ast.Call))
    return {ast.unparse(call) for call in calls}


def _without_init(draft: Draft) -> None:
    """Torch starts from the same weights: nothing to apply."""
    pattern = re.compile(
        r"( +if self\.\w+ is not None:\n)? +self\.(\w+\.)?apply\(init_like_keras\)\n"
    )
    changed = {id(e): replace(e, text=pattern.sub("", e.text)) for e in draft.edits}
    draft.class_edits = [changed[id(e)] for e in draft.class_edits if id(e) in changed]
    draft.after_classes = [changed[id(e)] for e in draft.after_classes if id(e) in changed]
    draft.edits = list(changed.values())


def rename_clashing(draft: Draft) -> set[str]:
    """The names that helpers define: others than the program has for something of its own."""
    if not draft.helpers & draft.tree.words:
        return set(draft.helpers)
    left = names_read(
        apply(draft.tree.text, [Edit(e.start, e.end, "") for e in draft.bare_edits()])
    )
    emitted = draft.file.rules.emitted
    clashing = {
        name: f"Torch{name}" if name[0].isupper() else f"torch_{name}"
        for name in draft.helpers & (left | draft.planned.own_names)
        if name not in emitted or emitted[name].source.strip()  # else it is an import
        if name != INIT or not _made_by_arrivals(draft)
    }
    if clashing:
        rename_helpers(draft, clashing)
    return {clashing.get(name, name) for name in draft.helpers}
