"""What files that train models of another file want of that one."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import field

import libcst as cst

from transpiler.emit.draft import Draft
from transpiler.emit.training.callbacks import own_classes
from transpiler.emit.training.groups import Group
from transpiler.emit.training.own_callbacks import plain_class
from transpiler.emit.training.own_methods import without_beginning
from transpiler.emit.training.own_schedules import SCHEDULE, schedule_edits
from transpiler.emit.training.sequences import class_edits
from transpiler.emit.units import FilePlan
from transpiler.interpret.classes import CALLBACK
from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.data_sets import SEQUENCES
from transpiler.interpret.region import Built, Region
from transpiler.interpret.training import STEPS, TRAINING, TrainingCall, options_of, root
from transpiler.interpret.values import Function, Model, Namespace
from transpiler.lower.frozen_elsewhere import says, why_unclear
from transpiler.lower.training import Training
from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.imported import reaches, read_text, real_path
from transpiler.source.importers import (
    importers_of_importers,
    importing_files,
    is_imported,
    sees_training,
    training_files,
)
from transpiler.source.lexical import words_in
from transpiler.source.suites import nodes_of


@record(slots=True)
class Wanted:
    """What is wanted, by the functions that build the models and the numbers of these there."""

    logits: set[tuple[str, int]] = field(default_factory=set)  #: a method that gives them
    #: no `compile`: it is done there ("") or not, and why
    compiled: dict[tuple[str, int], str] = field(default_factory=dict)
    settled: set[tuple[int, int]] = field(default_factory=set)  #: layers whose regularizers count
    marks: bool = False  #: that layers carry their regularizers
    classes: set[str] = field(default_factory=set)  #: callbacks and data that it gives them


def why_unseen(path: str) -> str:
    """Why a model that a function of a file compiles is trained by nothing that is followed."""
    others = sorted({os.path.basename(other) for other in training_files(path)})
    if not others or len(others) > 3:
        return "what trains the model is not seen"
    names = " or ".join(f"`{name}`" for name in others)
    return f"nothing in {names} that is followed trains the model"


#: What may find a function by a name that is put together, or all of a module.
_BY_NAME = regex(r"\b(?:getattr|globals|vars|eval|exec|import_module|getmembers)\(|__dict__")


def is_unused(file: FileContext, region: Region) -> bool:
    """Whether files train models of a file, and none of its project has one of its functions."""
    name, path = region.name, file.path
    if not any(statement is region.function for statement in file.tree.module.body):
        return False
    trains = list(training_files(path))
    others = {*trains, *importers_of_importers(path, ""), *importing_files(path, "")}
    named = re.compile(rf"\b{name}\b")
    alone = bool(trains) and len(named.findall(file.tree.text)) == 1
    return alone and not any(
        _BY_NAME.search(text)
        or (named.search(text) and name not in file.unread.get(real_path(other), ()))
        for other in others
        for text in [read_text(other)]
    )


def names_unread(other: FilePlan) -> set[str]:
    """The names that a file has in branches alone which don't come to pass, and imports."""
    file = other.file
    regions = [file.module, *(summary.region for summary in file.summaries.values())]
    resolved = {key: is_so for one in regions if one for key, is_so in one.resolved.items()}
    text = read = file.tree.text
    body = file.tree.module.body
    lines = [s for s in body if isinstance(s, cst.SimpleStatementLine)]
    imports = [leaf for line in lines for leaf in line.body if isinstance(leaf, cst.ImportFrom)]
    for node in (*imports, *(nodes_of(file.tree.module) if resolved else ())):
        left: cst.CSTNode | None = node if isinstance(node, cst.ImportFrom) else None
        if isinstance(node, cst.If) and id(node) in resolved:
            left = node.orelse if resolved[id(node)] else node.body
        if left is not None:
            start, end = file.tree.span(left)
            read = read[:start] + " " * (end - start) + read[end:]
    return words_in(text) - words_in(read)


