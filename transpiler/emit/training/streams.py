"""Generators of the program's own as data: so many batches of them at a time."""

from __future__ import annotations

from transpiler.diagnostics import ASSUMED
from transpiler.emit.training.model import ModelWriter
from transpiler.interpret.training import Given, TrainingCall
from transpiler.ir.tensor import Unsupported
from transpiler.lower.data import is_stream

_VALIDATION = (
    "the generator of the validation goes on from epoch to epoch; Keras 3 begins each time with "
    "its first two batches again"
)

_PASSES = (
    "each epoch begins with the first batch of what its loader gives, as in Keras 2; where there "
    "are more batches than steps, Keras 3 goes on where the epoch before has ended"
)


def stream(model: ModelWriter, given: Given | None, steps: str | None, variable: str = "") -> str:
    """So many batches of a generator, "" where it is none; it may be in a variable of our own."""
    if not is_stream(given):
        return ""
    assert given is not None
    if steps is None:
        raise Unsupported("a generator without a number of steps")
    text = model.source_of(given)
    uses = [p for p in model.shared.places(model.room, text) if not p.binds]
    if len(uses) > 1 and given.node is not None:
        note = f"`{text}` is used again; Keras takes batches in advance, and drops them then"
        model.made.said.append((ASSUMED, given.node, note))
    return f"islice({variable or text}, {steps})"


def note_validation(model: ModelWriter, call: TrainingCall, keras: str) -> None:
    """Say what Keras 3 does with a generator that validates epoch by epoch."""
    if keras != "2" and model.argument(call, "epochs") not in (None, "1"):
        model.made.said.append((ASSUMED, call.node, _VALIDATION))


def batches_of_images(
    model: ModelWriter, call: TrainingCall, loader: str, steps: str, keras: str
) -> str:
    """So many batches of a generator of images in each epoch."""
    if steps == f"len({loader})":
        return loader
    if keras != "2" and model.argument(call, "epochs") not in (None, "1"):
        model.made.said.append((ASSUMED, call.node, _PASSES))
    return f"islice({loader}, {steps})"
