"""What stands in the places of `predict` and its kin."""

from __future__ import annotations

from keyword import iskeyword

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.emit.predicting import Predicting, predict
from transpiler.emit.training.absent import batch_size
from transpiler.emit.training.asking import free_after, refuse_callbacks, some_batches
from transpiler.emit.training.data import input_keys, input_names, input_tensors, is_listed
from transpiler.emit.training.listed_arrays import (
    arrays_of_list,
    entries_of,
    of_batches,
    spread,
    told_apart,
)
from transpiler.emit.training.model import Asking, ModelWriter
from transpiler.emit.training.one_of_several import picked
from transpiler.emit.training.receivers import function_of, label_of
from transpiler.emit.training.sequences import some_of_sequence
from transpiler.emit.training.so_many_batches import first_samples, steps_of_arrays
from transpiler.emit.training.streams import note_listed, stream
from transpiler.interpret.region import Region
from transpiler.interpret.training import Given, TrainingCall
from transpiler.interpret.values import Mapping, Sequence, Static, Unknown
from transpiler.ir.expr import literal
from transpiler.ir.pipeline import Columns, Element
from transpiler.ir.tensor import Unsupported
from transpiler.lower.data import element_of, may_be_inputs_alone
from transpiler.record import replace


def write_predict(writer: ModelWriter, call: TrainingCall, statement: Asking) -> None:
    """A call of the emitted function that predicts."""
    refuse_callbacks(writer, call)
    pipeline = writer.data_set(call)
    if pipeline is not None:
        if pipeline.random:
            writer.made.said.append((ASSUMED, call.node, _IN_RANDOM_ORDER))
        loader = some_batches(writer, call, pipeline, "x", "steps")
    else:
        loader = some_of_sequence(writer, call) or stream(writer, call, "x", "steps")
    if loader:
        _predict_batches(writer, call, statement, loader)
        return
    before, text = _predicted(writer, call)
    writer.inline(call, statement, before, text)


def write_predict_classes(writer: ModelWriter, call: TrainingCall, statement: Asking) -> None:
    """The class with the largest output, or whether the only output is above 0.5."""
    rank, units = writer.training.rank, writer.training.units
    several = any(compiled.loss.several for compiled in writer.training.compiled.values())
    classes = units is None and (several or writer.training.ends_in == "softmax")
    if rank is None or (units is None and not classes):
        raise Unsupported("the size of the output is not known")
    if classes:
        message = "`predict_classes`: there are several classes"
        writer.made.said.append((ASSUMED, call.node, message))
    before, outputs = _predicted(writer, call)
    text = f"{outputs}.argmax(-1)" if units != 1 else f'({outputs} > 0.5).astype("int32")'
    writer.inline(call, statement, before, text)


def _predicted(writer: ModelWriter, call: TrainingCall) -> tuple[list[str], str]:
    """The outputs for arrays, and what stands before the statement."""
    given = call.given.get("x")
    before: list[str] = []
    listed = spread(writer, given, writer.input_keys, "x")
    if not listed:
        free = free_after(writer, call)
        given, before = told_apart(writer, given, writer.input_keys, free, "x_asked")
        listed = _keyed(writer, call, given) or _listed(writer, given)
    xs = () if listed else writer.arrays(given, "x")
    name = predictor(writer)
    size, steps = batch_size(writer, call), steps_of_arrays(writer, call, "steps")
    if steps and listed:
        raise Unsupported("steps of a list whose arrays are not told apart")
    if steps and size is not None:
        xs = first_samples(xs, steps, size)
    sized = f", batch_size={size}" if size is not None else ""
    arrays = listed or ", ".join(map(writer.as_array, xs))
    return before, f"{name}({writer.variable}, {arrays}{sized})"


def _keyed(writer: ModelWriter, call: TrainingCall, given: Given | None) -> str:
    """The inputs out of a dict that a data set has given; "" of all else."""
    if given is None or given.node is None or call.region is None:
        return ""
    element = _element(call.region, given.node)
    if element is None or len(writer.input_keys) < 2:
        return ""
    if isinstance(element, Columns):
        raise Unsupported("the inputs are a dict of a data set, of which the run tells the names")
    if not isinstance(element, dict):
        return ""
    if not set(writer.input_keys) <= element.keys():
        raise Unsupported("the inputs are a dict of a data set, by other names than the model's")
    text = writer.source_of(given)
    return ", ".join(f"{text}[{literal(key)}]" for key in writer.input_keys)


def _element(region: Region, node: cst.BaseExpression) -> Element | None:
    """What of a data set an expression is: a variable, or a part of one."""
    match node:
        case cst.Name(name):
            found: Element | None = region.batch_names.get(name)
            return found
        case cst.Subscript(
            value=whole, slice=[cst.SubscriptElement(cst.Index(cst.Integer(place)))]
        ):
            element = _element(region, whole)
            if isinstance(element, tuple) and int(place) < len(element):
                return element[int(place)]
    return None


