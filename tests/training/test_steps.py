"""So many batches of arrays: an epoch goes on where the one before ended, and others begin anew."""

from __future__ import annotations

import pytest

from tests.training.programs import Trial, farthest
from tests.training.scripts import Scripts
from transpiler.pipeline import convert
from transpiler.source.lexical import words_in

#: Of 50 rows, an epoch gets four batches of eight, and the next one the three that are left.
IN_PARTS = Trial(
    before="steps, weights = 3, rng.uniform(size=50)\n",
    fit=", batch_size=8, steps_per_epoch=steps + 1, sample_weight=weights"
    ", validation_data=(x * 2, y, weights), validation_steps=2",
    metrics='[keras.metrics.R2Score(name="r2")]',
    targets="column",
    after="validations = history.history['val_loss']\n"
    "some = model.evaluate(x - 1, y, batch_size=steps + 4, steps=steps, verbose=0)\n"
    "first = model.predict(x - 1, batch_size=len(x) // 10, steps=steps, verbose=0)\n"
    "again = model.fit(x, y, 8, 2, steps_per_epoch=5, verbose=0).history['loss']\n"
    "once = model.fit(x, y, 8, steps_per_epoch=2, verbose=0).history['loss']\n",
)
#: Without a size, a number of steps is what all samples are divided by.
IN_WHOLE = Trial(
    fit=", steps_per_epoch=4, validation_split=0.3, validation_steps=3, validation_freq=[1, 3]",
    after="validations = history.history['val_loss']\n"
    "some = model.evaluate(x, y, steps=3, verbose=0)\n"
    "first = model.predict(x, steps=3, verbose=0)\n",
)


@pytest.mark.parametrize("trial", [IN_PARTS, IN_WHOLE])
def test_trains_equally(trial: Trial, scripts: Scripts) -> None:
    text = trial.text.replace("batch_size=16, ", "")
    distance, apart = farthest(scripts, text)
    assert {"losses", "validations", "some", "first"} <= apart.keys()
    assert distance < 1e-9, apart


PERHAPS = Trial(
    fit="",
    after="""\
def run(steps=None, size=None):
    fitted = model.fit(x, y, 8, validation_data=(x, y), validation_steps=steps, verbose=0)
    found = fitted.history["val_loss"] + [model.evaluate(x, y, 8, steps=steps, verbose=0)]
    found.append(model.evaluate(x, y, size, steps=steps, verbose=0))
    found.append(model.evaluate(x, y, steps=steps, verbose=0))
    return found + [*model.predict(x, 8, steps=steps, verbose=0).ravel()]


every, some = run(), run(2)
""",
)


def test_there_may_be_none(scripts: Scripts) -> None:
    distance, apart = farthest(scripts, PERHAPS.text)
    assert {"every", "some"} <= apart.keys()
    assert distance < 1e-9, apart


def test_many_outputs_are_counted_by_batches(scripts: Scripts) -> None:
    text = (
        "import numpy as np\n"
        "from tensorflow import keras\n"
        "rng = np.random.default_rng(0)\n"
        "x, y, z = rng.normal(size=(50, 3)), rng.normal(size=50), rng.normal(size=(50, 2))\n"
        "inputs = keras.Input((3,))\n"
        "one, two = keras.layers.Dense(1, name='one'), keras.layers.Dense(2, name='two')\n"
        "model = keras.Model(inputs, [one(inputs), two(inputs)])\n"
        'model.compile("sgd", ["mse", "mae"])\n'
        "history = model.fit(x, [y, z], 8, 4, steps_per_epoch=4, verbose=0)\n"
        "losses = np.array(history.history['loss'])\n"
        "prediction = model.predict(x, 8, steps=2)[0]\n"
    )
    distance, apart = farthest(scripts, text)
    assert distance < 1e-9, apart


@pytest.mark.parametrize(
    ("imports", "call", "why"),
    [
        ("from tensorflow import keras", "fit(x, y, steps_per_epoch=steps)", "may be None"),
        ("import tf_keras as keras", "fit(x, y, steps_per_epoch=4)", "Keras 2 joins"),
        (
            "from tensorflow import keras",
            "fit(x, y, 8, 3, steps_per_epoch=4, "
            'callbacks=[keras.callbacks.ModelCheckpoint("a.keras", save_freq=5)])',
            "epochs that may have fewer steps",
        ),
    ],
)
def test_what_is_only_known_at_run_time_is_refused(imports: str, call: str, why: str) -> None:
    text = (
        f"import numpy as np\n{imports}\n"
        "x, y = np.ones((50, 3)), np.ones(50)\n"
        "model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(1)])\n"
        'model.compile("sgd", "mse")\n'
        f"def run(steps=None):\n    model.{call}\n"
        "run(4)\n"
    )
    found = convert(text)
    assert any(d.severity == "error" and why in d.message for d in found.diagnostics), found
    assert f"model.{call}" in found.text
    assert "optim" not in words_in(found.text)
