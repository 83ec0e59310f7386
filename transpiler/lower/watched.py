"""Weights that regularizers and constraints watch."""

from __future__ import annotations

from transpiler.interpret.context import FileContext
from transpiler.interpret.region import Built, Region
from transpiler.interpret.statics import constant
from transpiler.interpret.summary import Summary
from transpiler.interpret.values import Layer, Value
from transpiler.ir.code import Construct, For, While
from transpiler.ir.expr import Module
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Constraint, Penalty
from transpiler.lower.binding import only, use_of
from transpiler.passes.liveness import modules_used, walk
from transpiler.record import record

#: Where torch keeps the weights that Keras can regularize.
_PLACES = {"kernel": "weight", "embeddings": "weight", "bias": "bias", "gamma": "weight",
           "beta": "bias", "depthwise": "weight"}  # fmt: skip

_PLAIN = ("nn.Linear(", "nn.Conv", "nn.Embedding(", "nn.BatchNorm", "nn.LayerNorm(")


#: The torch dimension of each of Keras's axes of a kernel, by its rank.
_DIMS = {1: (0,), 2: (1, 0), 3: (2, 1, 0), 4: (2, 3, 1, 0), 5: (2, 3, 4, 1, 0)}
_RANKS = {"nn.Linear(": 2, "nn.Conv1d(": 3, "nn.Conv2d(": 4, "nn.Conv3d(": 5}


@record(frozen=True, slots=True)
class Constrained:
    """A weight that a constraint brings back after each step."""

    token: str  #: of its module
    parameter: str
    constraint: Constraint
    dims: tuple[int, ...]  #: torch's dimensions of Keras's axes


@record(frozen=True, slots=True)
class Penalized:
    """A weight that a regularizer watches."""

    token: str  #: of its module
    parameter: str
    penalty: Penalty


def watched_weights(
    file: FileContext, region: Region, built: Built
) -> tuple[list[Penalized], list[Constrained]]:
    """What regularizers add to the loss of a model, and what constraints do to its weights."""
    used = modules_used(built.forward)
    for inner in called_by(region):
        if inner.penalties:
            raise Unsupported("a regularizer or constraint in a function that builds a part of it")
    looped = {
        n.module.token
        for outer in walk(built.init)
        if isinstance(outer, (For, While))
        for n in walk(outer.body)
        if isinstance(n, Construct)
    }
    penalized: list[Penalized] = []
    constrained: list[Constrained] = []
    for layer, name, value in region.penalties:
        kind, _, what = name.rpartition("_")
        if not _is_trained(layer) and (what == "constraint" or file.options.keras != "2"):
            continue
        modules = [m for m in layer.modules if m.token in used]
        if not modules:
            if any(m.constructor.text in region.model_names for m in used.values()):
                raise Unsupported(f"{name} in a model that is part of this one")
            continue
        module = modules[0]
        plain = _made(module).startswith(_PLAIN) and len(layer.modules) == 1
        if kind not in _PLACES or not plain or module.token in looped:
            raise Unsupported(f"{name} of {layer.symbol} is not translated")
        if what == "constraint":
            constrained.append(_constrained(file, module, name, value))
            continue
        use = use_of(file.rules.regularizers, "keras.regularizers", value, name)
        only(use)
        penalty = use.build(kind, keras=file.options.keras)
        if not penalty.is_nothing:
            penalized.append(Penalized(module.token, _PLACES[kind], penalty))
    return penalized, constrained


def _constrained(file: FileContext, module: Module, name: str, value: Value) -> Constrained:
    use = use_of(file.rules.constraints, "keras.constraints", value, name)
    only(use)
    parameter = _PLACES[name.removesuffix("_constraint")]
    text = _made(module)
    rank = next((rank for begin, rank in _RANKS.items() if text.startswith(begin)), 0)
    dims = _DIMS[rank] if rank and parameter == "weight" else tuple(range(2))
    if (parameter == "bias" or not rank) and "nn.Embedding(" not in text:
        dims = (0,)
    if "groups=" in text:
        raise Unsupported(f"{name} of a convolution in groups")
    return Constrained(module.token, parameter, use.build(name), dims)


def _made(module: Module) -> str:
    """How a module is made, whatever weights it starts from."""
    return module.constructor.text.removeprefix("with_init(")


def _is_trained(layer: Layer) -> bool:
    """Whether a layer has gradients: Keras 3 adds nothing for weights without."""
    trainable = layer.arguments.get("trainable")
    if layer.freezes or not (trainable is None or isinstance(constant(trainable), bool)):
        raise Unsupported("a regularizer of a layer that is frozen under a condition")
    return trainable is None or constant(trainable) is True


def called_by(region: Region) -> list[Region]:
    """The regions of the functions that a region calls to build its models."""
    return [summary.region for summary in _called(region) if summary.region is not None]


def _called(region: Region) -> list[Summary]:
    """The functions that a region calls to build its models, and those that they call."""
    found: dict[int, Summary] = {}
    pending = list(region.called)
    while pending:
        summary = pending.pop()
        if id(summary) not in found:
            found[id(summary)] = summary
            pending += summary.region.called if summary.region is not None else []
    return list(found.values())
