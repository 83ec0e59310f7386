"""The arrays that a call trains or is evaluated on; pairs of which nothing else is known.

model.fit(*train)           x_train, y_train = train    # what is no pair raises here
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from transpiler.diagnostics import ASSUMED
from transpiler.emit.training.listed_arrays import told_apart
from transpiler.emit.training.model import ModelWriter
from transpiler.interpret.training import TrainingCall
from transpiler.ir.tensor import Unsupported
from transpiler.lower.data import holds_arrays
from transpiler.lower.training import Compiled

#: The sources of inputs and targets, and a statement before that gives them names.
Arrays: TypeAlias = "tuple[tuple[str, ...], tuple[str, ...], list[str]]"


def arrays_of(
    writer: ModelWriter, call: TrainingCall, compiled: Compiled, name: Callable[..., str], what: str
) -> Arrays:
    """The inputs and targets of a call; `name` gives a variable that is free."""
    pair = call.pair
    x, y, named = call.given.get("x"), call.given.get("y"), list[str]()
    if not pair:
        x, named = told_apart(writer, x, writer.input_keys, name, f"x_{what}", f"{what}_x")
        y, of_targets = told_apart(
            writer, y, [head.name for head in compiled.heads], name, f"y_{what}", f"{what}_y"
        )
        named += of_targets
    xs = writer.arrays(x, "x", holds_arrays(call))
    ys = writer.target_arrays(y, compiled)
    if not pair:
        return xs, ys, named
    if (xs, ys) != ((f"{pair}[0]",), (f"{pair}[1]",)):
        raise Unsupported(f"`{pair}` is not known to be a pair of arrays")
    names = name(f"x_{what}", f"{what}_x"), name(f"y_{what}", f"{what}_y")
    tables = writer.shared.tables
    tables.names |= {n for i, n in enumerate(names) if tables.hold(f"{pair}[{i}]")}
    writer.made.said.append((ASSUMED, call.node, f"`{pair}` is taken for a pair of arrays"))
    return names[:1], names[1:], [f"{', '.join(names)} = {pair}"]
