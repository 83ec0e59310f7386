"""Data that ask the model while it trains on them.

def batches():
    while True:
        hard = np.argsort(model.predict(x)[:, 0])[:32]
        yield x[hard], y[hard]
model.fit(batches(), steps_per_epoch=10)

Keras takes some batches in advance, so the model answers with weights that no one knows; torch's
modules would go on in the mode for answers until the next epoch, and with the metrics of an
evaluation begins a new count.
"""

from __future__ import annotations

import ast

from transpiler.emit.training.loaders import data_set
from transpiler.emit.training.model import ModelWriter
from transpiler.interpret.training import TrainingCall, may_be, root
from transpiler.interpret.values import Model
from transpiler.ir.tensor import Unsupported
from transpiler.lower.data import is_streamed
from transpiler.source.run_later import is_in, run_later

_DATA = ("x", "validation_data")
_ASKS = frozenset({
    "evaluate", "predict", "predict_classes", "predict_on_batch", "test_on_batch",
    "train_on_batch", "fit",
})  # fmt: skip
_IN_ADVANCE = "while it trains on them: Keras makes them in advance"


def check_data(writer: ModelWriter, call: TrainingCall) -> None:
    """Refuse a `fit` on data that ask the same model, or one that has layers of it."""
    asked = [
        one
        for room in writer.shared.rooms
        for one in room.calls
        if one.name in _ASKS and one is not call and _is_of(writer, call.model, one.model)
    ]
    later = _run_later(writer, call) if asked else []
    for one in asked if later else ():
        if is_in(writer.tree.text, writer.tree.span(one.node)[0], later):
            raise Unsupported(f"its data ask `{one.name}` of the model {_IN_ADVANCE}")


def check_called(writer: ModelWriter, start: int) -> None:
    """Refuse a model that is called, at some place, by such data."""
    for room in writer.shared.rooms:
        for call in room.calls:
            if call.name == "fit" and _is_of(writer, call.model, writer.training.model):
                if is_in(writer.tree.text, start, _run_later(writer, call)):
                    raise Unsupported(f"data call the model {_IN_ADVANCE}")


def _run_later(writer: ModelWriter, call: TrainingCall) -> list[ast.AST]:
    """What runs whenever the data of a `fit` give a batch; arrays run nothing."""
    given = [call.given[name] for name in _DATA if name in call.given]
    batches = [g.text for g in given if is_streamed(g) or data_set(g) is not None]
    return run_later(writer.tree.text, batches) if batches else []


def _is_of(writer: ModelWriter, trained: Model, other: Model) -> bool:
    """Whether two models have layers in common."""
    compositions = writer.shared.freezing.of
    if _is_same(trained, other) or compositions.share(trained, other):
        return True
    mine, others = id(root(trained)), id(root(other))
    inside = others in compositions.parts(trained) - {mine}
    return inside or mine in compositions.parts(other) - {others}


def _is_same(one: Model, other: Model) -> bool:
    """Whether they may be one model; a clone is none with the model that it is of."""
    made = _made(one), _made(other)
    copies = [model.copy_of is not None for model in made]
    if any(copies) and not all(copies) and not any(model.options for model in made):
        return False
    return may_be(one, other) or may_be(other, one)


def _made(model: Model) -> Model:
    while model.source is not None:
        model = model.source
    return model
