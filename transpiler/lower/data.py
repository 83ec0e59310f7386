"""What a model is trained with: arrays, and pipelines of tf.data over arrays."""

from __future__ import annotations

from transpiler.interpret.training import PREDICTED, Given
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
from transpiler.ir.expr import Configured, Expr
from transpiler.ir.tensor import Unsupported
from transpiler.record import record, replace

_DATASET = "tf.data.Dataset."
#: Steps that change when data are ready, not which.
_SPEED = frozenset({"cache", "prefetch", "with_options"})


@record(frozen=True, slots=True)
class Batches:
    """Arrays whose rows a pipeline gives in batches."""

    xs: tuple[str, ...]
    y: str  #: "" where there are no targets
    size: str = ""
    shuffled: bool = False


def array(given: Given | None, what: str) -> str:
    """The source of an argument that holds an array."""
    if given is None or _is_none(given.value):
        raise Unsupported(f"{what} is not given as an array")
    value = given.value
    if isinstance(value, Static) and not isinstance(value.expr.value, (Configured, Generated)):
        return given.text
    if isinstance(value, Unknown) and value.reason == PREDICTED:
        return given.text
    if isinstance(value, Unknown):
        raise Unsupported(f"{what} is not known to be an array: {value.reason}")
    if isinstance(value, (Sequence, Mapping)):
        raise Unsupported(f"{what} is a list or dict of arrays")
    if isinstance(value, (Function, UserClass, Framework)):
        raise Unsupported(f"{what} is no array")
    raise Unsupported(f"{what} is not understood")


def is_stream(given: Given | None) -> bool:
    """Whether an argument is a generator of the program's own that gives inputs and targets."""
    value = given.value if given is not None else None
    made = value.expr.value if isinstance(value, Static) else None
    if not isinstance(made, Generated):
        return False
    if made.problem:
        raise Unsupported(f"`{made.function.name}` {made.problem}")
    return True


def _is_none(value: Value) -> bool:
    return isinstance(value, Static) and value.expr.is_const(None)


def batches(given: Given | None) -> Batches | None:
    """The arrays and the batches of a pipeline; None where an argument is something else."""
    value = given.value if given is not None else None
    made = value.expr.value if isinstance(value, Static) else None
    if not isinstance(made, Configured) or not made.name.startswith(_DATASET):
        return None
    found = _pipeline(made)
    if not found.size:
        raise Unsupported("a data set of single samples, which are no batches")
    return found


def _pipeline(made: Configured) -> Batches:
    """What the steps of a pipeline come to."""
    step = made.name.removeprefix(_DATASET)
    if step == "from_tensor_slices":
        return _slices(made)
    source = made.args[0].value if made.args else None
    if not isinstance(source, Configured):
        raise Unsupported(f"{made.name} is not translated")
    before = _pipeline(source)
    given = dict(made.kwargs)
    if step in _SPEED:
        return before
    if step == "shuffle" and not before.size and _plain(given, "buffer_size", "seed"):
        return replace(before, shuffled=True)
    if step == "batch" and not before.size:
        size = made.args[1] if len(made.args) == 2 else given.get("batch_size")
        if size is not None and _plain(given, "batch_size", "num_parallel_calls"):
            return replace(before, size=size.text)
    raise Unsupported(f"{made.name} with these arguments is not translated")


def _plain(given: dict[str, Expr], *known: str) -> bool:
    """Whether the keywords are known, or say what is so anyway."""
    defaults = {"drop_remainder": False, "reshuffle_each_iteration": True}
    return all(n in known or (n in defaults and v.is_const(defaults[n])) for n, v in given.items())


def _slices(made: Configured) -> Batches:
    arguments = [*made.args, *(v for _, v in made.kwargs)]
    if len(arguments) != 1:
        raise Unsupported(f"{made.name} with these arguments is not translated")
    items = arguments[0].items
    if items is None:
        return Batches((arguments[0].text,), "")
    if len(items) != 2 or any(isinstance(item.value, (dict, list, tuple)) for item in items):
        raise Unsupported("a data set of other things than inputs and targets")
    return Batches((items[0].text,), items[1].text)
