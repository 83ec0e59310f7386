"""Data sets and generators as what a model is trained with: what their batches hold.

They stand where the program makes them; the loops unpack the batches, and give what is in
them the types and shapes that the model and the criterion want.
"""

from __future__ import annotations

from collections.abc import Sized

from transpiler.emit.training.data import (
    as_column,
    fitting_of_list,
    input_dtype,
    input_keys,
    input_names,
    input_tensor,
    is_listed,
    listed_input,
    target_tensor,
    weight_tensor,
    without_last_axis,
)
from transpiler.emit.training.input_axes import fitting_of_batch
from transpiler.emit.training.listed_arrays import Order
from transpiler.interpret.region import Built
from transpiler.interpret.training import Given
from transpiler.interpret.values import Model, Static
from transpiler.ir.pipeline import Columns, Element, Gives, Leaf, Listed, Pipeline
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Targets
from transpiler.lower.heads import Head
from transpiler.lower.training import Compiled, Training
from transpiler.record import record

#: What the parts of a batch are called that is a tuple or dict itself.
_INPUTS, _TARGETS, _WEIGHTS = "features", "labels", "sample_weights"


@record(frozen=True, slots=True)
class Unpacked:
    """How a loop unpacks a batch."""

    names: str  #: the variables of the loop: "inputs, targets"
    tensors: tuple[str, ...]  #: the inputs, targets and weights, made of them
    weights: tuple[str, ...] = ()  #: what the weights are called: one for all outputs, or each
    listed: bool = False  #: whether it takes for a list what is not seen to be one


