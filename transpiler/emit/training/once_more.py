"""Functions that get one model several times, each time beside something else.

def train(model, data): ...         train(model, digits.batch(8))
                                    train(model, letters.batch(16))

Each of these calls has the function interpreted anew, but it has one text, which must serve all.
"""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from transpiler.emit.training.agreeing import written_in
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.placing import place_statements
from transpiler.emit.training.shared import Part, Trained
from transpiler.ir.tensor import Unsupported


def write_again(
    first: ModelWriter, made: Trained, part: Part, write: Callable[[ModelWriter], None]
) -> None:
    """See that what is written already is what such a call would have written, too."""
    other = Trained(made.training, rooms=made.rooms)
    givers = (first, *first.passing.values())
    kept = [list(giver.edits) for giver in givers]  # they pass criterion and optimizer already
    writer = ModelWriter(first.shared, other, first.built, part, first)
    write(writer)
    place_statements(writer)
    for giver, edits in zip(givers, kept, strict=True):
        giver.edits[:] = edits
    node, tree = part.room.node, first.tree
    if written_in([made], node, tree) != written_in([other], node, tree):
        name = node.name.value if isinstance(node, cst.FunctionDef) else ""
        raise Unsupported(f"`{name}` trains the model in several ways")
