"""What functions of the program give to a model that is built: computed once, not in each step."""

from __future__ import annotations

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options

WINDOWS = """\
import numpy as np
from keras.layers import LSTM, Dense, RepeatVector, TimeDistributed
from keras.models import Sequential


def to_supervised(train, n_input, n_out):
    starts = range(len(train) - n_input - n_out + 1)
    x = [train[i : i + n_input] for i in starts]
    y = [train[i + n_input : i + n_input + n_out, 0] for i in starts]
    return np.array(x), np.array(y)


def build_model(train, n_input):
    train_x, train_y = to_supervised(train, n_input, 2)
    n_timesteps, n_features, n_outputs = train_x.shape[1], train_x.shape[2], train_y.shape[1]
    train_y = train_y.reshape((train_y.shape[0], train_y.shape[1], 1))
    model = Sequential()
    model.add(LSTM(4, input_shape=(n_timesteps, n_features)))
    model.add(RepeatVector(n_outputs))
    model.add(LSTM(4, return_sequences=True))
    model.add(TimeDistributed(Dense(1)))
    model.compile(loss="mse", optimizer="sgd")
    model.fit(train_x, train_y, epochs=2, batch_size=8, shuffle=False, verbose=0)
    return model


data = np.random.RandomState(0).rand(20, 3)
model = build_model(data, 5)
outputs = model.predict(data[np.newaxis, -5:], verbose=0)
"""


def test_forward_reads_what_init_keeps(scripts: Scripts) -> None:
    """Also where the argument has a name that a module could not keep."""
    result = converted(WINDOWS, Options(exact=True))
    forward = result.partition("    def forward(")[2].partition("\n\n\n")[0]
    assert "repeat(1, self.n_outputs, 1)" in forward
    assert "to_supervised" not in forward
    assert "        self.n_outputs = n_outputs\n" in result
    assert "self.train" not in result
    apart = scripts.compare(WINDOWS, result)
    assert "outputs" in apart
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


def test_what_only_computes_stays_where_it_is_read() -> None:
    text = WINDOWS.replace(
        "    model = Sequential()\n",
        "    n_outputs = max(1, n_input - 3)\n" + "    model = Sequential()\n",
    )
    text = text.replace("n_timesteps, n_features, n_outputs = ", "n_timesteps, n_features = ")
    text = text.replace("train_x.shape[2], train_y.shape[1]", "train_x.shape[2]")
    forward = converted(text).partition("    def forward(")[2]
    assert "        n_outputs = max(1, self.n_input - 3)\n" in forward
