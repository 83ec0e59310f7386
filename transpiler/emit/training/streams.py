"""Generators of the program's own as data: so many batches of them at a time."""

from __future__ import annotations

import re

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.emit.training.kept_optimizers import made_outside
from transpiler.emit.training.loaders import Unpacked
from transpiler.emit.training.model import ModelWriter
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.training import Given, TrainingCall
from transpiler.ir.pipeline import Pipeline
from transpiler.ir.tensor import Unsupported
from transpiler.lower.data import generated
from transpiler.lower.traced import is_eager
from transpiler.lower.training import Compiled
from transpiler.regex import regex
from transpiler.source.draws import drawn_in
from transpiler.source.draws_elsewhere import drawn_where_called
from transpiler.source.importers import texts_around
from transpiler.source.outer_reads import functions_of
from transpiler.source.syntax import all_in
from transpiler.source.told_by_generators import told_by_generators

_VALIDATION = (
    "the generator of the validation goes on from epoch to epoch; Keras 3 begins each time with "
    "its first two batches again"
)
_VALIDATION_OF_2 = (
    "the generator of the validation goes on from epoch to epoch, as in Keras before 2.4; later "
    "ones take some batches in advance each time, and drop them"
)

_PASSES = (
    "where there are more batches than steps, each epoch goes on where the one before has ended, "
    "as in Keras 3; Keras 2 begins with the first batch again"
)

_REFILLED = (
    "`{}` is filled again once it was given: Keras 3 takes two batches in advance, so its first "
    "one has what the second is filled with; here, as in Keras 2, each batch has its own"
)

_LABELS = (
    "newer Keras 2 does not know the sizes of what a generator gives: of labels in a column, its "
    "`accuracy` is the share of samples whose largest output is the first; here it is of those "
    "whose largest output is that of the label"
)


_SAMPLES = "it counts samples, as in Keras 1; an epoch ends with the batch that reaches them"


def stream(
    model: ModelWriter, call: TrainingCall, data: str, steps: str, variable: str = ""
) -> str:
    """So many batches of a generator, "" where it is none; it may be in a variable of our own."""
    given = call.given.get(data)
    if given is None or (made := generated(given)) is None:
        return ""
    if made.refilled and model.shared.file.options.keras != "2":
        model.made.said.append((ASSUMED, call.node, _REFILLED.format(made.refilled)))
    if made.ends and call.name == "fit" and model.argument(call, steps) is not None:
        model.made.said.append((ASSUMED, call.node, _ENDS.format(made.ends, steps)))
    for name, function in told_by_generators(model.tree.text):
        model.made.said.append((ASSUMED, call.node, _TOLD.format(name, function)))
    return _taken(model, given, so_many(model, call, steps), variable)


_ENDS = (
    "`{}` ends: it is taken to give the batches of all epochs, {} each; where it has fewer, Keras "
    "stops the training with a warning"
)
_TOLD = (
    "`{}` changes as `{}` gives batches, and is read besides: Keras takes some in advance, which "
    "changes it before they are trained on"
)
_LISTED = "what it gives for several inputs or outputs is taken for a list or tuple, not a dict"


def note_listed(model: ModelWriter, loop: Unpacked, given: Given) -> None:
    """Say that parts of a batch are taken for lists, of which that is not seen."""
    if loop.listed and given.node is not None:
        model.made.said.append((ASSUMED, given.node, _LISTED))


_EVEN = (
    "Keras 3 counts one more batch, of zeros, where it does not know how many batches of one size "
    "come: its losses and metrics are smaller by that"
)


def note_even(model: ModelWriter, call: TrainingCall, pipeline: Pipeline, keras: str) -> None:
    """Say what Keras 3 makes of a data set that leaves out a smaller last batch."""
    ends = pipeline.even and pipeline.sifted and not pipeline.endless
    if ends and keras != "2":
        model.made.said.append((ASSUMED, call.node, _EVEN))


_OF_OUTPUTS = (
    "Keras 3 counts one more batch in the {}, where it does not know how many batches come: these "
    "are smaller by that"
)


def note_outputs(
    model: ModelWriter, call: TrainingCall, pipeline: Pipeline | None, compiled: Compiled
) -> None:
    """Say how Keras 3 counts the batches of a generator, or of a data set of unknown length."""
    ends = pipeline is None or (pipeline.sifted and not pipeline.endless)
    if not ends or compiled.keras == "2" or is_eager(compiled.call):
        return
    metrics = (metric for head in compiled.heads for _, metric in head.metrics)
    counted = ["loss of each output"] * (len(compiled.heads) > 1)
    counted += ["means of a metric over the batches"] * any(
        "{batches}" in m.result for m in metrics
    )
    if counted:
        model.made.said.append((ASSUMED, call.node, _OF_OUTPUTS.format(" and the ".join(counted))))


_IN_VAIN = (
    "TensorFlow does not know how many batches the data set has, so Keras counts a step that finds "
    "no batch after {}: by that, schedules, bias corrections and weight decay of its optimizer go "
    "on, here they do not"
)
_STEPPING = ("fit", "train_on_batch")


