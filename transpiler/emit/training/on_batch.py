"""What stands in the places of train_on_batch, test_on_batch and predict_on_batch.

loss, accuracy = train_on_batch(model, images[batch], labels[batch], criterion, optimizer)
"""

from __future__ import annotations

import libcst as cst

from transpiler.emit.steps import OneBatch, test_on_batch, train_on_batch
from transpiler.emit.training.asking import as_dict, by_keys, free_after
from transpiler.emit.training.data import (
    input_names,
    input_tensors,
    is_listed,
    target_tensor,
    weight_tensor,
)
from transpiler.emit.training.listed_arrays import spread, told_apart
from transpiler.emit.training.model import Asking, ModelWriter
from transpiler.emit.training.predicting import write_predict
from transpiler.emit.training.step_parts import steps_of
from transpiler.emit.training.taken_criteria import criterion_for
from transpiler.emit.training.weighting import labels_of_batch
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Static
from transpiler.ir.tensor import Unsupported
from transpiler.lower.training import Compiled
from transpiler.source.lexical import may_act


def write_train_on_batch(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
) -> None:
    """A call of the emitted function that takes one step."""
    _refuse_sums(call)
    compiled = writer.compiled_of(call)
    if not writer.optimizer:
        raise Unsupported("the model is compiled in another function, where its optimizer stays")
    batch = _batch(writer, call, compiled)
    steps = steps_of(writer, compiled)
    names = ("train_on_batch", f"train_{writer.label}_on_batch", "train_step")
    name, source = writer.shared.function(
        ("train_on_weighted_batch", *names) if batch.weights else names,
        ("train_on_batch", batch, steps),
        lambda name: train_on_batch(name, batch, steps),
    )
    writer.emit(name, source)
    _write(writer, call, statement, compiled, name, writer.stepping(compiled))


def write_test_on_batch(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
) -> None:
    """A call of the emitted function that only looks."""
    _refuse_sums(call)
    compiled = writer.compiled_of(call)
    batch, added = _batch(writer, call, compiled), writer.added()
    names = ("test_on_batch", f"test_{writer.label}_on_batch", "test_step")
    name, source = writer.shared.function(
        ("test_on_weighted_batch", *names) if batch.weights else names,
        ("test_on_batch", batch, added),
        lambda name: test_on_batch(name, batch, added),
    )
    writer.emit(name, source)
    _write(writer, call, statement, compiled, name, [])


def write_predict_on_batch(writer: ModelWriter, call: TrainingCall, statement: Asking) -> None:
    """The same as `predict`: no layer sees what else is in a batch."""
    write_predict(writer, call, statement)


def _batch(writer: ModelWriter, call: TrainingCall, compiled: Compiled) -> OneBatch:
    """What the functions for one batch of a model get."""
    if writer.made.spread:
        raise Unsupported("single batches under a strategy")
    if is_listed(writer.built):
        raise Unsupported("single batches for a list of inputs")
    inputs = input_names(writer.built)
    targets = [head.prediction.targets.text for head in compiled.heads]
    arrays = ("x", *targets) if len(inputs) == 1 else (*inputs, *targets)
    if len(targets) == 1:
        arrays = (*arrays[:-1], "y")
    xs = input_tensors(writer.built, writer.training, arrays[: len(inputs)])
    heads = zip(arrays[len(inputs) :], compiled.heads, strict=True)
    ys = [target_tensor(y, head) for y, head in heads]
    epoch = writer.epoch(compiled)
    if writer.argument(call, "class_weight") is not None:
        labels = labels_of_batch(writer, call, compiled)
        return OneBatch(epoch, arrays, (*xs, *ys), ("weights",), labels)
    weights = tuple(_weights(writer, call, compiled))
    made = [weight_tensor(w, head) for w, head in zip(weights, compiled.heads, strict=False)]
    return OneBatch(epoch, (*arrays, *weights), (*xs, *ys, *made), weights)


def _weights(writer: ModelWriter, call: TrainingCall, compiled: Compiled) -> dict[str, str]:
    """The weights of the samples, by what they are called in the function."""
    if writer.argument(call, "sample_weight") is None:
        return {}
    return writer.weight_arrays(call.given["sample_weight"], compiled)


def _write(
    writer: ModelWriter,
    call: TrainingCall,
    statement: cst.SimpleStatementLine,
    compiled: Compiled,
    name: str,
    others: list[str],
) -> None:
    """The call of the function, in the place of the method's."""
    arrays, before = _arrays(writer, call, compiled)
    arguments = [writer.variable, *arrays, *_weights(writer, call, compiled).values()]
    arguments += [criterion_for(writer, call, compiled), *others]
    by_class = writer.argument(call, "class_weight")
    arguments += [by_class] if by_class is not None else []
    text = f"{name}({', '.join(arguments)})"
    if by_keys(call):
        text = as_dict(writer, call.node, compiled, text)
    writer.inline(call, statement, before, text)


def _arrays(
    writer: ModelWriter, call: TrainingCall, compiled: Compiled
) -> tuple[list[str], list[str]]:
    """The arguments for inputs and targets, and the statements that give names to some."""
    x, y = call.given.get("x"), call.given.get("y")
    heads, free = [head.name for head in compiled.heads], free_after(writer, call)
    inputs = spread(writer, x, writer.input_keys, "x")
    targets = "" if compiled.heads[0].key else spread(writer, y, heads, "y")
    before: list[str] = []
    if not inputs:
        x, before = told_apart(writer, x, writer.input_keys, free, "x_batch", "batch_x")
    if not targets:
        y, named = told_apart(writer, y, heads, free, "y_batch", "batch_y")
        if named and not before and x is not None and may_act(writer.source_of(x)):
            raise Unsupported("targets that get a name, behind inputs that a call gives")
        before += named
    xs = writer.arrays(x, "x", surely=True) if not inputs else ()
    ys = writer.target_arrays(y, compiled, surely=True) if not targets else ()
    arrays = [inputs, *map(writer.as_array, xs), targets, *map(writer.as_array, ys)]
    return list(filter(None, arrays)), before


def _refuse_sums(call: TrainingCall) -> None:
    given = call.given.get("reset_metrics")
    known = given is None or (isinstance(given.value, Static) and given.value.expr.is_const(True))
    if not known:
        raise Unsupported("metrics that go on from batch to batch")
