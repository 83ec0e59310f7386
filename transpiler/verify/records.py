"""What the two worker processes and the session tell each other: plain values, all picklable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]

#: The classes whose weights or outputs Keras 2 computes in float32 only.
FLOAT64, FLOAT32 = "float64", "float32"


@dataclass(frozen=True, slots=True)
class Program:
    """The text of one module, and where its imports start."""

    text: str
    path: str = ""  #: the file it was read from, or would be
    root: str = ""  #: the folder to put on `sys.path`
    module: str = ""  #: its dotted name below `root`


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to build in both programs: a variable's value, or the result of a call."""

    name: str
    line: int = 0
    call: str = ""  #: an expression; empty for a variable
    logits: bool = False  #: compiled and trained here: the converted model may return logits
    asked: bool = False  #: named by the user: must be found


@dataclass(frozen=True, slots=True)
class LayerRecord:
    """The weights of one Keras layer, before and after a training step, and their gradients."""

    kinds: tuple[str, ...]  #: its class and the base classes of it
    name: str
    roles: tuple[str, ...]
    weights: tuple[Array, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)
    after: tuple[Array, ...] = ()
    gradients: tuple[Array | None, ...] = ()

    def part(self, kind: str, picked: Mapping[int, str], **facts: Any) -> LayerRecord:
        """A layer of its own made of some of the weights, by index and new role."""
        indices = tuple(picked)
        return replace(
            self,
            kinds=(kind,),
            name=f"{self.name}.{kind}",
            roles=tuple(picked.values()),
            weights=tuple(self.weights[i] for i in indices),
            after=tuple(self.after[i] for i in indices) if self.after else (),
            gradients=tuple(self.gradients[i] for i in indices) if self.gradients else (),
            facts={**self.facts, **facts},
        )

    def __str__(self) -> str:
        shapes = ", ".join(f"{r} {w.shape}" for r, w in zip(self.roles, self.weights, strict=True))
        return f"{self.kinds[0]} '{self.name}' ({shapes})"


@dataclass(frozen=True, slots=True)
class Structure:
    """How inputs or outputs are packed: one array, a list of them, or a dict."""

    kind: str = "single"
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelData:
    """Everything measured of one Keras model."""

    inputs: tuple[Array, ...]
    packing: Structure
    layers: tuple[LayerRecord, ...]
    eval_outputs: tuple[Array, ...]
    output_packing: Structure
    train_outputs: tuple[Array, ...] = ()
    cotangents: tuple[Array, ...] = ()
    input_gradients: tuple[Array | None, ...] = ()
    rates: tuple[float, ...] = ()  #: of the dropouts that ran in training, in order
    dtype: str = FLOAT64
    loose: str = ""  #: why numbers are only float32 ones, where they are
    activation: str = ""  #: what the last layer applies: "softmax", "sigmoid" or nothing

    @property
    def slopes(self) -> tuple[Array, ...]:
        """All gradients that there are."""
        own = [slope for layer in self.layers for slope in layer.gradients]
        return tuple(slope for slope in (*own, *self.input_gradients) if slope is not None)


@dataclass(frozen=True, slots=True)
class Measured:
    """One model of the Keras program, or why there is none."""

    name: str
    line: int = 0
    data: ModelData | None = None
    status: str = ""  #: "skipped" or "error" where there is no data
    reason: str = ""
    target: int = 0  #: the index of the target it belongs to
    ordinal: int = 0  #: its place among the models of that target
    logits: bool = False
    needs_shape: bool = False  #: not built: nobody said what goes in


@dataclass(frozen=True, slots=True)
class Request:
    """What the session asks of a worker."""

    program: Program
    targets: tuple[Target, ...]
    dtype: str = FLOAT64
    gradients: bool = True
    seed: int = 0
    shapes: Mapping[tuple[int, int], tuple[tuple[int, ...], bool]] = field(default_factory=dict)
    measured: tuple[Measured, ...] = ()


def finite(arrays: tuple[Array, ...]) -> bool:
    """Whether no array holds a NaN or an infinity."""
    return all(bool(np.isfinite(array).all()) for array in arrays if array.dtype.kind == "f")


@dataclass(frozen=True, slots=True)
class Fitted:
    """What one `fit` of the original did."""

    name: str  #: what it was called on, and in which function: `model`, `model in main()`
    line: int
    model: int  #: the number of the model among those that were used
    loss: float  #: of the first step: of its batch, or the mean over its batches
    before: tuple[LayerRecord, ...]
    stepped: tuple[LayerRecord, ...]  #: after the first step
    after: tuple[LayerRecord, ...]  #: after the last step
    steps: int
    batches: int  #: of each step
    history: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Trained:
    """What a Keras program trained, and what it left behind."""

    models: tuple[ModelData, ...] = ()  #: as they began, in the order of their use
    made: tuple[int, ...] = ()  #: their numbers, in the order in which they were made
    final: tuple[tuple[LayerRecord, ...], ...] = ()
    fits: tuple[Fitted, ...] = ()
    arrays: Mapping[str, tuple[Array | None, ...]] = field(default_factory=dict)  #: by binding
    drawn: Mapping[str, Array] = field(default_factory=dict)  #: data that stand for unread files
    values: Mapping[str, Any] = field(default_factory=dict)  #: the plain values at the end
    failures: tuple[tuple[int, str], ...] = ()  #: of statements that train, by line
    from_logits: bool = False  #: a loss on probabilities went back to their logits
    stepwise: bool = False  #: there are steps outside of `fit`, which are not counted
    notes: tuple[str, ...] = ()  #: what Keras did in torch's way, and is close by declaration


@dataclass(frozen=True, slots=True)
class TrainingRequest:
    """A program to train; the converted one with what its original came to."""

    program: Program
    whole: bool = False  #: run all of it as it stands, instead of what trains, within bounds
    every: bool = False  #: record models that the program makes and never uses, too
    dtype: str = FLOAT64
    original: str = ""
    trained: Trained | None = None
    settled: bool = False  #: both step alike, where a difference is declared close
