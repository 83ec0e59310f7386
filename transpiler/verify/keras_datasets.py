"""Stand-ins for `keras.datasets`: a few samples of the right shapes, without the download.

Models depend on them only through sizes (`x_train.shape[1:]`, the number of classes); training
needs some ten batches of numbers that differ.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from transpiler.verify.records import Array

_IMAGES = {
    "mnist": ((28, 28), (), 10),
    "fashion_mnist": ((28, 28), (), 10),
    "cifar10": ((32, 32, 3), (1,), 10),
    "cifar100": ((32, 32, 3), (1,), 100),
}
_TABLES = {"boston_housing": 13, "california_housing": 8}
_TEXTS = {"imdb": 2, "reuters": 46}
_COUNT = 1000  #: enough samples for a label of every class


def install() -> None:
    """Replace the loading functions in every module that has one, whatever its path."""
    makers: dict[str, Callable[..., Any]] = {
        **{name: _images(*shape) for name, shape in _IMAGES.items()},
        **{name: _table(features) for name, features in _TABLES.items()},
        **{name: _text(classes) for name, classes in _TEXTS.items()},
    }
    for path, module in list(sys.modules.items()):
        folder, _, name = path.rpartition(".")
        if folder.endswith("datasets") and name in makers and hasattr(module, "load_data"):
            vars(module)["load_data"] = makers[name]


def _labels(classes: int) -> Array:
    return np.arange(_COUNT) % classes


def _images(size: tuple[int, ...], label: tuple[int, ...], classes: int) -> Callable[..., Any]:
    def load_data(*args: Any, **kwargs: Any) -> Any:
        x = np.random.default_rng(0).integers(0, 256, (_COUNT, *size), "uint8")
        y = _labels(classes).astype("uint8").reshape(_COUNT, *label)
        return (x, y), (x.copy(), y.copy())

    return load_data


def _table(features: int) -> Callable[..., Any]:
    def load_data(*args: Any, **kwargs: Any) -> Any:
        x = np.random.default_rng(0).normal(size=(_COUNT, features))
        return (x, x[:, 0]), (x.copy(), x[:, 0].copy())

    return load_data


def _text(classes: int) -> Callable[..., Any]:
    def load_data(*args: Any, num_words: int | None = None, **kwargs: Any) -> Any:
        words = num_words or 1000
        x = np.empty(_COUNT, object)
        x[:] = [[1 + (i + k) % (words - 1) for k in range(20 + i % 5)] for i in range(_COUNT)]
        return (x, _labels(classes)), (x.copy(), _labels(classes))

    return load_data
