"""Models of which some parts are not trained."""

from __future__ import annotations

import libcst as cst

from transpiler.emit.edits import Edit
from transpiler.emit.training.model import ModelWriter
from transpiler.interpret.training import TrainingCall
from transpiler.ir.tensor import Unsupported
from transpiler.lower.freezing import Still
from transpiler.lower.training import Compiled


def write_trainable(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
) -> None:
    """Weights with or without gradients; nothing where optimizers tell them apart.

    A comment above stays for what follows: it tells why that trains a part alone.
    """
    freezing = writer.shared.freezing
    writer.made.sharing |= {id(compiles.node) for compiles in freezing.concerns(call.model)}
    if freezing.in_place:
        given = writer.source_of(call.given["value"])
        writer.whole[id(statement)] = [f"{writer.variable}.requires_grad_({given})"]
        writer.statements.setdefault(id(statement), (statement, [], {}))
        return
    if call.conditional:
        raise Unsupported("whether it is trainable changes under a condition")
    body = writer.room.node.body
    if isinstance(body, cst.IndentedBlock) and len(body.body) == 1:
        raise Unsupported("setting it is all that a function does")
    tree = writer.tree
    start, end = tree.span(statement)
    line = tree.line_end(end)
    rest = tree.text[end:line].strip()
    if rest and not rest.startswith("#"):
        raise Unsupported("`trainable` is set beside other statements")
    writer.made.gone.append(statement)
    writer.edits.append(Edit(tree.line_start(start), line, ""))


def kept_still(compiled: Compiled) -> tuple[str, ...]:
    """The statements that keep the normalization of frozen parts as in inference."""
    subset = compiled.subset
    if subset is None:
        return ()
    return tuple(line for part in subset.still for line in _as_in_inference(part))


def _as_in_inference(part: Still) -> tuple[str, ...]:
    if not part.norms:
        return (f"model.{part.token}.eval()  # it is not trainable",)
    kinds = part.norms[0] if len(part.norms) == 1 else f"({', '.join(part.norms)})"
    return (
        f"for layer in model.{part.token}.modules():",
        f"    if isinstance(layer, {kinds}):",
        "        layer.eval()  # it is not trainable",
    )
