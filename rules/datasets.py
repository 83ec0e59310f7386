"""Data sets and labels: the same arrays, without Keras."""

from __future__ import annotations

import re

from rules.emitted import emitted
from transpiler.ir.expr import Arg, Expr, call, index, infix, method
from transpiler.ir.tensor import Unsupported
from transpiler.record import replace
from transpiler.rule import Param, helper, source

_NUMPY = "import numpy as np"

emitted("numpy", "", (), _NUMPY)


def _numpy(code: Expr) -> Expr:
    """Code that reads `np`."""
    return replace(code, helpers=code.helpers | {"numpy"})


@source(
    "keras.utils.to_categorical", "keras.utils.np_utils.to_categorical",
    "keras.utils.numerical_utils.to_categorical",
)  # fmt: skip
def to_categorical(
    x: Param,
    num_classes: Param = None,
    dtype: Param = "float32",
    *,
    shape: tuple[int | None, ...] | None = None,
) -> Expr:
    """Rows of the unit matrix; a last axis of one label goes."""
    if not dtype.is_const("float32"):
        raise Unsupported("to_categorical of another type than float32")
    if num_classes.is_const(None):
        if shape is None or not re.fullmatch(r"[A-Za-z_][\w.]*", x.text):
            return helper("to_categorical", x)
        num_classes = infix(method(x, "max"), "+", 1)
    if shape is None or (len(shape) > 1 and shape[-1] is None):
        return helper("to_categorical", x, num_classes)
    if len(shape) > 1 and shape[-1] == 1:
        x = index(x, *[Expr(":")] * (len(shape) - 1), 0)
    unit = call("np.eye", num_classes, dtype="float32")
    return _numpy(index(unit, x))


emitted(
    "to_categorical",
    '''
def to_categorical(labels, num_classes=None):
    """Each label as a row of zeros with a one; by default as long as the largest label asks for."""
    labels = np.asarray(labels, dtype="int64")
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    num_classes = labels.max() + 1 if num_classes is None else num_classes
    return np.eye(num_classes, dtype="float32")[labels]
''',
    (),
    _NUMPY,
    early=True,
)


def _torchvision(name: str, images: str, labels: str) -> Expr:
    """A function that loads a data set of torchvision."""
    function = f"load_{re.sub(r'(?<=[a-z])(?=[A-Z])', '_', name).lower()}"
    pair = f"({images}, {labels}) for part in parts"
    if len(pair) > 70:
        pair = f"\n        {pair}\n    "
    emitted(
        function,
        f'''
def {function}():
    """Images and labels as arrays: first those to train with, then those to test with."""
    parts = [
        torchvision.datasets.{name}("data", train=train, download=True)
        for train in (True, False)
    ]
    return tuple({pair})
''',
        (),
        "import torchvision",
        *([_NUMPY] if "np." in labels else []),
        early=True,
    )
    return helper(function)


_LABELS = 'part.targets.numpy().astype("uint8")'
_MNIST = _torchvision("MNIST", "part.data.numpy()", _LABELS)
_FASHION_MNIST = _torchvision("FashionMNIST", "part.data.numpy()", _LABELS)
_COLUMN = 'np.array(part.targets, dtype="uint8")[:, None]'
_CIFAR10 = _torchvision("CIFAR10", "part.data", _COLUMN)
_CIFAR100 = _torchvision("CIFAR100", "part.data", _COLUMN)


@source("keras.datasets.mnist.load_data")
def mnist(path: Param = "mnist.npz") -> Expr:
    """The same images and labels, from torchvision."""
    return _MNIST


@source("keras.datasets.fashion_mnist.load_data")
def fashion_mnist() -> Expr:
    """The same images and labels, from torchvision."""
    return _FASHION_MNIST


@source("keras.datasets.cifar10.load_data")
def cifar10() -> Expr:
    """The same images and labels, from torchvision."""
    return _CIFAR10


@source("keras.datasets.cifar100.load_data")
def cifar100(label_mode: Param = "fine") -> Expr:
    """The same images and labels, from torchvision."""
    if label_mode.is_const("coarse"):
        return helper("load_cifar100_coarse")
    if not label_mode.is_const("fine"):
        raise Unsupported("cifar100 with a label mode that is only known at run time")
    return _CIFAR100


emitted(
    "load_cifar100_coarse",
    '''
def load_cifar100_coarse():
    """Images and the 20 superclasses as arrays: first those to train with, then to test with."""
    found = []
    for train in (True, False):
        data = torchvision.datasets.CIFAR100("data", train=train, download=True)
        path = Path(data.root, data.base_folder, "train" if train else "test")
        labels = pickle.loads(path.read_bytes(), encoding="latin1")["coarse_labels"]
        found.append((data.data, np.array(labels, dtype="uint8")[:, None]))
    return found
''',
    (),
    "import pickle",
    "from pathlib import Path",
    _NUMPY,
    "import torchvision",
    early=True,
)


@source("keras.utils.normalize", "keras.utils.np_utils.normalize",
        "keras.utils.numerical_utils.normalize")  # fmt: skip
def normalize(x: Param, axis: Param = -1, order: Param = 2) -> Expr:
    """An array, each vector of which has the length 1."""
    if not axis.known or axis.is_const(0) or x.text.startswith(("[", "(")):
        raise Unsupported("axis 0, along which Keras 3 divides by other lengths, or no array")
    ways = (("axis", axis, -1), ("order", order, 2))
    given: dict[str, Arg] = {n: value for n, value, usual in ways if not value.is_const(usual)}
    return helper("normalized", x, **given)


emitted(
    "normalized",
    '''
def normalized(x, axis=-1, order=2):
    """An array divided by its lengths along an axis; zeros stay."""
    lengths = np.linalg.norm(x, order, axis, keepdims=True)
    return x / np.where(lengths == 0, 1, lengths)
''',
    (),
    _NUMPY,
    early=True,
)
