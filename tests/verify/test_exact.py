"""Where TensorFlow rounds constants to float32, or has no kernel for float64."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from pairs import TORCH, module

from transpiler.verify.session import VerifySession, verify_pair

FUNCTIONS = {
    "layers.LeakyReLU()": "F.leaky_relu(x, 0.3)",
    "layers.Activation('gelu')": "F.gelu(x)",
    "layers.Activation('elu')": "F.elu(x)",
    "layers.ELU(0.7)": "F.elu(x, 0.7)",
    "layers.Activation('selu')": "F.selu(x)",
    "layers.Normalization(mean=[0.1, 0.2, 0.3, 0.4, 0.5, 0.6], variance=[0.7] * 6)": (
        "(x - x.new_tensor([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])) / 0.7**0.5"
    ),
    "layers.Lambda(lambda x: tf.nn.leaky_relu(x, 0.1))": "F.leaky_relu(x, 0.1)",
    "layers.Lambda(lambda x: tf.nn.lrn(x, alpha=1e-4, beta=0.75))": (
        "F.local_response_norm(x.movedim(-1, 1), 11, 11e-4).movedim(1, -1)"
    ),
}
KERAS = """
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential([layers.Input((4, 5, 3)), layers.Dense(6), {}])
"""


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("generation", ["2", "3"])
def test_activations(function: str, generation: str, session: VerifySession) -> None:
    torch = TORCH + module(
        "self.dense = nn.Linear(3, 6)", f"x = self.dense(x)\nreturn {FUNCTIONS[function]}"
    )
    (report,) = verify_pair(KERAS.format(function), torch, session=session, keras=generation)
    assert report.status == "equal"
    assert report.checks["gradients"].rel_diff < 1e-12


@pytest.mark.parametrize("generation", ["2", "3"])
def test_inputs_that_say_they_are_float32(generation: str, session: VerifySession) -> None:
    keras = KERAS.format("layers.ReLU()").replace("(4, 5, 3)", "(4, 5, 3), dtype=tf.float32")
    torch = TORCH + module("self.dense = nn.Linear(3, 6)", "return F.relu(self.dense(x))")
    (report,) = verify_pair(keras, torch, session=session, keras=generation)
    assert report.status == "equal"
    assert not report.reason or "float32" not in report.reason
    assert report.checks["gradients"].rel_diff < 1e-12


NORMALIZED = """
import json
import numpy as np
import tensorflow as tf
import tf_keras as keras
from transpiler.verify import keras_exact

CASES = [((4, 5, 4, 3), {}), ((4, 5, 4, 3), {"axis": 1}), ((4, 5, 4, 3), {"axis": 2}),
         ((3, 2, 4, 4, 3), {}), ((3, 2, 4, 4, 3), {"axis": 1}), ((7, 3), {}), ((4, 5, 3), {})]

def statistics(dtype):
    keras.backend.set_floatx(dtype)
    for shape, arguments in CASES:
        layer = keras.layers.BatchNormalization(momentum=0.5, **arguments)
        x = np.random.default_rng(0).normal(size=shape).astype(dtype)
        layer(x, training=True)
        yield [layer.moving_mean.numpy().tolist(), layer.moving_variance.numpy().tolist()]

before = list(statistics("float32"))
keras_exact.install(tf, keras, "keras2")
print(json.dumps([before, list(statistics("float64"))]))
"""


def test_keras2_keeps_the_statistics_of_its_fused_kernel() -> None:
    """In float64 too, where Keras 2 itself would run other code."""
    command = [sys.executable, "-c", NORMALIZED]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    single, double = json.loads(done.stdout.splitlines()[-1])
    for expected, actual in zip(single, double, strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-6)


ROOTS = """
from tensorflow import keras
from tensorflow.keras import layers, ops

inputs = layers.Input((4,))
x = layers.Dense(3, name="a")(inputs)
{}
model = keras.Model(inputs, layers.Dense(2, name="b")(x))
"""
ROOT_OF_ZERO = """
x = layers.Lambda(lambda t: ops.sqrt(t * 0.0))(x)
"""


@pytest.mark.parametrize(
    ("factor", "status"), [("0.0", "equal"), ("1e-3", "different"), ("float('nan')", "different")]
)
def test_gradients_that_are_infinite(factor: str, status: str, session: VerifySession) -> None:
    """They are named, and what is finite is compared."""
    torch = TORCH + module(
        "self.a = nn.Linear(4, 3)\nself.b = nn.Linear(3, 2)",
        f"return self.b((self.a(x) * {factor}).sqrt())",
    )
    (report,) = verify_pair(ROOTS.format(ROOT_OF_ZERO), torch, session=session, keras="3")
    assert report.status == status
    if status == "equal":
        assert "3 of 5 gradients are not finite in the original" in report.reason


BIAS_OF_FIRST_CHANNELS = """
from tensorflow import keras
from tensorflow.keras import layers

inputs = keras.Input((3, 7, 3))
model = keras.Model(inputs, layers.Conv2D(3, 1, data_format="channels_first")(inputs))
"""


def test_a_bias_of_as_many_channels_as_columns(session: VerifySession) -> None:
    """Keras 3 alone would add it to the columns of channels that come first."""
    torch = TORCH + module("self.conv = nn.Conv2d(3, 3, 1)", "return self.conv(x)")
    (report,) = verify_pair(BIAS_OF_FIRST_CHANNELS, torch, session=session, keras="3")
    assert report.status == "equal"
