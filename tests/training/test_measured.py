"""Losses and metrics that a program calls by hand, on arrays: the same numbers."""

from __future__ import annotations

import pytest

from tests.training.programs import Trial, converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

COLUMN = '"mse"', "column"
BITS = '"binary_crossentropy"', "bits", "sigmoid"

OBJECT = """\
m = keras.metrics.{name}()
m.update_state(y, model.predict(x, verbose=0))
whole = m.result().numpy()
m.reset_state()
for start in range(0, 50, 20):
    m.update_state(y[start : start + 20], prediction[start : start + 20])
value = float(m.result())
"""
FUNCTION = """\
each = keras.losses.{name}(y, model.predict(x, verbose=0)).numpy()
value = tf.reduce_mean(keras.losses.{name}(y, prediction)).numpy()
root = np.sqrt(keras.losses.{name}(y, prediction).numpy().mean())
"""
TRIALS = {
    **{
        name: Trial(*COLUMN, after=OBJECT.format(name=name))
        for name in ("MeanSquaredError", "MeanAbsoluteError", "RootMeanSquaredError")
    },
    **{
        name: Trial(*BITS, after=OBJECT.format(name=name))
        for name in ("BinaryAccuracy", "Precision", "Recall")
    },
    "targets that are no bits": Trial(*COLUMN, after=OBJECT.format(name="Recall")),
    "CategoricalAccuracy": Trial(
        '"categorical_crossentropy"',
        "one-hot",
        "softmax",
        after=OBJECT.format(name="CategoricalAccuracy"),
    ),
    "SparseCategoricalAccuracy": Trial(
        '"sparse_categorical_crossentropy"',
        "labels",
        "softmax",
        after=OBJECT.format(name="SparseCategoricalAccuracy"),
    ),
    "Mean": Trial(
        after="m = keras.metrics.Mean(name='loss')\nfor k in range(3):\n    m.update_state(k)\n"
        "m.update_state(prediction)\nvalue = m.result().numpy()"
    ),
    "numbers that go on": Trial(
        *COLUMN,
        after="m = keras.losses.MeanSquaredError()\nfirst = m(y, prediction)\n"
        "second = total = (m(y * 2, prediction) + first) / 2\n"
        "value = (first + total).numpy()\nwhole = (second).numpy().item()",
    ),
    "objects that are called": Trial(
        *COLUMN,
        after="m, mae = keras.metrics.Mean(name='loss'), keras.metrics.MeanAbsoluteError()\n"
        "held = {'m': keras.metrics.MeanSquaredError()}\n"
        "for start in range(0, 50, 20):\n"
        "    batch = y[start : start + 20]\n"
        "    m(float(start)); held['m'](batch, prediction[start : start + 20])\n"
        "    mae(batch, model.predict(x[start : start + 20], verbose=0))\n"
        "value = float(m.result()) + held['m'].result().numpy()\n"
        "whole = mae.result().numpy()",
    ),
    **{
        name: Trial(*COLUMN, before="import tensorflow as tf", after=FUNCTION.format(name=name))
        for name in ("mean_squared_error", "mean_absolute_error", "mean_absolute_percentage_error")
    },
    "rows": Trial(
        '"mse"',
        "rows",
        before="import tensorflow as tf",
        after=FUNCTION.format(name="mean_absolute_error"),
    ),
    "binary_crossentropy": Trial(
        '"binary_crossentropy"',
        "bit column",
        "sigmoid",
        before="import tensorflow as tf\ny = y.astype(float)",
        after=FUNCTION.format(name="binary_crossentropy"),
    ),
    "a class that is bound": Trial(
        *COLUMN,
        after="measure = keras.losses.MeanSquaredError()\nvalue = float(measure(y, prediction))\n\n"
        "def both(a, b):\n    mae = keras.losses.MeanAbsoluteError()\n"
        "    return mae(a, b).numpy() + keras.losses.MeanSquaredError()(a, b).numpy()\n\n"
        "whole = both(y, prediction)",
    ),
    "categorical_crossentropy": Trial(
        '"categorical_crossentropy"',
        "one-hot",
        "softmax",
        after="cce = keras.losses.CategoricalCrossentropy()\nvalue = cce(y, prediction).numpy()\n"
        "whole = float(cce(y[:9], prediction[:9] + 0.1))",
    ),
    "short names": Trial(
        *COLUMN,
        before="from tensorflow.keras import losses as kl\n"
        "from tensorflow.keras.metrics import MAE",
        after="def score(a, b):\n    return kl.MSE(a, b)\n\n"
        "value = np.mean(score(y, prediction)) + MAE(y, prediction).numpy().mean()\n"
        "whole = kl.MAPE(y, prediction).numpy()",
    ),
    "class": Trial(
        *COLUMN, after="value = keras.losses.MeanSquaredError()(y, model.predict(x)).numpy()"
    ),
}


