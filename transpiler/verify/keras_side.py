"""The Keras worker: builds the models of the original and measures them."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from transpiler.verify import keras_datasets, keras_exact, keras_older, keras_quiet, legacy
from transpiler.verify.execute import Run, describe, models_in, run_program
from transpiler.verify.fill import cotangent, fill_weight
from transpiler.verify.keras_inputs import declared_inputs, make_inputs
from transpiler.verify.keras_layers import Held, graph_nodes, held, kinds, role, value_of
from transpiler.verify.keras_training import train_original
from transpiler.verify.packing import pack, tensors_of
from transpiler.verify.records import (
    FLOAT32,
    FLOAT64,
    Array,
    Measured,
    ModelData,
    Request,
    Structure,
    Trained,
    TrainingRequest,
    finite,
)
from transpiler.verify.targets import read_module


@dataclass
class KerasSide:
    """One generation of Keras in this process."""

    keras: Any
    tensorflow: Any
    framework: str
    registered: dict[str, Any]  #: what Keras itself registers: the optimizers of Keras 2
    dtype: str = field(default=FLOAT64)

    def answer(self, request: Request) -> tuple[Measured, ...]:
        """Measure every model of a request."""
        self.dtype = request.dtype
        self.keras.backend.set_floatx(self.dtype)
        keras_datasets.count_for(request.program.text)
        module = read_module(request.program)
        run = run_program(request.program, request.targets, module.makes_model, self.is_model)
        return tuple(self._models(request, run))

    def train(self, request: TrainingRequest) -> Trained:
        """Run a program that trains."""
        self.dtype = request.dtype
        self.clear()
        keras_datasets.count_for(request.program.text)
        return train_original(self, request)

    def clear(self) -> None:
        """Forget the models of the last request."""
        self.keras.backend.clear_session()
        self.keras.backend.set_floatx(self.dtype)
        self.keras.backend.set_image_data_format("channels_last")
        custom = self.keras.utils.get_custom_objects()
        custom.clear()
        custom.update(self.registered)
        self.keras.utils.set_random_seed(1)
        keras_quiet.forget()

    def is_model(self, value: Any) -> bool:
        """Whether a value is a model."""
        return isinstance(value, self.keras.Model)

    def _models(self, request: Request, run: Run) -> Iterator[Measured]:
        seen: set[int] = set()
        for index, target in enumerate(request.targets):
            base = Measured(target.name, target.line, target=index, logits=target.logits)
            try:
                values = run.values(target)
            except (Exception, SystemExit) as error:
                reason = f"the original can't be built: {describe(error)}"
                yield replace(base, status="error", reason=reason.replace("RuntimeError: ", ""))
                continue
            ordinal = 0
            for version, (value, line) in enumerate(values):
                label = target.name if version == 0 else f"{target.name} ({version + 1})"
                for name, model in models_in(label, value, self.is_model):
                    one = replace(base, name=name, line=line, ordinal=ordinal)
                    ordinal += 1
                    if id(model) not in seen:
                        seen.add(id(model))
                        yield self._measured(one, model, request)
            if not ordinal and target.asked:
                yield replace(base, status="error", reason="the original makes no model of it")

    def _measured(self, base: Measured, model: Any, request: Request) -> Measured:
        shape = request.shapes.get((base.target, base.ordinal))
        try:
            tensors, packing = declared_inputs(model)
            if not tensors and shape is None:
                reason = "the input shape is not known"
                return replace(base, status="skipped", reason=reason, needs_shape=True)
            found: ModelData | None = None
            for attempt in range(3):
                seed = 100 * (request.seed + attempt) + 10 * base.target + base.ordinal
                generator = np.random.default_rng(seed)
                if tensors:
                    inputs = make_inputs(model, tensors, generator, positive=attempt == 1)
                else:
                    inputs = [_free_input(generator, *shape)] if shape else []
                data = self.measure(model, inputs, packing, generator, request.gradients)
                if finite(data.eval_outputs) and any(o.any() for o in data.eval_outputs):
                    if finite(data.slopes):
                        return replace(base, data=data)
                    found = found or data
            if found is not None:
                return replace(base, data=found)
            return replace(base, status="skipped", reason="outputs are all zero or not finite")
        except Exception as error:
            return replace(
                base, status="error", reason=f"the original can't run: {describe(error)}"
            )

    def measure(
        self,
        model: Any,
        inputs: list[Array],
        packing: Structure,
        generator: np.random.Generator,
        gradients: bool,
    ) -> ModelData:
        """Fill a model with random weights, and see what it makes of some inputs."""
        keras_quiet.silence_recurrent(model)
        given = [self._tensor(array) for array in inputs]
        with keras_quiet.no_noise(self.tensorflow, self.dtype):
            keras_quiet.LOG.first.clear()
            model(pack(given, packing), training=False)
            layers = held(model, keras_quiet.LOG)
            for one in layers:
                _fill(one, generator)
            before = [one.record() for one in layers]
            keras_quiet.start_over(model)
            outputs, output_packing = tensors_of(model(pack(given, packing), training=False))
            data = ModelData(
                inputs=tuple(inputs),
                packing=packing,
                layers=tuple(before),
                eval_outputs=tuple(_array(t) for t in outputs),
                output_packing=output_packing,
                dtype=self.dtype,
                loose=self._loose(layers, outputs),
                activation=_last_activation(model),
            )
            keras_quiet.start_over(model)
            trained = self._train(model, given, data, layers, generator, gradients)
            keras_quiet.start_over(model)
            return trained

    def _train(
        self,
        model: Any,
        given: list[Any],
        data: ModelData,
        layers: list[Held],
        generator: np.random.Generator,
        gradients: bool,
    ) -> ModelData:
        """One forward pass in training mode, and what follows from it."""
        tensorflow = self.tensorflow
        keras_quiet.RATES.clear()
        variables = [[_variable(v) for v in one.variables] for one in layers]
        watched = [v for group in variables for v in group if v.dtype.is_floating]
        floats = [t for t in given if t.dtype.is_floating]
        with tensorflow.GradientTape(watch_accessed_variables=False) as tape:
            for tensor in [*watched, *floats]:
                tape.watch(tensor)
            result = model(pack(given, data.packing), training=True)
            outputs = tensors_of(result)[0]
            factors = [cotangent(generator, _array(output)) for output in outputs]
            total = tensorflow.add_n(
                [
                    tensorflow.reduce_sum(tensorflow.cast(o, self.dtype) * f.astype(self.dtype))
                    for o, f in zip(outputs, factors, strict=True)
                    if o.dtype.is_floating
                ]
            )
        after = [tuple(value_of(v) for v in one.variables) for one in layers]
        found = tape.gradient(total, [variables, floats]) if gradients else None
        records = tuple(
            replace(
                record,
                after=values,
                gradients=tuple(_gradient(g) for g in found[0][index]) if found else (),
            )
            for index, (record, values) in enumerate(zip(data.layers, after, strict=True))
        )
        slopes = iter(found[1] if found else ())
        return replace(
            data,
            layers=records,
            train_outputs=tuple(_array(t) for t in outputs),
            cotangents=tuple(factors),
            input_gradients=tuple(
                _gradient(next(slopes)) if found and t.dtype.is_floating else None for t in given
            ),
            rates=(*keras_quiet.RATES, *keras_quiet.silence_recurrent(model)),
        )

    def _tensor(self, array: Array) -> Any:
        if array.dtype.kind == "f":
            array = array.astype(self.dtype)
        return self.tensorflow.convert_to_tensor(array)

    def _loose(self, layers: list[Held], outputs: list[Any]) -> str:
        """Why this model's numbers are float32 ones although float64 was asked for."""
        if self.dtype == FLOAT32:
            return ""
        for one in layers:
            for variable in one.variables:
                if str(_variable(variable).dtype.name) in ("float32", "float16", "bfloat16"):
                    return f"layer '{one.layer.name}' insists on {_variable(variable).dtype.name}"
        if any(o.dtype.is_floating and o.dtype.name != FLOAT64 for o in outputs):
            return "the original insists on float32"
        return ""