def wanted_of(planned: FilePlan, others: list[FilePlan]) -> Wanted:
    """What the plans of other files, which import this one, want of it."""
    wanted = Wanted()
    for other in others:
        planned.file.unread[real_path(other.file.path)] = names_unread(other)
        theirs = [t.training for t in other.trained if t.training.home.file.is_same(planned.file)]
        for training in (t.training for t in other.trained):
            _want_of_parts(wanted, planned, training)
            used = own_classes(training.calls).values()
            names = {m.name for m in used if m.file and m.file.is_same(planned.file)}
            wanted.marks |= bool(names) and other.file.wants_marks
            wanted.classes |= names if not training.problem else set()
        if other.file.wants_marks and not wanted.marks:
            homes = {t.training.home.file.path for t in other.trained}
            wanted.marks = bool(theirs) or any(reaches(h, planned.file.path) for h in homes)
        for training in theirs:
            home, key = training.home, place_of(training.home, training.origin)
            if training.problem is not None:
                wanted.compiled.setdefault(key, _problem(other.file, *training.problem))
                continue
            layers = (*training.settled, *training.weights.layers)
            wanted.settled |= home.file.tree.places(layer.node for layer in layers)
            if training.logits is not None:
                wanted.logits.add(key)
            if any(call.name == "compile" for call in training.calls):
                wanted.compiled[key] = ""
    return wanted


def _want_of_parts(wanted: Wanted, planned: FilePlan, training: Training) -> None:
    """What the training of a model wants of the models of this file that are part of it."""
    if training.problem is not None:
        return
    for part in training.inner:
        if isinstance(part, Model) and part.region is not None:
            if part.region.file.is_same(planned.file):
                wanted.logits.add(place_of(part.region, part))
    theirs = (part.model.region for part in training.weights.parts)
    for home in (r.file for r in theirs if r is not None and r.file.is_same(planned.file)):
        wanted.settled |= home.tree.places(layer.node for layer in training.weights.layers)


def _problem(file: FileContext, call: TrainingCall, why: str) -> str:
    """Why a file does not compile a model of another one for it."""
    written_here = not is_added(file, call)
    return f"so is `{call.name}` in {os.path.basename(file.path)}: {why}" if written_here else why


def is_free(
    file: FileContext, group: Group, home: Region, built: Built, own: list[TrainingCall]
) -> bool:
    """Whether all that is asked of a model of another file is asked here, under the same settings.

    The other file gives it, and has asked nothing of it but to be compiled. `own` is what a
    function of this file asks of it, which gets it there. Notes why, where not.
    """
    asked = {call.name for call in (*group.calls, *own)}
    why = _hindrance(file, group, home, built, asked)
    for call in group.calls if why else ():
        file.uncompiled.setdefault(id(call.node), why)
    return not why


#: What a function may ask of a model that it gives; and more where it is not trained further.
_ASKED_THERE: frozenset[str] = frozenset({"compile", "layers", "load_weights", "summary"})
_TRAINED_THERE = (
    _ASKED_THERE | STEPS | {"evaluate", "predict", "save", "save_weights", "test_on_batch"}
)


def _hindrance(file: FileContext, group: Group, home: Region, built: Built, asked: set[str]) -> str:
    """Why not, or ""."""
    known = (file.uncompiled.get(id(call.node), "") for call in group.calls)
    if why := next(filter(None, known), ""):
        return why
    inside = {call.name for call in home.training.values() if root(call.model) is built.model}
    name, builder = os.path.basename(home.file.path), home.name
    if "compile" in inside and "compile" not in asked and not TRAINING.isdisjoint(asked):
        return f"what `{builder}` of {name} compiles the model with is not known here"
    goes_on = not STEPS.isdisjoint(asked) and not _compiles_first(file, group)
    if others := sorted(inside - (_ASKED_THERE if goes_on else _TRAINED_THERE)):
        return f"`{builder}` of {name} calls `{others[0]}` of the model, too"
    if goes_on and (trainer := _trained_by(file, group)) is not None:
        there = os.path.basename(trainer.file.path)
        return f"`{trainer.name}` of {there} trains the model, too, and its optimizer goes on"
    if not TRAINING.isdisjoint(asked) and not sees_training(home.file.path, file.path):
        return f"{name} does not see that its model is trained here"
    if file.changed or file.precision or file.placed or file.distribution is not None:
        return f"the model of {name} is not made under the settings of this file"
    if file.data_format != home.file.data_format:
        return f"the model of {name} has another data format"
    for region, _ in _given_by(group, file):
        if region is not home and says(region):
            return f"`{region.name}` of {os.path.basename(region.file.path)} freezes layers"
    why = why_unclear(file, home)
    return f"`{builder}` of {name} {why}" if why else ""


