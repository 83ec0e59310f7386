"""Where TensorFlow rounds constants to float32, or has no kernel for float64."""

from __future__ import annotations

import pytest
from pairs import TORCH, module

from transpiler.verify.session import VerifySession, verify_pair

FUNCTIONS = {
    "layers.LeakyReLU()": "F.leaky_relu(x, 0.3)",
    "layers.Activation('gelu')": "F.gelu(x)",
    "layers.Activation('elu')": "F.elu(x)",
    "layers.ELU(0.7)": "F.elu(x, 0.7)",
    "layers.Activation('selu')": "F.selu(x)",
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
