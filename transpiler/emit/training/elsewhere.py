"""What files that train models of another file want of that one."""

from __future__ import annotations

from dataclasses import field

from transpiler.emit.draft import Draft
from transpiler.emit.training.callbacks import own_classes
from transpiler.emit.training.own_callbacks import plain_class
from transpiler.emit.training.sequences import class_edits
from transpiler.emit.units import FilePlan
from transpiler.interpret.functions.data_sets import SEQUENCES
from transpiler.interpret.region import Region
from transpiler.interpret.values import Model
from transpiler.record import record


@record(slots=True)
class Wanted:
    """What is wanted, by the functions that build the models and the numbers of these there."""

    logits: set[tuple[str, int]] = field(default_factory=set)  #: a method that gives them
    compiled: set[tuple[str, int]] = field(default_factory=set)  #: no `compile`: it is done there
    settled: set[tuple[int, int]] = field(default_factory=set)  #: layers whose regularizers count
    marks: bool = False  #: that layers carry their regularizers
    classes: set[str] = field(default_factory=set)  #: callbacks and data that it gives them


def wanted_of(planned: FilePlan, others: list[FilePlan]) -> Wanted:
    """What the plans of other files, which import this one, want of it."""
    wanted = Wanted()
    for other in others:
        theirs = [t.training for t in other.trained if t.training.home.file.is_same(planned.file)]
        for training in (t.training for t in other.trained):
            used = own_classes(training.calls).values()
            names = {m.name for m in used if m.file and m.file.is_same(planned.file)}
            wanted.marks |= bool(names) and other.file.wants_marks
            wanted.classes |= names if not training.problem else set()
        wanted.marks |= bool(theirs) and other.file.wants_marks
        for training in (one for one in theirs if not one.problem):
            home, key = training.home, place_of(training.home, training.origin)
            layers = (*training.settled, *training.weights.layers)
            wanted.settled |= {home.file.tree.place(layer.node) for layer in layers}
            if training.logits is not None:
                wanted.logits.add(key)
            if any(call.name == "compile" for call in training.calls):
                wanted.compiled.add(key)
    return wanted


def place_of(home: Region, model: Model) -> tuple[str, int]:
    """The function that builds a model, and which of its models it is."""
    return home.name, next(n for n, built in enumerate(home.built) if built.model is model)


def place_classes(draft: Draft) -> None:
    """Classes of this file become plain ones that trainings of other files have."""
    for made in draft.file.user_classes:
        if made.name in draft.planned.classes and id(made.node) not in draft.plain_classes:
            draft.plain_classes.add(id(made.node))
            bare = plain_class(draft.tree, made)
            draft.edits += [] if bare is None else [bare]
            if set(made.bases) <= SEQUENCES:
                edits, helpers = class_edits(draft.file, made)
                draft.edits += edits
                draft.helpers |= helpers