@pytest.mark.sample(3)
@pytest.mark.parametrize("trial", TRIALS.values(), ids=TRIALS)
def test_gives_the_same_numbers(trial: Trial, scripts: Scripts) -> None:
    text = trial.text.replace("from tensorflow import keras", "import keras")
    apart = scripts.compare(text, converted(text))
    assert {"value", "whole"} & apart.keys() == {"value", "whole"} & set(trial.after.split())
    assert max(apart.values()) < 1e-6, apart  # Keras holds some of them in float32


REFUSED = {
    "weights": "m = keras.metrics.Mean()\nm.update_state(1.0, 2.0)",
    "called": "m = keras.metrics.MeanSquaredError()\nprint(m(y, prediction))",
    "settings": "m = keras.metrics.Precision(thresholds=0.3)\nm.update_state(y, prediction)",
    "others": "m = keras.metrics.AUC()\nm.update_state(y, prediction)\nprint(m.result())",
    "unknown": "print(keras.losses.MSE(y, model(x, training=len(x) > 3)))",
    "a loss that is read": "m = keras.losses.MeanSquaredError()\nprint(m, m(y, prediction))",
    "tensors of a function": "def score(a, b):\n    return keras.losses.MSE(a, b)\n\n"
    "print(score(y, prediction).numpy())",
    "in a function": "m = keras.metrics.Mean()\nm.update_state(1)\n\ndef show(m):\n"
    "    print(m.result())",
}


@pytest.mark.parametrize("after", REFUSED.values(), ids=REFUSED)
def test_what_is_not_translated_is_said(after: str) -> None:
    found = convert(Trial(*BITS, after=after).text).diagnostics
    assert any(d.severity is Severity.ERROR for d in found)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("print(f'{m.name}: {m.result()}')", "`m.name` is left as it is: the class that is"),
        ("total = m.total", "`m.total` is left as it is: the class that is emitted lacks it"),
        ("value = m(y, prediction)", "the class that is emitted gives nothing for it"),
        ("print(float(m(y, prediction)))", "`m(y, prediction)` is left as it is"),
        ("m(y, prediction, sample_weight=y[:, 0])", "takes other arguments"),
        ("m(y)", "takes other arguments"),
        ("for one in [m, m]:\n    one(y, prediction)", "`one` may be a metric"),
        ("for k, one in enumerate((m,)):\n    one(y, prediction)", "`one` may be a metric"),
        ("held = {'m': m}\nfor key in held:\n    held[key](y, prediction)", "`held[key]` may be"),
        ("def show(one):\n    one(y, prediction)\n\nshow(m)", "`one` may be a metric"),
        ("list(map(lambda one: one(y, prediction), [m]))", "`one` may be a metric"),
        ("[one(y, prediction) for one in (m,)]", "`one` may be a metric"),
    ],
)
def test_what_an_emitted_metric_lacks_is_said(asked: str, said: str) -> None:
    made = "m = keras.metrics.MeanSquaredError()\nm.update_state(y, prediction)\n"
    result = convert(Trial(*COLUMN, after=f"{made}{asked}\nvalue = m.result()").text)
    errors = {d.line: d.message for d in result.diagnostics if d.severity is Severity.ERROR}
    assert "class MeanSquaredError:" in result.text
    assert [said in message for message in errors.values()] == [True], errors


@pytest.mark.parametrize(
    "after",
    [
        "held = [mse(y, prediction)]\nprint([one.numpy() for one in held])",
        "held = []\nheld.append(mse(y, prediction))\nfor one in held:\n    print(one.numpy())",
        "held = {'loss': mse(y, prediction)}\nprint(held['loss'].numpy())",
        "one, two = mse(y, prediction), 2\nprint(one.numpy())",
        "class Kept:\n    pass\n\nKept.one = mse(y, prediction)\nprint(Kept.one.numpy())",
        "def show(one):\n    print(one.numpy())\n\nshow(mse(y, prediction))",
    ],
)
def test_numbers_that_are_asked_for_their_array_are_said(after: str) -> None:
    result = convert(Trial(*COLUMN, after=f"mse = keras.losses.MeanSquaredError()\n{after}").text)
    errors = [d.message for d in result.diagnostics if d.severity is Severity.ERROR]
    assert "np.mean(mean_squared_error(" in result.text
    assert [said.endswith("it may be a number of NumPy's now") for said in errors] == [True]


def test_other_arrays_are_not_taken_for_such_numbers() -> None:
    after = "loss = keras.losses.MSE(y, prediction)\nprint(loss.numpy())\n"
    after += "print(torch.ones(3).numpy())"
    text = Trial(*COLUMN, after=after).text
    assert "torch.ones(3).numpy()" in converted(f"import torch\n{text}")