def _listed(writer: ModelWriter, given: Given | None) -> str:
    """What passes on a list whose arrays are not told apart, "" where it is no such list."""
    if given is not None and is_listed(writer.built):
        return _starred(writer, given)
    if given is None or writer.built.keys or len(input_names(writer.built)) == 1:
        return ""
    value = given.value
    plain = isinstance(value, Static) and not value.expr.known
    keys = input_keys(writer.built, writer.training.origin)
    if (not plain and not isinstance(value, Unknown)) or entries_of(writer, given, keys):
        return ""
    match given.node:
        case cst.BinaryOperation(left=cst.List(elements=first), operator=cst.Add(), right=rest):
            arrays = [writer.shared.source(element.value) for element in first]
            return ", ".join([*arrays, f"*{writer.shared.source(rest)}"])
    return f"*{writer.source_of(given)}"


def taken_apart(writer: ModelWriter) -> tuple[str, ...]:
    """What `predict(model, *inputs)` makes tensors of: the inputs of a loop, and the others."""
    count = len(writer.training.taking.inputs)
    if not count:
        return ("inputs",)
    return f"inputs[:-{count}]", *(f"inputs[{n}]" for n in range(-count, 0))


def _starred(writer: ModelWriter, given: Given) -> str:
    """The arrays of a list, of which a model takes as many as there are."""
    return spread_out(writer, writer.source_of(given), given)


def spread_out(writer: ModelWriter, text: str, given: Given | None = None) -> str:
    """The same of a source."""
    first, *others = arrays_of_list(writer, text, given, "x")
    if text.isidentifier() and not first.startswith("["):
        return f"*{text}"
    single = first.startswith("[") and not isinstance(cst.parse_expression(first), cst.ListComp)
    return ", ".join([first[1:-1] if single else f"*{first}", *map(writer.as_array, others)])


def predictor(writer: ModelWriter, training: bool = False) -> str:
    """The name of the function that predicts from arrays, if need be in training mode."""
    names = input_names(writer.built)
    listed = is_listed(writer.built)
    names = names if len(names) > 1 or listed else ("x",)
    if not all(key.isidentifier() and not iskeyword(key) for key in writer.built.keys):
        raise Unsupported("a dict of inputs whose keys are no names")
    plain = taken_apart(writer) if listed else names
    tensors = tuple(input_tensors(writer.built, writer.training, plain))
    how = replace(_predicting(writer), names=names, tensors=tensors, training=training)
    if training and (listed or how.autocast):
        raise Unsupported("a call in training mode of a list of inputs or in mixed precision")
    return _predictor(writer, how)


def _predicting(writer: ModelWriter) -> Predicting:
    """What all ways to predict have in common."""
    made = writer.training.origin.outputs
    by_key = isinstance(made, Mapping)
    outputs = len(made.items) if isinstance(made, (Sequence, Mapping)) else 1
    precision = writer.shared.file.precision
    if precision and (outputs > 1 or by_key):
        raise Unsupported("`predict` of several outputs in mixed precision")
    return Predicting(
        writer.training.activation,
        writer.training.ends_in,
        1 if writer.training.rank == 2 else -1,
        sized=writer.shared.sized,
        device=writer.device,
        outputs=outputs,
        by_key=by_key,
        autocast=f"torch.{precision}" if precision else "",
        keys=writer.built.keys,
        order=of_batches(writer),
    )


def _predictor(writer: ModelWriter, how: Predicting) -> str:
    """The name of the function that predicts."""
    mode = "_in_training" * how.training
    label = function_of(label_of((writer.home if writer.open else writer.part).variable))
    names = ("predict", f"predict_{label}", "predict_with")
    name, source = writer.shared.function(
        tuple(name + mode for name in names),
        (f"predict{mode}", how),
        lambda name: predict(name, how),
    )
    writer.emit(name, source)
    return picked(writer, "predict", name)


_IN_RANDOM_ORDER = (
    "the samples come in random order, in Keras too: what is compared with the predictions must "
    "come from the same batches"
)


def _predict_batches(
    writer: ModelWriter, call: TrainingCall, statement: Asking, loader: str
) -> None:
    """Predictions for batches that a data set gives, or the program makes."""
    given = call.given["x"]
    unpacking = writer.unpacking(given)
    loop = unpacking.inputs(element_of(given), may_be_inputs_alone(given))
    note_listed(writer, loop, given)
    how = replace(
        _predicting(writer),
        names=unpacking.names,
        tensors=loop.tensors,
        sized=False,
        batch=loop.names,
    )
    writer.inline(call, statement, [], f"{_predictor(writer, how)}({writer.variable}, {loader})")
