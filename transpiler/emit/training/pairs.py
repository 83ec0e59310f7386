"""The arrays that a call trains or is evaluated on; pairs of which nothing else is known.

model.fit(*train)           x_train, y_train = train    # what is no pair raises here
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.emit.training.listed_arrays import part_of, told_apart
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.shown_arrays import shown
from transpiler.interpret.training import Given, TrainingCall
from transpiler.ir.tensor import Unsupported
from transpiler.lower.data import holds_arrays
from transpiler.lower.training import Compiled
from transpiler.record import record

#: The sources of inputs and targets, and a statement before that gives them names.
Arrays: TypeAlias = "tuple[tuple[str, ...], tuple[str, ...], list[str]]"


@record(frozen=True, slots=True)
class Pair:
    """The source of what is unpacked, and which assignments of its names are meant."""

    text: str
    node: cst.BaseExpression | None
    versions: tuple[tuple[str, int], ...]


def arrays_of(
    writer: ModelWriter, call: TrainingCall, compiled: Compiled, name: Callable[..., str], what: str
) -> Arrays:
    """The inputs and targets of a call; `name` gives a variable that is free."""
    x, y = call.given.get("x"), call.given.get("y")
    if call.pair and x is not None:
        names = name(f"x_{what}", f"{what}_x"), name(f"y_{what}", f"{what}_y")
        node = call.node.args[0].value if isinstance(call.node, cst.Call) else None
        pair = Pair(call.pair, node, x.versions)
        x, y = halves(writer, call, compiled, pair, names)
        named = [f"{', '.join(names)} = {call.pair}"]
    else:
        heads = [head.name for head in compiled.heads]
        x, named = told_apart(writer, x, writer.input_keys, name, f"x_{what}", f"{what}_x")
        y, of_targets = told_apart(writer, y, heads, name, f"y_{what}", f"{what}_y")
        named += of_targets
    return writer.arrays(x, "x", holds_arrays(call)), writer.target_arrays(y, compiled), named


def halves(
    writer: ModelWriter, call: TrainingCall, compiled: Compiled, pair: Pair, names: tuple[str, str]
) -> list[Given]:
    """The inputs and targets that a pair is unpacked into; what is none raises there."""
    heads, text = [head.name for head in compiled.heads], pair.text
    form = shown(writer, pair.node) if pair.node is not None else None
    parts = form if isinstance(form, tuple) and len(form) == 2 else (None, None)
    tables = writer.shared.tables
    tables.names |= {n for i, n in enumerate(names) if tables.hold(f"({text})[{i}]")}
    if form != parts:
        if isinstance(form, tuple) and form:
            raise Unsupported(f"`{text}` is not known to be a pair of arrays")
        writer.made.said.append((ASSUMED, call.node, f"`{text}` is taken for a pair of arrays"))
    values = [
        part_of(writer, part, name, keys)
        for part, name, keys in zip(parts, names, (writer.input_keys, heads), strict=True)
    ]
    return [Given(v, n, pair.versions) for v, n in zip(values, names, strict=True)]
