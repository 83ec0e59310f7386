"""Normalization that learns from data once the model has it.

model = Sequential([norm, Dense(1)])        model = Model().to(device)
norm.adapt(x_train)                         model.norm.adapt(x_train)
"""

from __future__ import annotations

import libcst as cst

from transpiler.emit.training.layer_weights import layer_path
from transpiler.emit.training.lines import is_statement
from transpiler.emit.training.model import ModelWriter
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Static
from transpiler.ir.pipeline import Pipeline
from transpiler.ir.tensor import Unsupported

#: What Keras traces once, with what the layer has learned by then.
_TRACING = frozenset({"fit", "evaluate", "predict", "train_on_batch", "test_on_batch"})


def write_adapt(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
) -> None:
    """The module in the model learns from an array, before anything else is done with it."""
    layer, data = call.layer, call.given.get("data")
    if (
        layer is None
        or layer.symbol != "keras.layers.Normalization"
        or "adapted" in layer.arguments
    ):
        raise Unsupported("`adapt` of a layer that is in a model")
    if not is_statement(statement, call.node) or data is None or len(call.given) > 1:
        raise Unsupported("`adapt` of a layer that is in a model gets more than data")
    if not isinstance(data.value, Static) or isinstance(data.value.expr.value, Pipeline):
        raise Unsupported("what a layer that is in a model learns from is not known to be an array")
    start, _ = writer.tree.span(call.node)
    before = [c for c in writer.training.calls if c.name in _TRACING]
    if call.in_loop or any(writer.tree.span(c.node)[0] < start for c in before):
        raise Unsupported("Keras goes on with what a layer knew when its model was run first")
    writer.inline(
        call, statement, [], f"{layer_path(writer, call)}.adapt({writer.source_of(data)})"
    )
