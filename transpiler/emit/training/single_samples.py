"""Batches of one sample, on which torch's BatchNorm1d does not train."""

from __future__ import annotations

from transpiler.diagnostics import ASSUMED
from transpiler.emit.training.model import ModelWriter
from transpiler.interpret.training import TrainingCall
from transpiler.lower.compositions import WRAPPED
from transpiler.lower.watched import constructors

_ALONE = (
    "of {rows} samples, the last batch of an epoch has but one, on which torch's BatchNorm1d does "
    "not train where it gets no steps: take another batch size, or --exact"
)


def say_single_samples(writer: ModelWriter, call: TrainingCall, size: str) -> None:
    """A warning where the last batch of each epoch is known to be one sample."""
    rows = _rows(writer, call)
    number = int(size) if size.isdecimal() else 0
    if rows is None or not number or rows % number != 1:
        return
    made = constructors(writer.shared.freezing.of, writer.built, writer.training.home)
    if any(WRAPPED.sub("", text).startswith("nn.BatchNorm1d(") for text in made):
        writer.made.said.append((ASSUMED, call.node, _ALONE.format(rows=rows)))


def _rows(writer: ModelWriter, call: TrainingCall) -> int | None:
    """How many samples it trains on, where that is known."""
    file = writer.shared.file
    name, split = call.given["x"].text, writer.argument(call, "validation_split") or "0"
    array = file.arrays.get(name)
    if array is None or not array.shape or name in file.reshaped:
        return None
    try:
        share = float(split)
    except ValueError:
        return None
    rows = array.shape[0]
    return int(rows * (1 - share)) if isinstance(rows, int) else None
