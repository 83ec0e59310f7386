"""Programs for Keras 2 run under tf_keras, whatever they call it."""

from __future__ import annotations

import pytest
from pairs import TORCH, module

from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.verify.session import VerifySession, verify_pair

NORM = module(
    """
    self.conv = nn.Conv2d(3, 4, 3)
    self.norm = nn.BatchNorm2d(4, eps=1e-3, momentum=0.01)
    """,
    "return self.norm(self.conv(x.permute(0, 3, 1, 2))).permute(0, 2, 3, 1)",
)


def test_old_module_paths_and_fused_normalization(session: VerifySession) -> None:
    keras = """
from keras.models import Sequential
from keras.layers.convolutional import Conv2D
from keras.layers.normalization import BatchNormalization

model = Sequential()
model.add(Conv2D(4, (3, 3), batch_input_shape=(2, 8, 8, 3)))
model.add(BatchNormalization())
"""
    (report,) = verify_pair(keras, TORCH + NORM, session=session)
    assert report.status == "equal"
    assert report.checks["forward_train"].rel_diff < 1e-12
    assert report.checks["gradients"].rel_diff < 1e-12
    assert "under Keras 2" in report.reason


def test_tensor_methods_without_other_marks(session: VerifySession) -> None:
    keras = """
import tensorflow as tf
from tensorflow.keras.layers import Dense, Input
from tensorflow.keras.models import Model

x = Input((4,))
y = Dense(3)(x)
y = tf.nn.l2_normalize(tf.reduce_sum(y, axis=-1, keepdims=True) * y, axis=-1)
model = Model(x, Dense(int(y.get_shape()[-1]))(y))
"""
    torch = TORCH + module(
        "self.a = nn.Linear(4, 3)\nself.b = nn.Linear(3, 3)",
        """
        x = self.a(x)
        return self.b(F.normalize(x.sum(-1, keepdim=True) * x, dim=-1, eps=1e-6))
        """,
    )
    (report,) = verify_pair(keras, torch, session=session)
    assert report.status == "equal"
    assert "under Keras 2" in report.reason


def test_asked_for(session: VerifySession) -> None:
    keras = """
from tensorflow import keras

model = keras.Sequential([
    keras.layers.Input((5, 4)),
    keras.layers.LSTM(3, recurrent_activation="hard_sigmoid"),
])
"""
    torch = TORCH + module(
        """
        self.weight_ih = nn.Parameter(torch.zeros(12, 4))
        self.weight_hh = nn.Parameter(torch.zeros(12, 3))
        self.bias = nn.Parameter(torch.zeros(12))
        """,
        """
        h = c = x.new_zeros(len(x), 3)
        for step in range(x.shape[1]):
            gates = x[:, step] @ self.weight_ih.T + h @ self.weight_hh.T + self.bias
            i, f, g, o = gates.chunk(4, dim=-1)
            i, f, o = ((0.2 * gate + 0.5).clamp(0, 1) for gate in (i, f, o))
            c = f * c + i * g.tanh()
            h = o * c.tanh()
        return h
        """,
    )
    (second,) = verify_pair(keras, torch, keras="2", session=session)
    (third,) = verify_pair(keras, torch, keras="3", session=session)
    assert (second.status, third.status) == ("equal", "different")


GENERATIONS = """
{imports}

def build(units):
    inputs = keras.Input((6, 6, 3))
    x = layers.Conv2D(units, 3)(inputs)
    x = layers.BatchNormalization()(x)
    x = layers.BatchNormalization(fused=False)(x)
    x = layers.Activation("hard_sigmoid")(x)
    x = layers.Reshape((4, -1))(x)
    x = layers.LSTM(units, recurrent_activation="hard_sigmoid", return_sequences=True)(x)
    x = layers.Bidirectional(layers.GRU(3, recurrent_activation="hard_sigmoid"))(x)
    return keras.Model(inputs, keras.activations.hard_sigmoid(layers.Dense(2)(x)))


model = build(4)
"""
EITHER = "from tensorflow import keras\nfrom tensorflow.keras import layers"
SECOND = "import tf_keras as keras\nfrom tf_keras import layers"


@pytest.mark.parametrize(
    ("imports", "option", "generation"),
    [(EITHER, "2", "2"), (EITHER, "3", "3"), (EITHER, "auto", "3"), (SECOND, "auto", "2")],
)
def test_the_generation_decides(
    imports: str, option: str, generation: str, session: VerifySession
) -> None:
    """By what a program shows, else by the option: hard_sigmoid, and the running variance."""
    text = GENERATIONS.format(imports=imports)
    if generation == "3":
        text = text.replace("fused=False", "")
    made = convert(text, Options(exact=True, keras=option))
    assumed = [d for d in made.diagnostics if "hard_sigmoid" in d.message]
    assert bool(assumed) == (option == "auto" and generation == "3")
    reports = verify_pair(text, made.text, session=session, keras=generation)
    assert [report.status for report in reports] == ["equal"] * len(reports)


def test_masks_that_keras_2_keeps(session: VerifySession) -> None:
    """Keras 3 takes them off what attention gets, and the second layer of a stack sees none."""
    keras = """
from tensorflow import keras
from tensorflow.keras import layers


def encoder(depth=2):
    tokens = keras.Input((6,), dtype="int32")
    x = layers.Embedding(10, 8, mask_zero=True)(tokens)
    for _ in range(depth):
        x = layers.LayerNormalization()(layers.Add()([x, layers.MultiHeadAttention(2, 4)(x, x)]))
    return keras.Model(tokens, layers.GlobalAveragePooling1D()(x))


model = encoder()
"""
    conversion = convert(keras, Options(keras="2"))
    assert conversion.status == "converted"
    (report,) = verify_pair(keras, conversion.text, session=session, keras="2")
    assert report.status == "equal"
    (newer,) = verify_pair(keras, conversion.text, session=session, keras="3")
    assert newer.status == "different"
    assert convert(keras, Options(keras="3")).status == "partial"
