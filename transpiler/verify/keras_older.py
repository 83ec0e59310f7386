"""What older versions of Keras had, for programs that call it."""

from __future__ import annotations

import importlib
import itertools
import math
from collections.abc import Callable
from typing import Any

#: Arguments of Keras 1, which counts samples, and what they count today, with their data.
_COUNTS = {
    "samples_per_epoch": ("steps_per_epoch", "x"),
    "nb_val_samples": ("validation_steps", "validation_data"),
    "val_samples": ("steps", "x"),
}
_SPEED = ("max_q_size", "nb_worker", "pickle_safe", "max_queue_size", "workers")


def install(keras: Any, framework: str) -> None:
    """Give a newer Keras the methods, functions and arguments that it lacks."""
    if framework == "keras3":
        _add_functions(keras.backend, importlib.import_module("keras.src.legacy.backend"))
    else:
        _take_decay(keras.optimizers)
    for method in (
        predict_classes,
        predict_proba,
        fit_generator,
        evaluate_generator,
        predict_generator,
    ):
        if not hasattr(keras.Model, method.__name__):
            setattr(keras.Model, method.__name__, method)


def _add_functions(backend: Any, older: Any) -> None:
    """`K.sum` and its like, which are those of `tf.keras.backend` still."""
    for name, function in vars(older).items():
        if not name.startswith("_") and not hasattr(backend, name):
            setattr(backend, name, function)


def _take_decay(optimizers: Any) -> None:
    """`SGD(lr=0.01, decay=1e-6)` is one of the legacy optimizers."""
    for name, older in vars(optimizers.legacy).items():
        newer = getattr(optimizers, name, None)
        if isinstance(older, type) and isinstance(newer, type) and name != "Optimizer":
            newer.__new__ = _older_with_decay(older)  # type: ignore[method-assign]


def _older_with_decay(older: type) -> Callable[..., Any]:
    def new(kind: type, *args: Any, **kwargs: Any) -> Any:
        return older(*args, **kwargs) if "decay" in kwargs else object.__new__(kind)

    return new


def predict_proba(model: Any, x: Any, batch_size: int = 32, verbose: int = 0) -> Any:
    """The outputs."""
    return model.predict(x, batch_size=batch_size, verbose=verbose)


def predict_classes(model: Any, x: Any, batch_size: int = 32, verbose: int = 0) -> Any:
    """The class with the largest output, or whether the only output is above a half."""
    outputs = model.predict(x, batch_size=batch_size, verbose=verbose)
    return outputs.argmax(axis=-1) if outputs.shape[-1] > 1 else (outputs > 0.5).astype("int32")


def fit_generator(model: Any, generator: Any, *args: Any, **kwargs: Any) -> Any:
    """`fit` of what a generator gives."""
    order = ("steps_per_epoch", "epochs", "verbose", "callbacks", "validation_data")
    return model.fit(**_today(generator, {**dict(zip(order, args, strict=False)), **kwargs}))


def evaluate_generator(model: Any, generator: Any, *args: Any, **kwargs: Any) -> Any:
    """`evaluate` of what a generator gives."""
    given = _today(generator, {**dict(zip(("steps",), args, strict=False)), **kwargs})
    return model.evaluate(**{"verbose": 0, **given})


def predict_generator(model: Any, generator: Any, *args: Any, **kwargs: Any) -> Any:
    """`predict` of what a generator gives."""
    given = _today(generator, {**dict(zip(("steps",), args, strict=False)), **kwargs})
    return model.predict(**{"verbose": 0, **given})


def _today(generator: Any, given: dict[str, Any]) -> dict[str, Any]:
    """The arguments as they are called and counted today."""
    found = {k: v for k, v in given.items() if k not in (*_SPEED, *_COUNTS)} | {"x": generator}
    if "nb_epoch" in found:
        found["epochs"] = found.pop("nb_epoch")
    for old, (name, data) in _COUNTS.items():
        if given.get(old) is not None:
            first = next(found[data])
            found[data] = (batch for batch in itertools.chain([first], found[data]))
            found[name] = math.ceil(given[old] / len(first[0]))
    return found
