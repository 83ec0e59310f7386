"""What stands in the place of each call of a model."""

from __future__ import annotations

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.emit.training.adapted_later import write_adapt
from transpiler.emit.training.asking import (
    is_unfinished,
    write_clone_model,
    write_evaluate,
    write_load_model,
    write_load_weights,
    write_save,
    write_save_weights,
    write_summary,
)
from transpiler.emit.training.beside_models import compile_beside
from transpiler.emit.training.called import refuse_called_inside
from transpiler.emit.training.clipped_weights import write_clipped_weights
from transpiler.emit.training.compiling import write_compile
from transpiler.emit.training.compound import statement_around
from transpiler.emit.training.fitting import write_fit
from transpiler.emit.training.freezing import write_freeze, write_trainable
from transpiler.emit.training.handed_compile import take_out_compile, write_handed_compile
from transpiler.emit.training.late_optimizers import kept_for_fit, move_late_compile
from transpiler.emit.training.layer_weights import (
    write_layer,
    write_layer_weights,
    write_reset_layer,
    write_set_layer_weights,
    write_weight,
)
from transpiler.emit.training.lines import holds
from transpiler.emit.training.listed_layers import write_listed_layers
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.moved_compile import move_compile
from transpiler.emit.training.on_batch import (
    write_predict_on_batch,
    write_test_on_batch,
    write_train_on_batch,
)
from transpiler.emit.training.predicting import write_predict, write_predict_classes
from transpiler.emit.training.weights import (
    LOOKING,
    write_count_params,
    write_get_weights,
    write_reset_metrics,
    write_reset_states,
    write_set_weights,
)
from transpiler.interpret.training import CALLED, TrainingCall
from transpiler.ir.tensor import Unsupported


def _write_compile(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
) -> None:
    """A `compile` where it stands."""
    if writer.training.beside is not None:
        compile_beside(writer, call, writer.training.beside)
    else:
        write_compile(writer, call, statement, kept_for_fit)


#: What writes each call of a model.
_WRITERS = {
    "compile": _write_compile,
    "trainable": write_trainable,
    "fit": write_fit,
    "evaluate": write_evaluate,
    "predict": write_predict,
    "predict_classes": write_predict_classes,
    "summary": write_summary,
    "save": write_save,
    "save_weights": write_save_weights,
    "load_weights": write_load_weights,
    "load_model": write_load_model,
    "clone_model": write_clone_model,
    "layers": write_listed_layers,
    "train_on_batch": write_train_on_batch,
    "test_on_batch": write_test_on_batch,
    "predict_on_batch": write_predict_on_batch,
    "get_weights": write_get_weights,
    "set_weights": write_set_weights,
    "count_params": write_count_params,
    "reset_states": write_reset_states,
    "reset_metrics": write_reset_metrics,
    "layer": write_layer,
    "layer.get_weights": write_layer_weights,
    "layer.set_weights": write_set_layer_weights,
    "layer.numpy": write_weight,
    "layer.weight": write_weight,
    "layer.assign": write_weight,
    "layer.reset_states": write_reset_layer,
    "layer.adapt": write_adapt,
}
#: Those that only ask, and may stand in the head of a compound statement.
_ASKING = {
    "evaluate": write_evaluate,
    "predict": write_predict,
    "predict_classes": write_predict_classes,
    "predict_on_batch": write_predict_on_batch,
    "get_weights": write_get_weights,
}


def write_call(writer: ModelWriter, call: TrainingCall) -> None:
    """One call; what only looks at the weights stays alone where it has no translation."""
    said = [(ASSUMED, call.node, note) for note in call.assumed]
    writer.made.said += [one for one in said if one not in writer.made.said]
    try:
        _write(writer, call)
    except Unsupported as why:
        if call.name not in LOOKING:
            raise
        message = f"`{call.name}` is left as it is: {why}"
        writer.made.left.append((writer.tree.span(call.node)[0], message))


def _write_moved(writer: ModelWriter, call: TrainingCall) -> None:
    """A `compile` whose optimizer is made in another room, seen from there or from its own."""
    handing = writer.shared.handings.get(id(writer.training.model))
    if writer.training.late is not None:
        move_late_compile(writer, call)
    elif writer.training.beside is not None:
        compile_beside(writer, call, writer.training.beside)
    elif handing is None:
        move_compile(writer, call)
    elif call.region is writer.room.region:
        take_out_compile(writer, call)
    else:
        write_handed_compile(writer, call, handing)


def _write(writer: ModelWriter, call: TrainingCall) -> None:
    """One call."""
    statement = call.statement
    if any(call is one for one in writer.training.moved):
        _write_moved(writer, call)
        return
    refuse_called_inside(writer, writer.tree.span(call.node))
    if call.name == CALLED:
        return  # `rewrite_calls` goes by the names of models
    if call.name == "freeze":
        write_freeze(writer, call)
        return
    if isinstance(call.node, cst.For):
        over_layers = {"clip_weights": write_clipped_weights, "trainable": write_trainable}
        over_layers.get(call.name, write_listed_layers)(writer, call, call.node)
        return
    if call.name in _ASKING:
        statement = statement_around(writer.tree, writer.room.node, call)
        if isinstance(statement, (cst.If, cst.For, cst.While)):
            _ASKING[call.name](writer, call, statement)
            return
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        raise Unsupported("a call in the middle of another statement")
    if not holds(writer.tree.span(statement), writer.tree.span(call.node)):
        raise Unsupported("a call in the head of another statement")
    if call.name != "summary" and is_unfinished(writer, call):
        raise Unsupported("the model is not complete yet")
    _WRITERS[call.name](writer, call, statement)
