"""Trains the models of the original, from random weights, and records what each `fit` does.

Data are not shuffled and nothing is dropped out. Within bounds, what trains is run for three epochs
of some ten batches, and data that can't be read are drawn.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import inspect
import linecache
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from transpiler.verify import keras_quiet
from transpiler.verify.drawn import draw_unread
from transpiler.verify.execute import Run, execute, fresh_run, stored_by
from transpiler.verify.keras_idioms import like_torch
from transpiler.verify.keras_inputs import declared_inputs, make_inputs
from transpiler.verify.keras_layers import Held, all_layers, held
from transpiler.verify.neutral import callee
from transpiler.verify.records import (
    Array,
    Fitted,
    LayerRecord,
    ModelData,
    Program,
    Trained,
    TrainingRequest,
)
from transpiler.verify.training_runs import (
    limit,
    patched,
    plain_values,
    rows,
    scratch_folder,
    shortened,
)
from transpiler.verify.training_text import EPOCHS, STEPS, original_slice, trains_otherwise
from transpiler.verify.unread import bind_unread

#: Methods that use a model outside of `fit`, and those that take and give its weights.
_CALLS = ("predict_on_batch", "__call__")
_STEPS = ("compile", "train_on_batch", "test_on_batch", *_CALLS)
_WEIGHTS = ("get_weights", "set_weights", "save", "save_weights", "load_weights")
_LARGEST = 64_000_000  #: bytes of an array that is handed on


def train_original(side: Any, request: TrainingRequest) -> Trained:
    """Run a program, and tell what it trained; errors of one that is run whole are raised."""
    recorder = Recorder(side, request)
    keras_quiet.MIXED[0] = False
    with contextlib.ExitStack() as stack:
        stack.enter_context(recorder.watching())
        stack.enter_context(scratch_folder())
        if request.settled:
            settling = like_torch(side.tensorflow, side.framework)
            recorder.notes = stack.enter_context(settling)
        if request.whole:
            namespace: dict[str, Any] = {"__name__": "__main__"}
            _show("<original>", request.program.text)
            exec(compile(request.program.text, "<original>", "exec"), namespace)
            return recorder.result(values=plain_values(namespace))
        return _within_bounds(recorder, request.program)


def _show(name: str, text: str) -> None:
    """Let TensorFlow read the source of functions, whose conditions it makes those of a graph."""
    lines = text.splitlines(keepends=True)
    linecache.cache[name] = (len(text), None, lines, name)


def _within_bounds(recorder: Recorder, program: Program) -> Trained:
    """Run what trains, statement by statement."""
    run = fresh_run(program)
    arrays: dict[str, list[Array | None]] = {}
    failures = []
    for statement in original_slice(ast.parse(program.text)):
        before = len(recorder.fits)
        reason = execute(statement, run, program)
        if reason:
            bind_unread(statement, run)
            failures.append((statement.lineno, reason))
        if len(recorder.fits) == before:
            for name in stored_by(statement):
                arrays.setdefault(name, []).append(_to_hand_on(run, name))
    kept = {name: tuple(versions) for name, versions in arrays.items() if any_array(versions)}
    return recorder.result(arrays=kept, failures=tuple(failures))


def any_array(versions: list[Array | None]) -> bool:
    """Whether a name stood for an array at some time."""
    return any(version is not None for version in versions)


def _to_hand_on(run: Run, name: str) -> Array | None:
    value = run.namespace.get(name)
    return value if isinstance(value, np.ndarray) and value.nbytes < _LARGEST else None


@dataclass
class Recorder:
    """What happens to the models of a program while it trains."""

    side: Any
    request: TrainingRequest
    made: list[Any] = field(default_factory=list)
    seen: list[Any] = field(default_factory=list)
    held: list[list[Held]] = field(default_factory=list)
    models: list[ModelData] = field(default_factory=list)
    fits: list[Fitted] = field(default_factory=list)
    drawn: dict[str, Array] = field(default_factory=dict)
    from_logits: bool = False
    beginning: bool = False
    stepwise: bool = False
    notes: list[str] = field(default_factory=list)

    def result(self, **others: Any) -> Trained:
        """All that was recorded."""
        if self.request.every:
            for model in self.made:
                with contextlib.suppress(Exception):  # what was never built
                    self._begin(model, None)
        final = tuple(self._weights(number) for number in range(len(self.held)))
        recorded = {"drawn": self.drawn, "from_logits": self.from_logits, **others}
        recorded |= {"stepwise": self.stepwise, "notes": tuple(self.notes)}
        ranks = {id(model): rank for rank, model in enumerate(self.made)}
        numbers = range(len(self.seen))
        made = sorted(numbers, key=lambda number: ranks.get(id(self.seen[number]), len(ranks)))
        return Trained(tuple(self.models), tuple(made), final, tuple(self.fits), **recorded)

    def _weights(self, number: int) -> tuple[LayerRecord, ...]:
        return tuple(one.record() for one in self.held[number])

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """The methods of Keras's models tell what they do."""
        keras, tensorflow = self.side.keras, self.side.tensorflow
        model = keras.Model
        with contextlib.ExitStack() as stack:
            stack.enter_context(keras_quiet.at_work(keras))
            stack.enter_context(patched(model, "__init__", self._making(model.__init__)))
            for name in ("evaluate", "predict"):
                method = self._beginning(getattr(model, name))
                stack.enter_context(patched(model, name, method))
            stack.enter_context(patched(model, "fit", self._fitting(model.fit)))
            self.stepwise = trains_otherwise(ast.parse(self.request.program.text))
            if self.request.whole:
                steps = _STEPS if self.stepwise else _CALLS
                self._watch(stack, model, (*steps, *_WEIGHTS))
                for name in _WEIGHTS[:2]:
                    asked = self._asking(getattr(keras.layers.Layer, name))
                    stack.enter_context(patched(keras.layers.Layer, name, asked))
            unshuffled = patched(
                tensorflow.data.Dataset, "shuffle", lambda data, *args, **kwargs: data
            )
            stack.enter_context(unshuffled)
            stack.enter_context(keras_quiet.plain_images(self.side.framework))
            mapped = self._widening(tensorflow.data.Dataset.map)
            stack.enter_context(patched(tensorflow.data.Dataset, "map", mapped))
            for module, logits in _logits():
                stack.enter_context(patched(module, "_get_logits", self._tracing(logits)))
            yield

    def _widening(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """`tf.cast(image, tf.float32)` in the function of a pipeline is as wide as the rest."""
        tensorflow, floatx = self.side.tensorflow, self.side.keras.backend.floatx
        narrow = tensorflow.cast

        def cast(x: Any, dtype: Any, name: str | None = None) -> Any:
            single = tensorflow.as_dtype(dtype) == tensorflow.float32
            return narrow(x, floatx() if single else dtype, name)

        def mapped(dataset: Any, *args: Any, **kwargs: Any) -> Any:
            with patched(tensorflow, "cast", cast):
                return original(dataset, *args, **kwargs)

        return mapped

    def _watch(self, stack: contextlib.ExitStack, model: Any, names: tuple[str, ...]) -> None:
        """Models that are used by other means than `fit` begin when they first are."""
        for name in names:
            method = self._using(getattr(model, name))
            stack.enter_context(patched(model, name, method))

    def _using(self, original: Callable[..., Any]) -> Callable[..., Any]:
        tensorflow = self.side.tensorflow

        def method(model: Any, *args: Any, **kwargs: Any) -> Any:
            given = tensorflow.nest.flatten([*args, *kwargs.values()])
            symbolic = any("KerasTensor" in type(value).__name__ for value in given)
            if symbolic and not self.beginning:
                self.beginning = True  # nor do the models inside of it begin
                try:
                    return original(model, *args, **kwargs)
                finally:
                    self.beginning = False
            if model.built and not self.beginning:
                with tensorflow.init_scope():
                    self._begin(model, None)
            return original(model, *args, **kwargs)

        return method

    def _asking(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """The first model that a layer is part of begins when its weights are looked at."""

        def method(layer: Any, *args: Any, **kwargs: Any) -> Any:
            if not self.beginning and not isinstance(layer, self.side.keras.Model):
                of = (m for m in self.made if any(one is layer for one in all_layers(m)))
                model = next(of, None)
                if model is not None and model.built:
                    self._begin(model, None)
            return original(layer, *args, **kwargs)

        return method

    def _making(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def init(model: Any, *args: Any, **kwargs: Any) -> None:
            self.made.append(model)
            original(model, *args, **kwargs)

        return init

    def _tracing(self, logits: Callable[..., Any]) -> Callable[..., Any]:
        def going_back(output: Any, from_logits: bool, *args: Any) -> Any:
            found = logits(output, from_logits, *args)
            self.from_logits |= bool(found[1]) and not from_logits
            return found

        return going_back

    # a model is used --------------------------------------------------------------------------

    def _beginning(self, original: Callable[..., Any]) -> Callable[..., Any]:
        names = inspect.signature(original)

        def method(model: Any, *args: Any, **kwargs: Any) -> Any:
            given = names.bind(model, *args, **kwargs).arguments
            given.pop("self", None)
            self._begin(model, given.get("x"))
            size = given.get("batch_size") or 32
            draw_unread(model, given, size * 3 + 1, self.drawn)
            given["verbose"] = 0
            return original(model, **given.pop("kwargs", {}), **given)

        return method

    def _begin(self, model: Any, x: Any) -> int:
        """The number of a model; before its first use, it gets random weights."""
        for number, one in enumerate(self.seen):
            if one is model:
                return number
        if not model.built and (sizes := _sizes_of_rows(x)) is not None:  # it declares none
            model.build((None, *sizes))
        if any(one is model for one in keras_quiet.LOADED):  # it keeps its weights
            return -1
        if model.built and not model.weights:  # it prepares data, say
            return -1
        layers = held(model, keras_quiet.LOG)
        begun = {id(v) for known in self.held for one in known for v in one.variables}
        if layers and all(id(v) in begun for one in layers for v in one.variables):
            return -1  # it is made of models that have begun
        generator = np.random.default_rng(len(self.seen) + 1)
        tensors, packing = declared_inputs(model)
        if not tensors:
            raise RuntimeError("the input shape of the model is not known")
        inputs = make_inputs(model, tensors, generator, positive=False)
        known = [v for layers in self.held for one in layers for v in one.variables]
        values = [np.array(variable) for variable in known]
        self.beginning = True
        try:
            data = self.side.measure(model, inputs, packing, generator, gradients=False)
        finally:
            self.beginning = False
        layers = held(model, keras_quiet.LOG)
        for one, record in zip(layers, data.layers, strict=True):
            for variable, value in zip(one.variables, record.weights, strict=True):
                variable.assign(value)
        for variable, value in zip(known, values, strict=True):
            variable.assign(value)  # layers of models that were used before
        for one in (one for layers in self.held for one in layers):
            if (finalize := getattr(one.layer, "finalize_state", None)) is not None:
                finalize()  # it computes with copies of what it has learned
        self.seen.append(model)
        self.held.append(layers)
        self.models.append(data)
        return len(self.seen) - 1

    # fit --------------------------------------------------------------------------------------

    def _fitting(self, original: Callable[..., Any]) -> Callable[..., Any]:
        names = inspect.signature(original)

        def fit(model: Any, *args: Any, **kwargs: Any) -> Any:
            given = names.bind(model, *args, **kwargs).arguments
            given.pop("self", None)
            number = self._begin(model, given.get("x"))
            if not self.request.whole:
                self._bound(model, given)
            given.update(shuffle=False, verbose=0)
            watch = _watch(self.side.keras, lambda: self._weights(number))
            # before the others, which may go back to other weights
            given["callbacks"] = [watch, *_callbacks(given.get("callbacks"))]
            before = self._weights(number) if number >= 0 else ()
            history = original(model, **given)
            name, line = self._place()
            values = {
                key: tuple(float(np.mean(v)) for v in values)
                for key, values in history.history.items()
            }
            weights = (before, watch.stepped, watch.after)
            steps = (watch.steps, _batches_of_a_step(model))
            self.fits.append(Fitted(name, line, number, watch.loss, *weights, *steps, values))
            return history

        return fit

    def _bound(self, model: Any, given: dict[str, Any]) -> None:
        """Fewer epochs and batches, and data where there are none."""
        first = given.get("initial_epoch") or 0
        given["epochs"] = min(given.get("epochs", 1), first + EPOCHS)
        size = given.get("batch_size") or 32
        share = given.get("validation_split") or 0.0
        draw_unread(model, given, math.ceil((size * STEPS + size // 2) / (1 - share)), self.drawn)
        if isinstance(given.get("validation_data"), (tuple, list)):
            names = ("x", "y", "sample_weight")
            pair = dict(zip(names, given["validation_data"], strict=False))
            draw_unread(model, pair, size * 3 + 1, self.drawn)
            given["validation_data"] = tuple(pair.values())
        count = rows(given.get("x"))
        parts = [name for name in ("x", "y", "sample_weight") if given.get(name) is not None]
        if count is None:
            for name in ("x", "validation_data"):
                given[name] = self._fewer_batches(given.get(name))
        elif share:
            at = math.floor(count * (1 - share))
            given["validation_data"] = tuple(
                shortened(given[name], slice(at, None)) for name in parts
            )
            given.update({name: shortened(given[name], slice(at)) for name in parts})
            del given["validation_split"]
        if count is not None:
            given.update({name: shortened(given[name], limit(size)) for name in parts})
        if isinstance(given.get("validation_data"), tuple):
            wide = given.get("validation_batch_size") or size
            given["validation_data"] = tuple(
                shortened(part, limit(wide)) for part in given["validation_data"]
            )

    def _fewer_batches(self, data: Any) -> Any:
        """As many samples of a dataset in batches as there would be of arrays."""
        tensorflow = self.side.tensorflow
        if all(hasattr(data, name) for name in ("n", "batch_size", "index_generator")):
            data.n = min(data.n, limit(data.batch_size).stop)  # what a generator of images flows
            return data
        endless = tensorflow.data.INFINITE_CARDINALITY
        if not isinstance(data, tensorflow.data.Dataset) or int(data.cardinality()) == endless:
            return data
        first = next(iter(data.take(1).as_numpy_iterator()), None)
        size = rows(first)
        return data.unbatch().take(limit(size).stop).batch(size) if size else data

    def _place(self) -> tuple[str, int]:
        """What `fit` was called on by the program, in which function, and on which line."""
        file = "<original>" if self.request.whole else self.request.program.path or "<program>"
        frame = sys._getframe()
        while frame.f_back is not None and frame.f_code.co_filename != file:
            frame = frame.f_back
        function = getattr(frame.f_code, "co_qualname", frame.f_code.co_name)
        inside = "" if function == "<module>" else f" in {function}()"
        for node in ast.walk(ast.parse(self.request.program.text)):
            if isinstance(node, ast.Call) and callee(node) in ("fit", "fit_generator"):
                within = node.lineno <= frame.f_lineno <= (node.end_lineno or 0)
                if within and isinstance(node.func, ast.Attribute):  # else a function of its own
                    return f"{ast.unparse(node.func.value)}{inside}", node.lineno
        return f"fit{inside}", frame.f_lineno


def _callbacks(given: Any) -> list[Any]:
    if given is None:
        return []
    return list(given) if isinstance(given, (list, tuple)) else [given]


def _sizes_of_rows(x: Any) -> tuple[int | None, ...] | None:
    """The sizes of a row of what a model is trained on: an array, a table, or a data set."""
    if isinstance(x, np.ndarray) or hasattr(x, "iloc"):
        sizes: tuple[int, ...] = x.shape[1:]
        return sizes if isinstance(x, np.ndarray) else sizes or (1,)  # a column of a table
    spec = getattr(x, "element_spec", None)
    spec = spec[0] if isinstance(spec, tuple) else spec
    shape = getattr(spec, "shape", None)
    return None if shape is None or shape.rank is None else tuple(shape)[1:]


def _watch(keras: Any, weights: Callable[[], tuple[LayerRecord, ...]]) -> Any:
    """A callback that keeps the first loss, counts steps, and keeps the weights after some."""

    class Watch(keras.callbacks.Callback):  # type: ignore[misc]
        loss, steps = float("nan"), 0
        stepped: tuple[LayerRecord, ...] = ()
        after: tuple[LayerRecord, ...] = ()

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            """The loss so far is the mean over the batches so far."""
            batches = _batches_of_a_step(self.model)
            if batches > 1 and self.model.optimizer._iterations.numpy() % batches:
                return
            if not self.steps:
                self.loss = float((logs or {}).get("loss", self.loss))
                self.stepped = weights()
            self.steps += 1

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            """The last epoch is the one that stays."""
            self.after = weights()

    return Watch()


def _batches_of_a_step(model: Any) -> int:
    """Of how many batches the optimizer takes the mean gradient."""
    return getattr(model.optimizer, "gradient_accumulation_steps", None) or 1


def _logits() -> Iterator[tuple[Any, Callable[..., Any]]]:
    """Where Keras goes back from probabilities to logits."""
    for name in ("keras.src.backend.tensorflow.nn", "tf_keras.src.backend"):
        if name in sys.modules:
            module = importlib.import_module(name)
            if hasattr(module, "_get_logits"):
                yield module, module._get_logits