@record(frozen=True, slots=True)
class Unpacking:
    """Writes how the loops of a model unpack batches: of tensors, or of the program's arrays."""

    built: Built
    training: Training
    device: str
    arrays: bool = False
    turned: bool = False  #: whether some may run backwards through the memory of others
    order: Order | None = None  #: of a dict of inputs for a model that takes a list of them

    @property
    def origin(self) -> Model:
        """The model as it is built."""
        return self.training.origin

    def batch(self, element: Element | None, compiled: Compiled) -> Unpacked:
        """How a loop that trains or evaluates does."""
        if not isinstance(element, tuple) or len(element) not in (2, 3):
            raise Unsupported(f"{self._given} of other things than inputs and targets")
        taken, found = self._inputs(element[0])
        heads = compiled.heads
        listed = self._is_listed(element[0], self.names) or self._is_listed(element[1], heads)
        names = tuple(head.prediction.targets.text for head in heads)
        if self.arrays and len(names) == 1 and "y" not in input_names(self.built):
            names = ("y",)
        asked, labels = self._taken(element[1], names, [h.name for h in heads], _TARGETS)
        pairs = zip(heads, labels, strict=True)
        found += [self._target(head, source, part) for head, (source, part) in pairs]
        names = weight_names(element, compiled)
        if not names:
            return Unpacked(f"{taken}, {asked}", tuple(found), listed=listed)
        keys = [head.name for head in heads] if len(names) > 1 else [""]
        weighed, weights = self._taken(element[2], names, keys, _WEIGHTS)
        pairs = zip(heads, weights, strict=False)
        found += [self._weight(head, source, part) for head, (source, part) in pairs]
        return Unpacked(f"{taken}, {asked}, {weighed}", tuple(found), names, listed)

    def inputs(self, element: Element | None, alone: bool = False) -> Unpacked:
        """How a loop that predicts does, which takes the inputs; `alone` where they may be that."""
        if element is None:
            raise Unsupported(f"{self._given} of other things than inputs")
        if alone and isinstance(element, tuple):
            several = len(self.names) > 1 or is_listed(self.built)
            if not isinstance(element[0], Leaf) or several:
                raise Unsupported(f"{self._given} of several inputs, with targets or without")
            source = "batch[0] if isinstance(batch, list) else batch"
            return Unpacked("batch", (self._input(0, source, element[0]),))
        if not isinstance(element, tuple) or len(element) > 3:
            taken, found = self._inputs(element)
            return Unpacked(taken, tuple(found), listed=self._is_listed(element, self.names))
        taken, found = self._inputs(element[0])
        listed = self._is_listed(element[0], self.names)
        taken = {1: f"({taken},)", 2: f"{taken}, _", 3: f"{taken}, *_"}[len(element)]
        return Unpacked(taken, tuple(found), listed=listed)

    @property
    def names(self) -> tuple[str, ...]:
        """What a loop calls the inputs of a batch."""
        found = input_names(self.built)
        single = len(found) == 1 and not is_listed(self.built)
        return ("x",) if self.arrays and single else found

    @property
    def _given(self) -> str:
        return "batches" if self.arrays else "a data set"

    def _is_listed(self, element: Element, parts: Sized) -> bool:
        """Whether what is no tuple, as far as can be seen, stands for several parts."""
        several = len(parts) > 1 or (parts == self.names and is_listed(self.built))
        return self.arrays and isinstance(element, Leaf) and several

    def _inputs(self, element: Element) -> tuple[str, list[str]]:
        """What a loop calls the inputs of a batch, and their tensors."""
        if is_listed(self.built):
            return self._listed_inputs(element)
        if len(self.built.keys) > 1 and not isinstance(element, (Columns, dict)):
            what = "of other things than dicts, for a model that takes those"
            raise Unsupported(f"{self._given} {what}")
        keys = input_keys(self.built, self.origin)
        taken, parts = self._taken(element, self.names, keys, _INPUTS)
        return taken, [self._input(n, source, part) for n, (source, part) in enumerate(parts)]

    def _listed_inputs(self, element: Element) -> tuple[str, list[str]]:
        """The same of a model that takes a list of inputs, as a loop has made them."""
        if isinstance(element, (Columns, dict)):
            if self.order is None:
                raise Unsupported(f"{self._given} of columns, for inputs that a loop makes")
            one = self._one_of_list(f"{_INPUTS}[{self.order.key}]")
            if self.built.order is not None:
                entry = f"{self.order.key}: {one}"
                return _INPUTS, [f"{{{entry} for {self.order.target} in {self.order.iterable}}}"]
            return _INPUTS, [f"[{one} for {self.order.target} in {self.order.iterable}]"]
        if self.built.order is not None:
            what = "of other things than dicts, for a model that takes those"
            raise Unsupported(f"{self._given} {what}")
        if isinstance(element, Leaf) and not self.arrays:
            raise Unsupported("one tensor for a list of inputs")
        parts = element if isinstance(element, tuple) else ()
        for part in parts:
            self._leaf(part)
        return "inputs", [f"[{self._one_of_list('x')} for x in inputs]"]

    def _one_of_list(self, source: str) -> str:
        """The tensor of one of the inputs of a list."""
        if self.arrays:
            return f"{listed_input(self.built, self._array(source))}.to({self.device})"
        dtype = input_dtype(self.built, self.built.inputs[0])
        return self._moved(source, Leaf(), dtype) + fitting_of_list(self.built)

    def _taken(
        self, element: Element, names: tuple[str, ...], keys: list[str], whole: str
    ) -> tuple[str, list[tuple[str, Leaf]]]:
        """What a loop calls a part of a batch, and where its tensors are, as `names` are."""
        if isinstance(element, Leaf) and len(names) == 1:
            return names[0], [(names[0], element)]
        if isinstance(element, Leaf) and not self.arrays:
            raise Unsupported(f"one tensor for each of {_listed(keys)}")
        if isinstance(element, Leaf):  # there is nothing else that Keras takes
            element = (element,) * len(names)
        if isinstance(element, Listed):
            if len(names) == 1:
                raise Unsupported(f"{self._given} of lists of arrays for {_listed(keys)}")
            element = (Leaf(),) * len(names)
        if isinstance(element, Columns):
            if len(keys) == 1 or not all(keys):
                raise Unsupported(f"{self._given} of columns, other than for inputs with names")
            element = dict.fromkeys(keys, element.part)
        if isinstance(element, dict):
            if len(keys) == 1 and len(element) == 1 and not keys[0]:
                keys = list(element)
            if set(keys) != set(element):
                message = f"{self._given} without one part for each of {_listed(keys)}"
                raise Unsupported(message)
            parts = [(f'{whole}["{key}"]', element[key]) for key in keys]
            return whole, [(source, self._leaf(part)) for source, part in parts]
        if len(element) != len(names):
            raise Unsupported(f"{self._given} of {len(element)} parts for {_listed(keys)}")
        pairs = [(name, self._leaf(part)) for name, part in zip(names, element, strict=True)]
        comma = "," if len(names) == 1 else ""
        return f"({', '.join(names)}{comma})", pairs

    def _leaf(self, element: Element) -> Leaf:
        if not isinstance(element, Leaf):
            raise Unsupported(f"{self._given} of nested parts")
        return element

    def _input(self, number: int, source: str, leaf: Leaf) -> str:
        if self.arrays:
            array = self._array(source)
            return f"{input_tensor(self.built, self.training, number, array)}.to({self.device})"
        dtype = input_dtype(self.built, self.built.inputs[number])
        return self._moved(source, leaf, dtype) + fitting_of_batch(self.training, number, leaf.rank)

    def _target(self, head: Head, source: str, leaf: Leaf) -> str:
        """Targets as the criterion wants them, as they come from arrays too."""
        if self.arrays:
            return f"{target_tensor(self._array(source), head)}.to({self.device})"
        rank, units = head.prediction.rank, head.prediction.units
        if head.loss.targets is Targets.CLASSES:
            made = self._moved(source, leaf, "torch.long")
            if rank is None:
                raise Unsupported("classes as targets of an output whose axes are not known")
            return made if leaf.rank == rank - 1 else f"{made}.flatten({rank - 2 or ''})"
        made = self._moved(source, leaf, "torch.float32")
        column = rank == 2 and units == 1 and leaf.rank != 2
        if column:
            return as_column(made, source, head)
        return made if leaf.rank == rank else f"{made}{without_last_axis(head)}"

    def _weight(self, head: Head, source: str, leaf: Leaf) -> str:
        """The weights of samples; of steps or pixels, where the output has several of them."""
        if self.arrays:
            return f"{weight_tensor(self._array(source), head)}.to({self.device})"
        made, rank = self._moved(source, leaf, "torch.float32"), head.prediction.rank
        if rank == 2:
            return made if leaf.rank == 1 else f"{made}.flatten()"
        if leaf.rank == 1:
            return f"{made}.unsqueeze(1)"
        return made if rank == 3 and leaf.rank == 2 else f"{made}.unsqueeze(1).flatten(1)"

    def _array(self, source: str) -> str:
        """An array of a batch, which torch takes."""
        return f"np.ascontiguousarray({source})" if self.turned else source

    def _moved(self, source: str, leaf: Leaf, dtype: str) -> str:
        """A tensor on the device, in the type that is wanted."""
        known = f"torch.{leaf.dtype}" == dtype
        return f"{source}.to({self.device})" if known else f"{source}.to({self.device}, {dtype})"


def weight_names(element: Element | None, compiled: Compiled) -> tuple[str, ...]:
    """What the loops call the weights of the samples that a batch holds."""
    if not isinstance(element, tuple) or len(element) != 3:
        return ()
    if isinstance(element[2], Leaf) or len(compiled.heads) == 1:
        return ("weights",)
    return tuple(f"{head.variable}_weights" for head in compiled.heads)


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


def _listed(keys: list[str]) -> str:
    """The names of inputs or outputs for a message, without the numbers of tensors."""
    if not all(keys):
        return f"{len(keys)} without names"
    return ", ".join(key.partition(":")[0] for key in keys)
