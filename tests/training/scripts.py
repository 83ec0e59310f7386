"""Runs a training script in both frameworks from the same weights, and compares what it leaves.

Everything is float64, data are not shuffled and nothing is dropped out. Compared are the final
weights of every model, and every number, array, list of numbers and history that both scripts hold
under the same name at their end. The functions run in a process of their own.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from typing import Any

import numpy as np

from transpiler.verify.records import LayerRecord, Measured, ModelData


@dataclass
class Run:
    """What a script left behind."""

    values: dict[str, Any] = field(default_factory=dict)
    models: list[ModelData] = field(default_factory=list)  #: as they began, in order of use
    final: list[tuple[LayerRecord, ...]] = field(default_factory=list)
    differences: dict[str, float] = field(default_factory=dict)  #: norm-relative, of weights


class Scripts:
    """Two worker processes, one for each framework."""

    def __init__(self) -> None:
        spawn = get_context("spawn")
        self.keras = ProcessPoolExecutor(1, mp_context=spawn, initializer=_keras_starts)
        self.torch = ProcessPoolExecutor(1, mp_context=spawn, initializer=_torch_starts)

    def __enter__(self) -> Scripts:
        return self

    def __exit__(self, *error: object) -> None:
        self.keras.shutdown()
        self.torch.shutdown()

    def compare(self, original: str, converted: str) -> dict[str, float]:
        """How far each thing of the scripts is apart, norm-relative, by its name."""
        expected = self.keras.submit(run_keras, original).result(timeout=300)
        found = self.torch.submit(run_torch, converted, expected).result(timeout=300)
        names = sorted(expected.values.keys() & found.values.keys())
        apart = {n: distance(expected.values[n], found.values[n]) for n in names}
        return {**apart, **found.differences}


def distance(one: Any, other: Any) -> float:
    """The norm of the difference, relative to the norm; infinite where the shapes differ."""
    if isinstance(one, dict) or isinstance(other, dict):
        if not isinstance(one, dict) or not isinstance(other, dict) or one.keys() != other.keys():
            return float("inf")
        return max((distance(one[k], other[k]) for k in one), default=0.0)
    a, b = np.asarray(one, "float64"), np.asarray(other, "float64")
    if a.shape != b.shape:
        return float("inf")
    if np.isnan(a).any() and (np.isnan(a) == np.isnan(b)).all():
        a, b = np.nan_to_num(a), np.nan_to_num(b)
    return float(np.linalg.norm(a - b) / (np.linalg.norm(a) or 1.0))


@contextlib.contextmanager
def _folder() -> Iterator[None]:
    """A working folder of its own, for what a script saves and loads."""
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        try:
            yield
        finally:
            os.chdir(before)


def _plain(value: Any) -> Any:
    """A value as numbers, None where it is nothing to compare."""
    history = getattr(value, "history", None)
    if isinstance(history, dict):
        return {k: [float(v) for v in values] for k, values in history.items()}
    if isinstance(value, dict):
        plain = {k: _plain(v) for k, v in value.items()}
        return plain if all(v is not None for v in plain.values()) else None
    if isinstance(value, (bool, str, type, type(None))):
        return None
    with contextlib.suppress(Exception):
        array = np.asarray(value, "float64")
        return array if array.size < 10**6 else None
    return None


def _left(namespace: dict[str, Any]) -> dict[str, Any]:
    found = {k: _plain(v) for k, v in namespace.items() if not k.startswith("_")}
    return {k: v for k, v in found.items() if v is not None}


# --- Keras -----------------------------------------------------------------------------------


def _keras_starts() -> None:
    os.environ.update(TF_ENABLE_ONEDNN_OPTS="0", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")


def run_keras(text: str) -> Run:
    """Run the original."""
    run = Run()
    side, keras = _keras()
    side.clear()
    _LOADED.clear()
    seen: list[Any] = []
    layers: list[Any] = []

    def begin(model: Any) -> None:
        if any(m is model for m in (*seen, *_LOADED)):
            return
        seen.append(model)
        held, data = _begun(side, model, len(seen))
        layers.append(held)
        run.models.append(data)

    with contextlib.ExitStack() as stack:
        for name in ("fit", "evaluate", "predict"):
            original = _ORIGINALS[name]
            stack.enter_context(_patched(keras.Model, name, _beginning(original, name, begin)))
        dataset = importlib.import_module("tensorflow").data.Dataset
        stack.enter_context(_patched(dataset, "shuffle", lambda self, *args, **kwargs: self))
        for name in _KEPT:
            stack.enter_context(_patched(keras.Model, name, _ORIGINALS[name]))
        namespace: dict[str, Any] = {"__name__": "__main__"}
        with contextlib.redirect_stdout(io.StringIO()), _folder():
            exec(compile(text, "<original>", "exec"), namespace)
    run.values = _left(namespace)
    run.final = [tuple(one.record() for one in held) for held in layers]
    return run


_KEPT = ("compile", "save_weights", "load_weights", "save")
_ORIGINALS: dict[str, Any] = {}
_SIDE: list[Any] = []
_LOADED: list[Any] = []


def _keras() -> Any:
    """Keras in float64, with nothing dropped out; its own training methods kept aside."""
    if not _SIDE:
        from transpiler.verify import keras_exact, keras_quiet
        from transpiler.verify.keras_side import KerasSide

        tensorflow = importlib.import_module("tensorflow")
        keras = importlib.import_module("keras")
        for name in ("fit", "evaluate", "predict", *_KEPT):
            _ORIGINALS[name] = getattr(keras.Model, name)
        _watch_loading()
        keras_quiet.install(keras, "keras3")
        keras_exact.install(tensorflow, keras, "keras3")
        _SIDE.extend((KerasSide(keras, tensorflow, "keras3"), keras))
    return _SIDE


def _watch_loading() -> None:
    """Note the models that are loaded from files: they begin with the weights that they have."""
    original = importlib.import_module("keras").saving.load_model

    def load(*args: Any, **kwargs: Any) -> Any:
        _LOADED.append(original(*args, **kwargs))
        return _LOADED[-1]

    for name, module in list(sys.modules.items()):
        if name.startswith("keras") and vars(module).get("load_model") is original:
            module.load_model = load  # type: ignore[attr-defined]


@contextlib.contextmanager
def _patched(owner: Any, name: str, value: Any) -> Any:
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


def _beginning(original: Any, name: str, begin: Any) -> Any:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        x = args[0] if args else kwargs.get("x")
        if not self.built and isinstance(x, np.ndarray):  # it declares no shape of its input
            self.build((None, *x.shape[1:]))
        begin(self)
        if name == "fit":
            kwargs["shuffle"] = False
        kwargs["verbose"] = 0
        return original(self, *args, **kwargs)

    return method


def _begun(side: Any, model: Any, number: int) -> tuple[list[Any], ModelData]:
    """Random weights for a model, and what it computes with them."""
    from transpiler.verify import keras_quiet
    from transpiler.verify.keras_inputs import declared_inputs, make_inputs
    from transpiler.verify.keras_layers import held

    generator = np.random.default_rng(number)
    tensors, packing = declared_inputs(model)
    inputs = make_inputs(model, tensors, generator, positive=False)
    data = side._measure(model, inputs, packing, generator, gradients=False)
    layers = held(model, keras_quiet.LOG)
    for one, record in zip(layers, data.layers, strict=True):
        for variable, value in zip(one.variables, record.weights, strict=True):
            variable.assign(value)
    return layers, data


# --- torch -----------------------------------------------------------------------------------


def _torch_starts() -> None:
    os.environ.update(CUDA_VISIBLE_DEVICES="")


def run_torch(text: str, expected: Run) -> Run:
    """Run the converted script, its models with the weights that those of the original had."""
    import torch

    from transpiler.verify.torch_compare import Comparison
    from transpiler.verify.torch_units import own_tensors
    from transpiler.verify.weights import fit

    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    run = Run()
    waiting = list(expected.models)
    pairs: list[tuple[Any, Any]] = []
    move = torch.nn.Module.to

    def moved(self: Any, *args: Any, **kwargs: Any) -> Any:
        if args and isinstance(args[0], torch.device) and waiting:
            data = replace(waiting.pop(0), loose="")
            one = Comparison(torch, self, Measured("model", data=data, logits=True))
            pairing, check = one._best_pairing(*one._dry_run())
            assert check.passed, f"the models differ before training: {check}"
            pairs.append((one, pairing))
        return move(self, *args, **kwargs)

    loader = torch.utils.data.DataLoader.__init__

    def ordered(self: Any, *args: Any, shuffle: bool = False, **kwargs: Any) -> None:
        loader(self, *args, **kwargs)

    dropout = torch.nn.functional.dropout
    text = text.replace("torch.float32", "torch.float64").replace("tqdm(loader)", "loader")
    with (
        _patched(torch.nn.Module, "to", moved),
        _patched(torch.utils.data.DataLoader, "__init__", ordered),
        _patched(torch.nn.functional, "dropout", lambda x, *args, **kwargs: x),
        contextlib.redirect_stdout(io.StringIO()),
        _folder(),
    ):
        namespace: dict[str, Any] = {"__name__": "__main__"}
        exec(compile(text, "<converted>", "exec"), namespace)
    del dropout
    run.values = _left(namespace)
    for number, (one, pairing) in enumerate(pairs):
        by_name = {record.name: record for record in expected.final[number]}
        for pair in pairing:
            last = by_name.get(pair.layer.name)
            if last is None:
                continue
            tensors = own_tensors(one.modules[pair.unit.path])
            for name, value in fit(last, pair.unit).items():
                if isinstance(value, np.ndarray):
                    key = f"model {number}: {pair.unit.path}.{name}"
                    run.differences[key] = distance(value, tensors[name].detach().numpy())
    return run
