"""What is switched off in Keras while models are built and measured."""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from transpiler.verify.keras_layers import CallLog, all_layers, number_nodes
from transpiler.verify.training_runs import patched

_NOISE = (
    "Dropout",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "AlphaDropout",
    "GaussianDropout",
    "GaussianNoise",
)
_IDLE = (
    "compile", "fit", "evaluate", "save", "save_weights", "load_weights", "summary",
    "fit_generator",
)  # fmt: skip

#: Where the precision of all models is set, which is that of the comparison here.
_PRECISION = (
    "mixed_precision",
    "config",
    "_tf_keras.keras.mixed_precision",
    "_tf_keras.keras.config",
)

#: What those methods do when nobody keeps them from it.
_AT_WORK: dict[str, Any] = {}
#: The rates of the dropouts that ran in training mode, in order.
RATES: list[float] = []
#: What recurrent layers would drop, by the id of the cell, once they are silenced.
_RECURRENT: dict[int, list[float]] = {}
#: The layers as they were called.
LOG = CallLog()
#: The models that were loaded from files.
LOADED: list[Any] = []


#: Whether the program that runs has set a policy of mixed precision.
MIXED: list[bool] = [False]


def _keep_precision(module: Any) -> None:
    """A policy is noted, no more."""

    def noted(policy: Any) -> None:
        MIXED[0] = True

    for name in ("set_global_policy", "set_dtype_policy"):
        if hasattr(module, name):
            setattr(module, name, noted)


def _without_own_precision(layer: Any) -> None:
    """Under such a policy, layers of full precision are like all others here."""
    original = layer.__init__

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        if MIXED[0] and kwargs.get("dtype") == "float32":
            del kwargs["dtype"]
        original(self, *args, **kwargs)

    layer.__init__ = init


def _with_one_replica() -> None:
    """Strategies are what is in force without one: there is one device, and a scope bars looks."""
    distribute = importlib.import_module("tensorflow").distribute
    for space in (distribute, distribute.experimental):
        for name in ("MirroredStrategy", "MultiWorkerMirroredStrategy"):
            if hasattr(space, name):
                # the classes stay, as Keras asks for them
                getattr(space, name).__new__ = lambda *args, **kwargs: distribute.get_strategy()


def install(keras: Any, framework: str) -> None:
    """Patch Keras, once per process."""
    source = "keras.src.ops.node" if framework == "keras3" else "tf_keras.src.engine.node"
    number_nodes(importlib.import_module(source).Node)
    for layers in _spaces(keras, framework):
        for name in set(_NOISE) & set(dir(layers)):
            _silence(getattr(layers, name))
        for name in dir(layers):
            if name.startswith("Random"):
                _pass_through(getattr(layers, name))
    for name in _IDLE:
        if hasattr(keras.Model, name):
            _AT_WORK[name] = getattr(keras.Model, name)
            setattr(keras.Model, name, _nothing)
    package = "keras" if framework == "keras3" else "tf_keras"
    _without_own_precision(keras.layers.Layer)
    _with_one_replica()
    for module in _PRECISION:
        with contextlib.suppress(ImportError):
            _keep_precision(importlib.import_module(f"{package}.{module}"))
    for module in ("utils.file_utils", "utils.data_utils"):
        with contextlib.suppress(ImportError):
            files: Any = importlib.import_module(f"{package}.src.{module}")
            files.get_file = _no_file
    keras.utils.get_file = _no_file
    _log_calls(keras.layers.Layer)
    _note_loading(keras)


def _note_loading(keras: Any) -> None:
    """In every module that hands out the function; those that are imported later get it there."""
    original = keras.models.load_model

    def load_model(*args: Any, **kwargs: Any) -> Any:
        LOADED.append(original(*args, **kwargs))
        return LOADED[-1]

    for name, module in list(sys.modules.items()):
        if "keras" in name and vars(module).get("load_model") is original:
            vars(module)["load_model"] = load_model


def _spaces(keras: Any, framework: str) -> Iterator[Any]:
    """The layers, and those older ones that Keras 3 has under `tensorflow.keras` alone."""
    yield keras.layers
    if framework == "keras3":
        with contextlib.suppress(ImportError):
            yield importlib.import_module("keras.src.legacy.layers")


