"""Keras 2: the `tf_keras` package stands in for `keras` and `tf.keras`, whatever their spelling."""

from __future__ import annotations

import contextlib
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Sequence

from transpiler.regex import regex

_SPELLINGS = ("tensorflow.python.keras", "tensorflow.keras", "tf.keras", "keras")

#: Folders of older versions, by the part of today's package that has their names.
_MOVED = regex(
    r"layers\.(core|convolutional|pooling|merge|normalization|recurrent|embeddings|wrappers|noise"
    r"|local|advanced_activations|convolutional_recurrent|cudnn_recurrent)(_v1|_v2)?(\..*)?$"
)


class _Alias(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports `keras.x` as `tf_keras.x`: the very same module objects."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: types.ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        """A spec where the name is a spelling of Keras."""
        if _rest(fullname) is None:
            return None
        return importlib.util.spec_from_loader(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """The module of tf_keras that the name means, in a copy of its namespace."""
        rest = _rest(spec.name) or ""
        module = types.ModuleType(spec.name)
        module.__dict__.update(
            {k: v for k, v in vars(_find(rest)).items() if not k.startswith("__")}
        )
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing is left to run."""
        module.__path__ = []


def _rest(name: str) -> str | None:
    for spelling in _SPELLINGS:
        if name == spelling:
            return ""
        if name.startswith(spelling + "."):
            return name[len(spelling) + 1 :]
    return None


def _find(rest: str) -> types.ModuleType:
    if _MOVED.match(rest):
        rest = "layers"
    if rest in ("utils.np_utils", "utils.vis_utils", "utils.generic_utils"):
        rest = "utils"
    if rest.split(".")[0] == "engine":
        rest = "src." + rest
    for name in (f"tf_keras.{rest}" if rest else "tf_keras", f"tf_keras.src.{rest}"):
        with contextlib.suppress(ModuleNotFoundError):
            return importlib.import_module(name)
    raise ModuleNotFoundError(f"No module named 'keras.{rest}'")


def install() -> types.ModuleType:
    """Make every spelling of Keras mean tf_keras, in this process."""
    keras = importlib.import_module("tf_keras")
    tensorflow = importlib.import_module("tensorflow")
    for name in [n for n in sys.modules if _rest(n) is not None]:
        del sys.modules[name]
    sys.meta_path.insert(0, _Alias())
    vars(tensorflow)["keras"] = keras
    return keras