def note_steps(
    model: ModelWriter,
    call: TrainingCall,
    pipeline: Pipeline | None,
    compiled: Compiled,
    epochs: str,
) -> None:
    """Say that Keras counts steps which find no batch, where further steps depend on that."""
    counts = compiled.optimizing.counts or model.training.asks_steps
    counts = counts and not is_eager(compiled.call)
    if not counts or (pipeline is not None and (not pipeline.sifted or pipeline.endless)):
        return
    start, end = model.tree.span(call.node)
    others = [c for c in model.training.calls if c.name in _STEPPING and c is not call]
    later = any(c.region is not call.region or model.tree.span(c.node)[0] > end for c in others)
    if epochs != "1" or later or not model.shared.runs_once(start):
        when = "the first epoch of each `fit`" if compiled.keras == "2" else "each epoch"
        model.made.said.append((ASSUMED, call.node, _IN_VAIN.format(when)))


def note_labels(model: ModelWriter, call: TrainingCall, compiled: Compiled) -> None:
    """Say what Keras 2 makes of the string `accuracy` for labels of a generator."""
    keys = [key for head in compiled.heads if head.prediction.classes for key, _ in head.metrics]
    newer = compiled.keras == "2" and not call.by_samples
    if newer and {"accuracy", "acc"} & {*keys}:
        model.made.said.append((ASSUMED, call.node, _LABELS))


def so_many(model: ModelWriter, call: TrainingCall, steps: str) -> str:
    """What takes as many batches as an argument says."""
    count = model.argument(call, steps)
    if count is None and model.argument(call, "epochs") in (None, "1"):
        return "{}"  # all that it gives
    if count is None:
        raise Unsupported("a generator without a number of steps")
    if not call.by_samples:
        return f"islice({{}}, {count})"
    model.made.said.append((ASSUMED, call.node, f"{steps}: {_SAMPLES}"))
    if call.name == "predict":
        raise Unsupported("predictions for a number of samples that a generator gives")
    model.made.helpers.add("take_samples")
    return f"take_samples({{}}, {count})"


def _taken(model: ModelWriter, given: Given, so_many: str, variable: str) -> str:
    """Some batches of a generator."""
    text = model.source_of(given)
    if given.node is not None and _goes_on(model, text, given.node):
        note = f"`{text}` is used again; Keras takes batches in advance, and drops them then"
        model.made.said.append((ASSUMED, given.node, note))
    elif given.node is not None and (drawn := _drawn_before(model, given.node)):
        model.made.said.append((ASSUMED, given.node, _IN_ADVANCE.format(drawn)))
    return so_many.format(variable or text)


_IN_ADVANCE = (
    "Keras takes batches in advance: what they draw, `{}`, has gone on further there when the "
    "program draws the next time"
)


def _drawn_before(model: ModelWriter, node: cst.BaseExpression) -> str:
    """What a new generator draws from, if the program draws again behind it; "" if not."""
    tree, path = model.tree, model.shared.file.path
    program, (start, end) = functions_of(tree.text), tree.span(node)
    call = program.call_at(start, end)
    if call is None:
        return ""
    drawn = drawn_where_called(program, call, texts_around(path) if path else [])
    if not drawn or not model.shared.runs_once(start):
        return drawn
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if re.search(rf"\b{name}\(", tree.blanked[end:]):
        return drawn
    later = (n for n in all_in(program.module) if getattr(n, "lineno", 0) > (call.end_lineno or 0))
    return drawn if drawn_in(program.module, [later]) else ""


def _goes_on(model: ModelWriter, text: str, node: cst.BaseExpression) -> bool:
    """Whether something else takes batches of a generator, or the same place does again."""
    shared, room = model.shared, model.room
    if not _VARIABLE.fullmatch(text):
        return False  # a new one
    places = shared.places(room, text)
    if sum(not p.binds for p in places) > 1 or made_outside(shared, room, node, text):
        return True
    taken = parameters_of(room.node) if isinstance(room.node, cst.FunctionDef) else ()
    given = {parameter.name for parameter in taken}
    made_there = text not in given and any(p.binds for p in places)
    return not made_there and not shared.runs_once(shared.tree.span(node)[0])


_VARIABLE = regex(r"[A-Za-z_][\w.]*")


def note_validation(model: ModelWriter, call: TrainingCall, keras: str) -> None:
    """Say what newer Keras does with a generator that validates epoch by epoch."""
    if model.argument(call, "epochs") not in (None, "1") and not call.by_samples:
        note = _VALIDATION_OF_2 if keras == "2" else _VALIDATION
        model.made.said.append((ASSUMED, call.node, note))


def passes_go_on(model: ModelWriter, call: TrainingCall, steps: str, keras: str) -> bool:
    """Whether each epoch takes so many batches of images from where the one before has ended.

    Keras 2 begins with the first one again, and it alone takes samples, or numbers that may be
    fractions.
    """
    count = model.argument(call, steps) or ""
    whole = not call.by_samples and not count.startswith("math.ceil(")
    found = steps == "steps_per_epoch" and keras != "2" and whole
    if found and keras != "3" and model.argument(call, "epochs") not in (None, "1"):
        model.made.said.append((ASSUMED, call.node, _PASSES))
    return found
