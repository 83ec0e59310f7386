"""Functions that get one model several times, each time beside other functions or data."""

from __future__ import annotations

import pytest

from tests.training.programs import Trial, converted, farthest
from tests.training.scripts import Scripts
from transpiler.pipeline import convert

FUNCTIONS = "\ndef double(v):\n    return v * 2\n\ndef half(v):\n    return v / 2\n"
DATA = "tf.data.Dataset.from_tensor_slices((x, y)).batch({})"

TRIALS = {
    "functions": (
        f"{FUNCTIONS}\ndef train(model, change, epochs):\n"
        "    return model.fit(change(x), y, epochs=epochs, shuffle=False)\n"
        "first = train(model, double, 2)\nsecond = train(model, half, epochs=1)\n"
    ),
    "schedules": (
        "\ndef slow(epoch):\n    return 0.01\n\ndef fast(epoch):\n    return 0.1\n"
        "def train(model, schedule):\n    rates = keras.callbacks.LearningRateScheduler(schedule)\n"
        "    return model.fit(x, y, epochs=2, callbacks=[rates], shuffle=False)\n"
        "first = train(model, slow)\nsecond = train(model, fast)\n"
    ),
    "data": (
        "\nimport tensorflow as tf\ndef train(model, data):\n    return model.fit(data, epochs=2)\n"
        f"first = train(model, {DATA.format(8)})\n"
        f"second = train(model, {DATA.format(16)}.repeat(2))\n"
    ),
    "asked": (
        f"{FUNCTIONS}\ndef report(model, change):\n    return model.evaluate(change(x), y)\n"
        "first = report(model, double)\nsecond = report(model, half)\n"
    ),
}


@pytest.mark.parametrize("name", TRIALS)
def test_trains_equally(name: str, scripts: Scripts) -> None:
    text = Trial(fit="", after=TRIALS[name]).text
    distance, apart = farthest(scripts, text)
    assert {"first", "second"} <= apart.keys()
    assert distance < 1e-7, apart  # Keras keeps rates in single precision
    assert "optimizer, criterion" not in converted(text)


def test_what_differs_is_refused() -> None:
    after = (
        "\ndef train(model, more=()):\n    nan = keras.callbacks.TerminateOnNaN()\n"
        "    model.fit(x, y, callbacks=[nan, *more])\n"
        "train(model)\ntrain(model, [keras.callbacks.ReduceLROnPlateau()])\n"
    )
    found = convert(Trial(fit="", after=after).text).diagnostics
    assert any("`train` trains the model in several ways" in d.message for d in found), found
