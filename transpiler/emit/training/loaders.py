"""Data sets of tf.data as what a model is trained with: what their batches hold.

The data set stands where the program makes it; the loops unpack its batches, and give what is in
them the types and shapes that the model and the criterion want.
"""

from __future__ import annotations

from transpiler.emit.training.data import input_dtype, input_keys, input_names, is_single
from transpiler.interpret.region import Built
from transpiler.interpret.training import Given
from transpiler.interpret.values import Model, Static
from transpiler.ir.pipeline import Element, Gives, Leaf, Pipeline
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Targets
from transpiler.lower.heads import Head
from transpiler.lower.training import Compiled
from transpiler.record import record

#: What the parts of a batch are called that is a tuple or dict itself.
_INPUTS, _TARGETS = "features", "labels"


@record(frozen=True, slots=True)
class Unpacked:
    """How a loop unpacks a batch."""

    names: str  #: the variables of the loop: "inputs, targets"
    tensors: tuple[str, ...]  #: the inputs and targets, made of them


def data_set(given: Given | None) -> Pipeline | None:
    """The data set that an argument is; None where it is something else."""
    value = given.value if given is not None else None
    pipeline = value.expr.value if isinstance(value, Static) else None
    if not isinstance(pipeline, Pipeline):
        return None
    if (condition := pipeline.repeats_if) is not None:
        raise Unsupported(f"a data set that has an end or not, as `{condition.text}` says")
    if pipeline.gives is not Gives.BATCHES and not pipeline.open:
        raise Unsupported("a data set of single samples, which are no batches")
    return pipeline


def unpacked(
    built: Built, origin: Model, pipeline: Pipeline, compiled: Compiled, device: str
) -> Unpacked:
    """How a loop that trains or evaluates unpacks a batch."""
    element = pipeline.element
    if not isinstance(element, tuple) or len(element) not in (2, 3):
        raise Unsupported("a data set of other things than inputs and targets")
    names = input_names(built)
    targets = tuple(head.prediction.targets.text for head in compiled.heads)
    _check_keys(built, element[0])
    taken, inputs = _taken(element[0], names, input_keys(built, origin), _INPUTS)
    asked, labels = _taken(element[1], targets, [h.name for h in compiled.heads], _TARGETS)
    found = [
        _input(built, origin, number, source, part, device)
        for number, (source, part) in enumerate(inputs)
    ]
    pairs = zip(compiled.heads, labels, strict=True)
    found += [_target(head, source, part, device) for head, (source, part) in pairs]
    for part in element[2:]:
        found.append(_moved("weights", _leaf(part), "torch.float32", device))
    weights = ", weights" if len(element) == 3 else ""
    return Unpacked(f"{taken}, {asked}{weights}", tuple(found))


def unpacked_inputs(built: Built, origin: Model, pipeline: Pipeline, device: str) -> Unpacked:
    """How a loop that predicts unpacks a batch, of which it takes the inputs alone."""
    whole, rest = pipeline.element, ""
    element: Element = whole
    if isinstance(whole, tuple) and len(whole) in (2, 3):
        element, rest = whole[0], ", _" if len(whole) == 2 else ", *_"
    _check_keys(built, element)
    taken, inputs = _taken(element, input_names(built), input_keys(built, origin), _INPUTS)
    found = [
        _input(built, origin, number, source, part, device)
        for number, (source, part) in enumerate(inputs)
    ]
    return Unpacked(f"{taken}{rest}", tuple(found))


def _check_keys(built: Built, element: Element) -> None:
    """A model that takes a dict gets one."""
    if len(built.keys) > 1 and not isinstance(element, dict):
        raise Unsupported("a data set of other things than dicts, for a model that takes those")


def _taken(
    element: Element, names: tuple[str, ...], keys: list[str], whole: str
) -> tuple[str, list[tuple[str, Leaf]]]:
    """What a loop calls a part of a batch, and where its tensors are, in the order of `names`."""
    if isinstance(element, Leaf):
        if len(names) > 1:
            raise Unsupported(f"one tensor for each of: {', '.join(keys)}")
        return names[0], [(names[0], element)]
    if isinstance(element, dict):
        if len(keys) == 1 and len(element) == 1 and not keys[0]:
            keys = list(element)
        if set(keys) != set(element):
            raise Unsupported(f"a data set without one part for each of: {', '.join(keys)}")
        parts = [(f'{whole}["{key}"]', element[key]) for key in keys]
        return whole, [(source, _leaf(part)) for source, part in parts]
    if len(element) != len(names):
        raise Unsupported(f"a data set of {len(element)} parts for: {', '.join(keys)}")
    pairs = [(name, _leaf(part)) for name, part in zip(names, element, strict=True)]
    comma = "," if len(names) == 1 else ""
    return f"({', '.join(names)}{comma})", pairs


def _leaf(element: Element) -> Leaf:
    if not isinstance(element, Leaf):
        raise Unsupported("a data set of nested parts")
    return element


def _moved(source: str, leaf: Leaf, dtype: str, device: str) -> str:
    """A tensor on the device, in the type that is wanted."""
    known = f"torch.{leaf.dtype}" == dtype
    return f"{source}.to({device})" if known else f"{source}.to({device}, {dtype})"


def _input(built: Built, origin: Model, number: int, source: str, leaf: Leaf, device: str) -> str:
    made = _moved(source, leaf, input_dtype(built, built.inputs[number]), device)
    return f"{made}.reshape(-1, 1)" if is_single(origin, number) and leaf.rank != 2 else made


def _target(head: Head, source: str, leaf: Leaf, device: str) -> str:
    """Targets as the criterion wants them, as they come from arrays too."""
    rank, units = head.prediction.rank, head.prediction.units
    if head.loss.targets is Targets.CLASSES:
        made = _moved(source, leaf, "torch.long", device)
        if rank is None:
            raise Unsupported("classes as targets of an output whose axes are not known")
        return made if leaf.rank == rank - 1 else f"{made}.flatten({rank - 2 or ''})"
    made = _moved(source, leaf, "torch.float32", device)
    return f"{made}.reshape(-1, 1)" if rank == 2 and units == 1 and leaf.rank != 2 else made