def _nothing(self: Any, *args: Any, **kwargs: Any) -> None:
    """Training, saving and loading don't happen here."""


def _no_file(fname: str = "", *args: Any, **kwargs: Any) -> str:
    """No weights are fetched; nobody opens this file either."""
    return str(fname or "nowhere.h5")


def _silence(layer: Any) -> None:
    def call(self: Any, inputs: Any, training: bool = False) -> Any:
        rate = float(getattr(self, "rate", 0.0) or 0.0)
        if training and rate and "Gaussian" not in type(self).__name__:
            _check_noise_shape(getattr(self, "noise_shape", None), inputs.shape)
            RATES.append(rate)
        return inputs

    layer.call = call


def _check_noise_shape(noise_shape: Any, shape: Any) -> None:
    """Refuse what the layer itself would refuse when it drops something."""
    if not isinstance(noise_shape, (list, tuple)):
        return
    pairs = zip(noise_shape, shape, strict=True)
    if any(noise not in (None, 1, size) and size is not None for noise, size in pairs):
        raise ValueError(f"noise_shape={noise_shape} for a tensor of shape {shape}")


def _pass_through(layer: Any) -> None:
    original = layer.call

    def call(self: Any, inputs: Any, training: bool = False) -> Any:
        return inputs if training else original(self, inputs, training=False)

    layer.call = call


def _log_calls(layer: Any) -> None:
    original = layer.__call__

    def logged(self: Any, *args: Any, **kwargs: Any) -> Any:
        LOG.note(self)
        return original(self, *args, **kwargs)

    layer.__call__ = logged


def silence_recurrent(model: Any) -> list[float]:
    """Recurrent cells drop nothing; what they would drop."""
    rates: list[float] = []
    for layer in all_layers(model):
        if hasattr(layer, "_dropout_layer"):  # grouped attention computes otherwise without one
            continue
        found = _RECURRENT.setdefault(id(layer), [])
        for name in ("dropout", "recurrent_dropout"):
            own = vars(layer).get(name)  # elsewhere it is a property that reads the cell's
            if isinstance(own, float) and own:
                found.append(own)
                setattr(layer, name, 0.0)
        rates.extend(found)
    return rates


def start_over(model: Any) -> None:
    """Layers that keep their state from batch to batch start from zeros."""
    for layer in all_layers(model):
        if getattr(layer, "stateful", False):
            reset = getattr(layer, "reset_states", None) or getattr(layer, "reset_state", None)
            if reset is not None:
                reset()


def forget() -> None:
    """The models of the last program are gone."""
    RATES.clear()
    LOADED.clear()
    LOG.first.clear()
    _RECURRENT.clear()


@contextlib.contextmanager
def at_work(keras: Any) -> Iterator[None]:
    """Training, saving and loading do happen."""
    with contextlib.ExitStack() as stack:
        for name, method in _AT_WORK.items():
            stack.enter_context(patched(keras.Model, name, method))
        yield


@contextlib.contextmanager
def plain_images(framework: str) -> Iterator[None]:
    """Generators of images give them in order, and don't move or flip them."""
    path = "keras.src.legacy" if framework == "keras3" else "tf_keras.src"
    images: Any = importlib.import_module(f"{path}.preprocessing.image")

    def in_order(iterator: Any) -> None:
        iterator.index_array = np.arange(iterator.n)

    def unchanged(generator: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {}

    with (
        patched(images.Iterator, "_set_index_array", in_order),
        patched(images.ImageDataGenerator, "get_random_transform", unchanged),
    ):
        yield


@contextlib.contextmanager
def no_noise(tensorflow: Any, floats: str) -> Iterator[None]:
    """Gaussian draws are zero, so that sampling layers are comparable."""
    names = ("normal", "stateless_normal")

    def zeros(shape: Any, *args: Any, dtype: Any = None, **kwargs: Any) -> Any:
        return tensorflow.zeros(shape, dtype or floats)

    with contextlib.ExitStack() as stack:
        for name in names:
            stack.enter_context(patched(tensorflow.random, name, zeros))
        yield
