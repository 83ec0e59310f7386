"""What a model is trained with: arrays, and pipelines of tf.data over arrays."""

from __future__ import annotations

from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.data_sets import data_of
from transpiler.interpret.object_groups import OF_METHOD
from transpiler.interpret.predicted import PREDICTED
from transpiler.interpret.training import Given, TrainingCall
from transpiler.interpret.values import (
    Framework,
    Function,
    Mapping,
    Sequence,
    Static,
    Unknown,
    UserClass,
    Value,
)
from transpiler.ir.expr import Configured
from transpiler.ir.pipeline import Element, Generated, Pipeline
from transpiler.ir.tensor import Unsupported
from transpiler.source.made_batches import returned_or_part


def array(given: Given | None, what: str, surely: bool = False) -> str:
    """The source of an argument that holds an array; `surely` where it can be nothing else."""
    if given is None and what == "y":
        raise Unsupported("there are no targets, and nothing shows that x is a data set")
    if given is None or _is_none(given.value):
        raise Unsupported(f"{what} is not given as an array")
    value = given.value
    if isinstance(value, Static) and not isinstance(
        value.expr.value, (Configured, Generated, Pipeline, UserClass)
    ):
        return given.text
    if isinstance(value, Unknown) and (surely or value.reason == PREDICTED):
        return given.text
    if type(value) is Unknown and value.reason.endswith(OF_METHOD):
        return given.text  # of an object that knows of no framework
    if isinstance(value, Unknown):
        raise Unsupported(f"{what} is not known to be an array: {value.reason}")
    if is_of_numbers(value):
        return given.text  # Keras 2 makes an array of it
    if isinstance(value, (Sequence, Mapping)):
        raise Unsupported(f"{what} is a list or dict of arrays")
    if isinstance(value, (Function, UserClass, Framework)):
        raise Unsupported(f"{what} is no array")
    raise Unsupported(f"{what} is not understood")


def is_of_numbers(value: Value) -> bool:
    """Whether a list holds nothing but numbers, or lists of such."""
    items = value.items if isinstance(value, Sequence) else ()
    return bool(items) and all(
        (
            is_of_numbers(item)
            if isinstance(item, Sequence)
            else isinstance(item, Static) and isinstance(item.expr.value, (int, float))
        )
        for item in items
    )


def holds_arrays(call: TrainingCall) -> bool:
    """Whether x is an attribute of some object, and y is given: Keras takes but arrays then."""
    x, y = call.given.get("x"), call.given.get("y")
    return x is not None and x.is_attribute and y is not None


def generated(given: Given | None) -> Generated | None:
    """The generator of the program's own that an argument is."""
    made = data_of(given.value) if given is not None else None
    return made if isinstance(made, Generated) else None


def sequence_of(given: Given | None) -> UserClass | None:
    """The class of the program's own over Keras's that an argument is an instance of."""
    made = data_of(given.value) if given is not None else None
    return made if isinstance(made, UserClass) else None


def is_streamed(given: Given | None) -> bool:
    """Whether an argument gives batches that the program makes itself."""
    return generated(given) is not None or sequence_of(given) is not None


def element_of(given: Given | None) -> Element | None:
    """What each batch of a data set, generator or sequence holds, where that is known."""
    made = data_of(given.value) if given is not None else None
    if not isinstance(made, UserClass):
        return made.element if made is not None else None
    return _batch_of(made)[0]


def may_be_inputs_alone(given: Given | None) -> bool:
    """Whether the batches of a sequence are with targets or without, as the program tells it."""
    made = sequence_of(given)
    return made is not None and _batch_of(made)[1]


def _batch_of(made: UserClass) -> tuple[Element | None, bool]:
    """What each batch of a sequence holds at most, and whether it may be the inputs alone."""
    home: FileContext = made.file
    functions = home.functions(made.name)
    method = functions.pop("__getitem__", None)
    if method is None or method.decorators:
        return None, False
    return returned_or_part(method, functions)


def _is_none(value: Value) -> bool:
    return isinstance(value, Static) and value.expr.is_const(None)
