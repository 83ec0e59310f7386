"""Models that `TimeDistributed` runs at every step: frames of a video, sentences of a text."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

VIDEO = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers


def build_encoder(channels):
    image = keras.Input((5, 5, channels))
    x = layers.Conv2D(4, 3{more})(image)
    {inside}
    return keras.Model(image, layers.GlobalMaxPooling2D()(x))


{net}

x, y = np.random.RandomState(0).rand(12, 4, 5, 5, 2), np.arange(12) / 12
net.compile("sgd", "mse")
history = net.fit(x, y, epochs=2, batch_size=4, shuffle=False, verbose=0)
"""
BUILDER = """\
def build(channels, steps=4):
    video = keras.Input((steps, 5, 5, channels))
    x = layers.TimeDistributed(build_encoder(channels))(video)
    x = layers.LSTM(3)(x)
    return keras.Model(video, layers.Dense(1)(x))


net = build(2)"""
VARIABLE = """\
encoder = build_encoder(2)
video = keras.Input((4, 5, 5, 2))
x = layers.TimeDistributed(encoder, name="frames")(video)
x = layers.LSTM(3)(x)
net = keras.Model(video, layers.Dense(1)(x))"""
SEQUENTIAL = """\
encoder = build_encoder(2)
net = keras.Sequential()
net.add(layers.TimeDistributed(encoder, input_shape=(4, 5, 5, 2)))
net.add(layers.LSTM(3))
net.add(layers.Dense(1))"""
NORM = "x = layers.BatchNormalization()(x)"


def video(net: str, inside: str = "x = layers.ReLU()(x)", more: str = "") -> str:
    return VIDEO.format(net=net, inside=inside, more=more)


@pytest.mark.parametrize("net", [BUILDER, VARIABLE, SEQUENTIAL])
def test_steps_join_the_batch(net: str, scripts: Scripts) -> None:
    program = video(net)
    made = convert(program, Options(exact=True, keras="3"))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    assert "encoder(x.flatten(0, 1)).unflatten(0, " in made.text
    apart = scripts.compare(program, made.text)
    assert apart
    assert max(apart.values()) < 1e-9, apart


def test_each_step_is_normalized_by_itself(scripts: Scripts) -> None:
    program = video(VARIABLE, NORM)
    made = convert(program, Options(exact=True))
    assert "torch.stack([self.encoder(step) for step in x.unbind(1)], dim=1)" in made.text
    assert any("normalization goes by each step's own batch" in d.message for d in made.diagnostics)
    apart = scripts.compare(program, made.text)
    assert max(apart.values()) < 1e-9, apart


def test_sentences_of_documents(scripts: Scripts) -> None:
    program = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.layers import GRU, Bidirectional, Dense, Embedding, Input, TimeDistributed
from tensorflow.keras.models import Model

words = Input((5,), dtype="int32")
sentence = Model(words, Bidirectional(GRU(4))(Embedding(20, 6, mask_zero=True)(words)))
document = Input((3, 5), dtype="int32")
x = Bidirectional(GRU(4))(TimeDistributed(sentence)(document))
net = Model(document, Dense(2, activation="softmax")(x))
x, y = np.random.RandomState(0).randint(0, 20, (12, 3, 5)), np.arange(12) % 2
net.compile("sgd", "sparse_categorical_crossentropy")
net.fit(x, y, epochs=2, batch_size=4, shuffle=False, verbose=0)
"""
    made = convert(program, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(program, made.text)
    assert max(apart.values()) < 1e-9, apart


FREEZES = VARIABLE.replace(
    'x = layers.TimeDistributed(encoder, name="frames")(video)',
    "frames = layers.TimeDistributed(encoder)\nframes.trainable = False\nx = frames(video)",
)


@pytest.mark.parametrize(
    ("program", "reason", "keras"),
    [
        (video(FREEZES), "say it of the model", "auto"),
        (video(SEQUENTIAL + "\nnet.layers[0].trainable = False"), "say it of the model", "auto"),
        (video(VARIABLE, more=", activity_regularizer='l2'"), "adds to the loss", "auto"),
        (video(VARIABLE, NORM), "go by the whole batch", "2"),
    ],
)
def test_what_is_another_thing_is_said(program: str, reason: str, keras: str) -> None:
    made = convert(program, Options(exact=True, keras=keras))
    said = [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    assert any(reason in message for message in said), said


def test_words_of_sentences_are_whole_numbers_without_being_said_to_be() -> None:
    text = convert(
        "import numpy as np\nfrom tensorflow import keras\nfrom tensorflow.keras import layers\n\n"
        "words = keras.Input((5,))\nembedded = layers.Embedding(20, 6)(words)\n"
        "encoder = keras.Model(words, layers.GlobalAveragePooling1D()(embedded))\n"
        "sentences = keras.Input((3, 5))\n"
        "hidden = layers.LSTM(5)(layers.TimeDistributed(encoder)(sentences))\n"
        "model = keras.Model(sentences, layers.Dense(1)(hidden))\n"
        'model.compile("sgd", "mse")\ndocuments = np.ones((8, 3, 5), int)\n'
        "model.fit(documents, np.ones(8))\n"
    ).text
    assert "torch.as_tensor(documents, dtype=torch.long)" in text