def _compiles_first(file: FileContext, group: Group) -> bool:
    """Whether a file compiles a model itself before it trains it."""
    own = [c for c in group.calls if c.name == "compile" and not is_added(file, c)]
    steps = [file.tree.place(c.node) for c in group.calls if c.name in STEPS]
    first = min((file.tree.place(c.node) for c in own), default=None)
    return first is not None and all(first < place for place in steps)


def is_added(file: FileContext, call: TrainingCall) -> bool:
    """Whether it is the `compile` of another file, which was written here."""
    text = file.tree.source(call.node)
    if call.name != "compile" or text not in file.added:
        return False
    places = (m.start() for m in re.finditer(re.escape(text), file.tree.text))
    return file.tree.span(call.node)[0] in [*places][: file.added.count(text)]  # else its own


def _given_by(group: Group, file: FileContext) -> Iterator[tuple[Region, Model | None]]:
    """The functions of other files that give a model, each with what it gets or builds itself."""
    for model in options_of(group.made):
        given: Model | None = model
        while given is not None and given.summary is not None:
            region, given = given.summary.region, given.origin
            if region is not None and region.file is not file:
                yield region, given


def _trained_by(file: FileContext, group: Group) -> Region | None:
    """The function of another file that trains the model of which it gets it for this one."""
    for region, given in _given_by(group, file):
        steps = [call for call in region.training.values() if call.name in STEPS]
        if given is not None and any(root(call.model) is given for call in steps):
            return region
    return None


def place_of(home: Region, model: Model) -> tuple[str, int]:
    """The function or method that builds a model, and which of its models it is."""
    owners = home.file.class_methods.items()
    mine = (o for o, methods in owners if any(m.node is home.function for m in methods.values()))
    number = next((n for n, built in enumerate(home.built) if built.model is model), -1)
    return f"{next(mine, '')}.{home.name}", number


def losses_gone(file: FileContext, compiles: list[TrainingCall]) -> set[str]:
    """What a file imports of a third one for a `compile` which others do now."""
    code = " ".join(call.region.tree.code(call.node) for call in compiles if call.region)
    held = {name: file.globals.get(name) for name in words_in(code)}
    away = [n for n, v in held.items() if isinstance(v, Function) and v.file not in (None, file)]
    away += [name for name in file.settings if name in held]
    modules = {name for name, value in held.items() if isinstance(value, Namespace)}
    return modules.union(n for n in away if not is_imported(file.path, rf"\b{n}\b"))


def place_classes(draft: Draft) -> None:
    """Classes of this file become plain ones that trainings of other files have."""
    for made in draft.file.user_classes:
        if made.name in draft.planned.classes and id(made.node) not in draft.plain_classes:
            draft.plain_classes.add(id(made.node))
            bare = plain_class(draft.tree, made)
            draft.edits += [] if bare is None else [bare]
            if made.bases == (CALLBACK,) and made.parent is None:
                draft.edits += without_beginning(draft.tree, made)
            if set(made.bases) <= SEQUENCES:
                edits, helpers = class_edits(draft.file, made)
                draft.edits += edits
                draft.helpers |= helpers
            elif made.bases == (SCHEDULE,):
                draft.edits += schedule_edits(draft.file, made)
