"""What a model is trained with: arrays, and pipelines of tf.data over arrays."""

from __future__ import annotations

from transpiler.interpret.training import PREDICTED, Given, TrainingCall
from transpiler.interpret.values import (
    Framework,
    Function,
    Generated,
    Mapping,
    Sequence,
    Static,
    Unknown,
    UserClass,
    Value,
)
from transpiler.ir.expr import Configured
from transpiler.ir.pipeline import Pipeline
from transpiler.ir.tensor import Unsupported


def array(given: Given | None, what: str, surely: bool = False) -> str:
    """The source of an argument that holds an array; `surely` where it can be nothing else."""
    if given is None or _is_none(given.value):
        raise Unsupported(f"{what} is not given as an array")
    value = given.value
    if isinstance(value, Static) and not isinstance(
        value.expr.value, (Configured, Generated, Pipeline, UserClass)
    ):
        return given.text
    if isinstance(value, Unknown) and (surely or value.reason == PREDICTED):
        return given.text
    if isinstance(value, Unknown):
        raise Unsupported(f"{what} is not known to be an array: {value.reason}")
    if isinstance(value, (Sequence, Mapping)):
        raise Unsupported(f"{what} is a list or dict of arrays")
    if isinstance(value, (Function, UserClass, Framework)):
        raise Unsupported(f"{what} is no array")
    raise Unsupported(f"{what} is not understood")


def holds_arrays(call: TrainingCall) -> bool:
    """Whether x is an attribute of some object, and y is given: Keras takes but arrays then."""
    x, y = call.given.get("x"), call.given.get("y")
    return x is not None and x.is_attribute and y is not None


def generated(given: Given | None) -> Generated | None:
    """The generator of the program's own that an argument is."""
    value = given.value if given is not None else None
    made = value.expr.value if isinstance(value, Static) else None
    return made if isinstance(made, Generated) else None


def is_stream(given: Given | None) -> bool:
    """Whether an argument is a generator of the program's own that gives inputs and targets."""
    made = generated(given)
    if made is not None and made.problem:
        raise Unsupported(f"`{made.function.name}` {made.problem}")
    return made is not None


def gives_inputs(given: Given) -> bool:
    """Whether a generator gives inputs alone, for predictions; else it gives targets, too."""
    made = generated(given)
    return made is not None and (made.bare or not is_stream(given))


def _is_none(value: Value) -> bool:
    return isinstance(value, Static) and value.expr.is_const(None)
