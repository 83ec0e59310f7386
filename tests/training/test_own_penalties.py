"""Regularizers and constraints of the program's own: the same losses, the same weights."""

from __future__ import annotations

import pytest

from tests.training.programs import converted, farthest
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras.layers import *

rng = np.random.default_rng(0)
x = rng.normal(size=(30, 6))
y = rng.normal(size=(30, 2))


{own}


{model}
model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
history = model.fit(x, y, batch_size=16, epochs=2, verbose=0, validation_split=0.2)
losses = np.array(history.history["loss"])
prediction = model.predict(x, verbose=0)
"""

LARGEST = '''class Largest(keras.regularizers.Regularizer):
    """The largest of each row."""

    def __init__(self, much=0.1, **kwargs):
        super().__init__(**kwargs)
        self.much = much

    def __call__(self, x):
        return self.much * tf.reduce_sum(tf.reduce_max(tf.abs(x), axis=0) ** 2)

    def get_config(self):
        return {"much": self.much}
'''
SQUARES = """@keras.utils.register_keras_serializable(package="own")
class Squares(keras.regularizers.Regularizer):
    def __init__(self, l2=0.01):
        self.l2 = l2

    def __call__(self, x):
        return self.l2 * tf.reduce_sum(tf.square(x))
"""
LASSO = """def lasso(much):
    def added(weights):
        return much * K.sum(K.abs(weights))

    return added
"""
CENTER = """def center(w):
    return w - tf.reduce_mean(w, axis=0)
"""
POSITIVE = """class Positive(keras.constraints.Constraint):
    def __call__(self, w):
        return w * tf.cast(w >= 0.0, w.dtype)
"""
LAYERS = """
model = keras.Sequential()
model.add(Input((6,)))
model.add(
    Dense(6, "tanh", kernel_regularizer=Largest(0.2), kernel_constraint=center)
)
model.add(Reshape((3, 2, 1)))
model.add(
    Conv2D(
        4,
        2,
        kernel_regularizer=Largest(),
        kernel_constraint=center,
        bias_regularizer=Squares(0.3),
        activity_regularizer=Squares(0.01),
    )
)
model.add(Flatten())
model.add(Dense(5, "tanh", bias_constraint=Positive(), kernel_regularizer=lasso(0.01)))
model.add(
    Dense(
        2,
        activity_regularizer=Largest(0.3),
        kernel_regularizer=lambda w: 0.1 * tf.reduce_mean(w**4),
        kernel_constraint=lambda w: tf.clip_by_value(w, -0.4, 0.4),
    )
)
"""
BLOCKS = """
def block(x, units, weight):
    return Dense(
        units,
        "tanh",
        kernel_regularizer=Largest(weight),
        bias_regularizer=Squares(0.2),
        kernel_constraint=center,
    )(x)


def build(units, much):
    inputs = Input((6,))
    h = block(inputs, units, much)
    h = block(h, units, 0.3)
    return keras.Model(inputs, Dense(2)(h))


model = build(5, 0.1)
"""
RECURRENT = """
model = keras.Sequential([Input((6,)), Reshape((3, 2))])
model.add(
    LSTM(
        4,
        kernel_regularizer=Largest(),
        recurrent_regularizer=Squares(0.1),
        recurrent_constraint=center,
    )
)
model.add(Dense(2))
"""


def program(model: str) -> str:
    sources = {"Largest": LARGEST, "Squares": SQUARES, "lasso": LASSO, "center": CENTER}
    sources["Positive"] = POSITIVE
    own = "\n\n".join(source for name, source in sources.items() if name in model)
    return PROGRAM.format(own=own.strip(), model=model.strip())


@pytest.mark.parametrize(("model", "exact"), [(LAYERS, False), (BLOCKS, False), (RECURRENT, True)])
def test_they_add_and_keep_the_same(model: str, exact: bool, scripts: Scripts) -> None:
    apart, each = farthest(scripts, program(model), Options(exact=True) if exact else None)
    assert apart < 1e-9, each


def test_what_tells_no_axes_apart_is_called_on_the_weight_itself() -> None:
    text = converted(program("""