def start(framework: str) -> KerasSide:
    """Load TensorFlow and the wanted generation of Keras."""
    tensorflow = importlib.import_module("tensorflow")
    tensorflow.config.set_visible_devices([], "GPU")
    # Rewriting a graph before it first runs takes longer than the few steps that are compared.
    tensorflow.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    keras = legacy.install() if framework == "keras2" else importlib.import_module("keras")
    keras_quiet.install(keras, framework)
    keras_exact.install(tensorflow, keras, framework)
    keras_datasets.install()
    keras_older.install(keras, framework)
    return KerasSide(keras, tensorflow, framework, dict(keras.utils.get_custom_objects()))


def _fill(one: Held, generator: np.random.Generator) -> None:
    for variable in one.variables:
        if _variable(variable).dtype.is_floating:
            shape = tuple(int(size) for size in variable.shape)
            variable.assign(fill_weight(generator, role(variable), shape))
    finalize = getattr(one.layer, "finalize_state", None)
    if finalize is not None:
        finalize()


def _free_input(generator: np.random.Generator, shape: tuple[int, ...], ids: int) -> Array:
    """An input for a model that declares none: ids below `ids`, or floats."""
    batched = (3, *shape)
    return generator.integers(0, ids, batched) if ids else generator.normal(0.0, 1.0, batched)


def _variable(variable: Any) -> Any:
    """The tf.Variable inside of a Keras 3 variable."""
    value = getattr(variable, "value", variable)
    return variable if callable(value) else value


def _array(tensor: Any) -> Array:
    result: Array = np.asarray(tensor)
    return result


def _gradient(gradient: Any) -> Array | None:
    if gradient is None:
        return None
    dense = getattr(gradient, "values", None) is not None and hasattr(gradient, "indices")
    if dense:
        gradient = importlib.import_module("tensorflow").convert_to_tensor(gradient)
    return _array(gradient)


def _last_activation(model: Any) -> str:
    """The name of the activation that makes the output of a model with one output."""
    nodes = graph_nodes(model)
    layers = model.layers if "Sequential" in kinds(model) or not nodes else None
    outputs = getattr(model, "outputs", None) or []
    if layers is None and len(outputs) == 1:
        history = getattr(outputs[0], "_keras_history", None)
        last = getattr(history, "operation", None) or getattr(history, "layer", None)
    else:
        last = layers[-1] if layers else None
    if last is None:
        return ""
    if kinds(last)[0] == "Softmax":
        return "softmax"
    activation = getattr(last, "activation", None)
    name = str(getattr(activation, "__name__", "")).removesuffix("_v2")  # `tf.nn.softmax`
    return name if name in ("softmax", "sigmoid") else ""
