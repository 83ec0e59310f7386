"""Stand-ins for `keras.datasets`: a few samples of the right shapes, without the download.

Models depend on them only through sizes (`x_train.shape[1:]`, the number of classes); training
needs some ten batches of numbers that differ. There are as many as in the data set itself where
a program counts on it: `x_train.reshape(60000, 784)`, `x_train[50000:]`.
"""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from transpiler.verify.records import Array

_COUNT = 1000  #: enough samples for a label of every class
_MOST = 60_000  #: the size of the largest part
_counted = False


def count_for(text: str) -> None:
    """From now on, give as many samples as a program counts on."""
    global _counted
    _counted = any(map(_counts, ast.walk(ast.parse(text))))


def _counts(node: ast.AST) -> bool:
    match node:
        case ast.Call(ast.Attribute(attr="reshape"), args):
            inside = args
        case ast.Slice(lower, upper):
            inside = [bound for bound in (lower, upper) if bound is not None]
        case _:
            return False
    return any(
        isinstance(n, ast.Constant) and isinstance(n.value, int) and _COUNT < n.value <= _MOST
        for one in inside
        for n in ast.walk(one)
    )


def _parts(x: Array, y: Array, train: int, test: int) -> Any:
    """What to train with, and what to test with; the same samples, as often as that takes."""
    counts = (train, test) if _counted else (_COUNT, _COUNT)
    return tuple((_repeated(x, count), _repeated(y, count)) for count in counts)


def _repeated(array: Array, count: int) -> Array:
    return np.take(array, np.arange(count) % len(array), axis=0)


def _labels(classes: int) -> Array:
    return np.arange(_COUNT) % classes


def _images(size: tuple[int, ...], label: tuple[int, ...], classes: int, train: int) -> Any:
    x = np.random.default_rng(0).integers(0, 256, (_COUNT, *size), "uint8")
    return _parts(x, _labels(classes).astype("uint8").reshape(_COUNT, *label), train, 10_000)


def _table(features: int, train: int, test: int) -> Any:
    x = np.random.default_rng(0).normal(size=(_COUNT, features))
    return _parts(x, x[:, 0], train, test)


def _text(classes: int, num_words: int | None, train: int, test: int) -> Any:
    words = num_words or 1000
    x = np.empty(_COUNT, object)
    x[:] = [[1 + (i + k) % (words - 1) for k in range(20 + i % 5)] for i in range(_COUNT)]
    return _parts(x, _labels(classes), train, test)


def _words() -> dict[str, int]:
    return {f"word{number}": number for number in range(1, 1000)}


def load_mnist(*_: Any, **__: Any) -> Any:
    """Handwritten digits."""
    return _images((28, 28), (), 10, 60_000)


def load_cifar10(*_: Any, **__: Any) -> Any:
    """Coloured images, whose labels have an axis of their own."""
    return _images((32, 32, 3), (1,), 10, 50_000)


def load_cifar100(*_: Any, label_mode: str = "fine", **__: Any) -> Any:
    """The same of more classes."""
    return _images((32, 32, 3), (1,), 20 if label_mode == "coarse" else 100, 50_000)


load_fashion_mnist = load_mnist
load_cifar100_coarse = functools.partial(load_cifar100, label_mode="coarse")


def load_imdb(num_words: int | None = None, *_: Any, **__: Any) -> Any:
    """Reviews as lists of word numbers."""
    return _text(2, num_words, 25_000, 25_000)


def load_reuters(num_words: int | None = None, *_: Any, **__: Any) -> Any:
    """News, in the same way."""
    return _text(46, num_words, 8_982, 2_246)


def load_boston_housing(*_: Any, **__: Any) -> Any:
    """Houses and their prices."""
    return _table(13, 404, 102)


def load_california_housing(*_: Any, **__: Any) -> Any:
    """Other houses."""
    return _table(8, 16_512, 4_128)


load_imdb_words = load_reuters_words = _words
_LOADED = ("mnist", "fashion_mnist", "cifar10", "cifar100", "boston_housing", "california_housing")
_READ = {"imdb": load_imdb, "reuters": load_reuters}


def _from_path(read: Callable[..., Any]) -> Callable[..., Any]:
    """Keras's functions have a path before their other parameters."""
    return lambda path="", *args, **kwargs: read(*args, **kwargs)


def install() -> None:
    """Replace the loading functions in every module that has one, whatever its path."""
    for path, module in list(sys.modules.items()):
        folder, _, name = path.rpartition(".")
        if not folder.endswith("datasets") or not hasattr(module, "load_data"):
            continue
        if name in _LOADED:
            vars(module)["load_data"] = globals()[f"load_{name}"]
        elif name in _READ:
            vars(module)["load_data"] = _from_path(_READ[name])
            vars(module)["get_word_index"] = _words