model = keras.Sequential([Input((6,)), Dense(2, kernel_regularizer=Squares(0.1))])
"""))
    assert "return Squares(0.1)(model.dense.weight)\n" in text
    assert "class Squares:\n" in text


MASK = "mask = np.triu(np.ones((6, 2)))\n"


@pytest.mark.parametrize(
    ("own", "given", "said"),
    [
        ("def own(w):\n    return 0.1 * tf.square(w)\n", "own", "does not give one number"),
        (f"{MASK}def own(w):\n    return K.sum(w * mask)\n", "own", "reads `mask`"),
        ("def own(w):\n    tf.print(w)\n    return K.sum(w)\n", "own", "not understood"),
        (
            SQUARES.replace("return self", "self.l2 = 2 * self.l2\n        return self"),
            "Squares()",
            "not understood",
        ),
        (f"{MASK}{SQUARES}", "Squares(mask)", "gets a list or an array"),
    ],
)
def test_what_is_not_known_is_refused(own: str, given: str, said: str) -> None:
    model = f"model = keras.Sequential([Input((6,)), Dense(2, kernel_regularizer={given})])"
    conversion = convert(PROGRAM.format(own=own, model=model))
    errors = [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert any(said in error for error in errors), errors


BY_RANK = """def own(w):
    if len(w.shape) == 4:
        return 0.01 * K.sum(K.square(w))
    return 0.1 * K.sum(K.abs(w))
"""
AXES = "def own(w):\n    return 0.1 * K.sum(K.max(K.abs(w), axis=(0, 1, 2)))\n"


@pytest.mark.parametrize(
    ("own", "said"), [(BY_RANK, "something else of tensors"), (AXES, "not understood")]
)
def test_a_function_that_differs_by_the_number_of_axes_is_refused(own: str, said: str) -> None:
    model = """model = keras.Sequential([
    Input((6,)), Reshape((3, 2, 1)), Conv2D(4, 2, kernel_regularizer=own), Flatten(),
    Dense(2, kernel_regularizer=own)])"""
    conversion = convert(PROGRAM.format(own=own, model=model))
    errors = [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert any(said in error for error in errors), errors


MASKED = """class Masked(keras.regularizers.Regularizer):
    def __init__(self, l2=0.01, mask=None):
        self.l2 = float(l2) * 2
        self.mask = np.linspace(0.0, 1.0, 2)

    def __call__(self, x):
        return self.l2 * tf.reduce_sum(tf.square(x) * self.mask)
"""
WEIGHED = """def weighed(mask):
    def own(w):
        return 0.1 * K.sum(K.square(w) * mask)

    return own
"""


@pytest.mark.parametrize(
    ("own", "given", "said"),
    [
        (MASKED, "Masked()", "`self.mask`"),
        (MASKED.replace("np.linspace(0.0, 1.0, 2)", "2 * l2"), "Masked(0.5)", ""),
        (MASKED.replace("np.linspace(0.0, 1.0, 2)", "mask"), "Masked(mask=np.ones(2))", "an array"),
        (WEIGHED, "weighed(np.arange(2.0))", "an array"),
        (WEIGHED, "weighed(0.5)", ""),
        (WEIGHED.replace("    def", "    mask = np.arange(mask)\n    def"), "weighed(2)", "`mask`"),
    ],
)
def test_arrays_that_a_function_of_weights_reads_are_refused(
    own: str, given: str, said: str
) -> None:
    model = f"model = keras.Sequential([Input((6,)), Dense(2, kernel_regularizer={given})])"
    conversion = convert(PROGRAM.format(own=own, model=model))
    errors = [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert any(said in error for error in errors) if said else not errors, errors
