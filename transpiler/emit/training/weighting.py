"""What samples count in the loss of a `fit`: weights of their own, or those of their classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field

from transpiler.emit.training.absent import bracketed, may_be_none
from transpiler.emit.training.copied_arrays import apart, apart_from_dict
from transpiler.emit.training.data import weight_tensor
from transpiler.emit.training.loaders import weight_names
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.validation import named_arrays
from transpiler.interpret.training import TrainingCall
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Targets
from transpiler.lower.data import element_of
from transpiler.lower.training import Compiled
from transpiler.lower.weighing import weighs
from transpiler.record import record


@record(frozen=True, slots=True)
class Weighting:
    """The weights of the samples that a model is trained on."""

    names: tuple[str, ...] = ()  #: what they are called in the loop
    tensors: dict[str, str] = field(default_factory=dict)  #: by those names, in a data set
    labels: str = ""  #: in the loop: the classes of a batch, where it looks them up by itself
    argument: str = ""  #: the weights of classes that the function for an epoch gets then
    before: tuple[str, ...] = ()  #: statements that give them a name


def weighting_of(
    writer: ModelWriter,
    call: TrainingCall,
    compiled: Compiled,
    ys: tuple[str, ...],
    name: Callable[..., str],
    arrays: dict[str, str],
    first: str = "",
) -> Weighting:
    """What a `fit` says of the weights, whose arrays are given.

    `ys` are its targets, where they are arrays; it trains on the first so many of the samples.
    """
    if not weighs(call):
        return Weighting()
    by_class = writer.argument(call, "class_weight")
    if by_class is None:
        if writer.argument(call, "sample_weight") is None:
            return Weighting(weight_names(element_of(call.given["x"]), compiled))
        tensors = sample_weights(writer, call, compiled, arrays, f"[:{first}]" if first else "")
        return Weighting(tuple(tensors), tensors)
    labels = labels_of_batch(writer, call, compiled)
    before: tuple[str, ...] = ()
    by_class = by_class if ys else apart_from_dict(writer, call, by_class)
    if not by_class.isidentifier():
        variable = name("class_weight", "weight_of_class")
        absent = may_be_none(writer, by_class)
        perhaps = f"{bracketed(by_class)} or {{}}" if absent else by_class
        before = (f"{variable} = {perhaps}",)
        by_class = variable
    elif may_be_none(writer, by_class):
        by_class = f"({by_class} or {{}})"
    if not ys:
        return Weighting(("weights",), labels=labels, argument=by_class, before=before)
    rows = labels.endswith(".argmax(1)")
    known = f"np.asarray({ys[0]})" if rows and writer.shared.tables.hold(ys[0]) else ys[0]
    labels = f"np.ravel({known}.argmax(1))" if rows else f"np.ravel({ys[0]})"
    writer.made.helpers.add("numpy")
    key = "int(label)"
    if not rows and compiled.loss.targets is not Targets.CLASSES:
        key, labels = "label", f"np.rint({labels})"  # of two classes, it may be near to 0 or 1
    tensor = f"torch.tensor([{by_class}.get({key}, 1.0) for label in {labels}])"
    return Weighting(("weights",), {"weights": tensor}, before=before)


def labels_of_batch(writer: ModelWriter, call: TrainingCall, compiled: Compiled) -> str:
    """The classes of the samples of a batch, to which `class_weight` gives weights."""
    if writer.argument(call, "sample_weight") is not None:
        raise Unsupported("sample_weight together with class_weight, which Keras 3 refuses")
    if compiled.several or compiled.prediction.rank != 2:
        raise Unsupported("class_weight for several outputs, or for steps of an output")
    if compiled.loss.targets is Targets.CLASSES:
        return "targets"
    return "targets.argmax(1)" if writer.training.units != 1 else "targets.flatten()"


def sample_weights(
    writer: ModelWriter, call: TrainingCall, compiled: Compiled, arrays: dict[str, str], part: str
) -> dict[str, str]:
    """The tensors of `sample_weight` by their names in the loop, or some part of each."""
    sources = map(writer.as_array, apart(writer, call, tuple(arrays.values())))
    found = zip(arrays, sources, compiled.heads, strict=False)
    return {name: f"{weight_tensor(array, head)}{part}" for name, array, head in found}


def present_weights(writer: ModelWriter, call: TrainingCall, compiled: Compiled) -> dict[str, str]:
    """The arrays of `sample_weight` by their names: ones, where a run may have no weights."""
    arrays = writer.weight_arrays(call.given["sample_weight"], compiled)
    given = writer.argument(call, "sample_weight")
    if given is None or not may_be_none(writer, given):
        return arrays
    targets = call.given.get("y")
    if targets is None or len(arrays) != 1 or compiled.several or compiled.prediction.rank != 2:
        raise Unsupported("sample_weight may be None")
    (name, array), length = *arrays.items(), f"len({writer.source_of(targets)})"
    writer.made.helpers.add("numpy")
    held = writer.as_array(array)
    return {name: f"np.ones({length}) if {bracketed(array)} is None else {held}"}


def weight_arrays(
    writer: ModelWriter, call: TrainingCall, compiled: Compiled, name: Callable[..., str] | None
) -> tuple[dict[str, str], list[str]]:
    """The arrays of `sample_weight` by the same names, and the statements that name them.

    `name` gives variables, where each is cut in two.
    """
    if writer.argument(call, "sample_weight") is None:
        return {}, []
    arrays = present_weights(writer, call, compiled)
    if name is None:
        return arrays, []
    wanted = ("sample_weight", "sample_weights")
    found, before = named_arrays(writer, tuple(arrays.values()), wanted, name)
    return dict(zip(arrays, found, strict=True)), before
