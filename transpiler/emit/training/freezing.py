"""`model.trainable = ...`: gradients are switched off and on where Keras does it.

Keras looks at `trainable` when a model is compiled, torch at `requires_grad` in each step: they
agree where every model that is fitted later is compiled in between.
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.emit.training.model import ModelWriter
from transpiler.interpret.layers.freezing import FROZEN_NORM
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Static
from transpiler.ir.tensor import Unsupported
from transpiler.source.lexical import blanked

#: Calls that train with what was trainable when the model was compiled.
_TRAINING = ("fit", "train_on_batch")
_REGULARIZED = re.compile(r"regularizer|add_loss")


def write_freezing(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
) -> None:
    """The parameters of a model, with or without gradients from here on."""
    value = call.given["value"].value
    if not isinstance(value, Static) or not isinstance(statement.body[0], cst.Assign):
        raise Unsupported("whether it is trainable is not known")
    if call.conditional or call.in_loop:
        raise Unsupported("it changes under a condition or in a loop")
    _check_order(writer, call)
    if not value.expr.is_const(True):
        text = blanked(writer.shared.text)
        if "BatchNorm" in text:
            raise Unsupported(FROZEN_NORM)
        if _REGULARIZED.search(text):
            raise Unsupported("a regularizer of a frozen layer adds nothing to the loss")
    given = writer.source_of(call.given["value"])
    writer.whole[id(statement)] = [f"{writer.variable}.requires_grad_({given})"]
    writer.statements.setdefault(id(statement), (statement, [], {}))


def _check_order(writer: ModelWriter, call: TrainingCall) -> None:
    """Whether all that trains later has been compiled anew since then."""
    calls = list(writer.room.region.training.values())
    elsewhere = [room for room in writer.shared.rooms if room is not writer.room]
    if any(c.name in _TRAINING for room in elsewhere for c in room.region.training.values()):
        raise Unsupported("it changes in another function than models are trained in")
    after = calls[calls.index(call) :]
    for later in after:
        if later.name in _TRAINING and later.compiled not in after:
            raise Unsupported("models go on training that were compiled before it changed")
