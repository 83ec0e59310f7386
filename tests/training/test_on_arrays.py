"""Functions of TensorFlow that a program calls on what a model has predicted: NumPy's numbers."""

from __future__ import annotations

import pytest

from tests.training.programs import Trial, converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

OF_PREDICTIONS = """\
most = tf.argmax(prediction, axis=1).numpy()
wanted = tf.argmax(y, axis=1).numpy()
least = tf.math.argmin(prediction)
mean = tf.reduce_mean(prediction).numpy()
rows = tf.reduce_sum(prediction, axis=-1, keepdims=True).numpy()
largest = tf.math.reduce_max(tf.abs(prediction - 0.5), 1)
root = tf.sqrt(tf.reduce_mean(tf.square(y - prediction))).numpy()
rounded = tf.round(prediction * 3)
some = prediction[tf.argmax(prediction[:, 0]).numpy()]
flags = tf.cast(prediction > 0.3, tf.int32).numpy()
share = tf.reduce_mean(tf.cast(tf.equal(most, y.argmax(1)), tf.float32)).numpy()
share = float(share)
both = tf.logical_and(prediction > 0.2, prediction < 0.6).numpy()
ends = tf.clip_by_value(prediction, 0.2, 0.6)
halves = tf.maximum(prediction, 0.5 + 0 * prediction)
wide = tf.concat([prediction, prediction], axis=1).numpy().shape
thin = tf.squeeze(tf.expand_dims(prediction, 0)).numpy()
chances = tf.nn.softmax(prediction).numpy()
shares = tf.nn.softmax(prediction, axis=0)
others = tf.nn.softmax(prediction, -1).numpy()
table = tf.math.confusion_matrix(wanted, most).numpy()
wider = tf.math.confusion_matrix(labels=wanted, predictions=most, num_classes=5)
under = tf.math.less(keras.losses.mae(y_pred=prediction, y_true=y), 0.3).numpy()
gates = tf.sigmoid(model.predict(x, verbose=0))
each = [tf.argmax(row).numpy() for row in prediction[:5]]
turned = tf.transpose(prediction).numpy()
"""


def test_they_give_the_same_numbers(scripts: Scripts) -> None:
    trial = Trial(
        '"categorical_crossentropy"',
        "one-hot",
        "softmax",
        before="import tensorflow as tf",
        after=OF_PREDICTIONS,
    )
    result = converted(trial.text)
    assert "tensorflow" not in result
    apart = scripts.compare(trial.text, result)
    names = {line.split(" = ")[0] for line in OF_PREDICTIONS.splitlines()}
    assert names - {"wide"} <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-6} == {}


CALLED = """
def errors(model, data):
    found = model(data)
    return tf.math.less(keras.losses.mae(data[:, :3], found), 0.9)

def classes(net, data):
    return np.argmax(net(data, training=False), axis=1)

under = errors(model, x)
most = classes(model, x)
"""


def test_functions_that_only_call_the_model_they_get(scripts: Scripts) -> None:
    trial = Trial(targets="rows", before="import tensorflow as tf", after=CALLED)
    result = converted(trial.text)
    assert "return np.argmax(predict(net, data), axis=1)" in result
    apart = scripts.compare(trial.text, result)
    assert {"under", "most"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_a_tensor_that_such_a_function_needs_is_said() -> None:
    after = "\ndef last(net, data):\n    return net(data)\nfound = last(model, x)\n"
    found = convert(Trial(after=after).text).diagnostics
    assert any("is an nn.Module now" in d.message for d in found), found


def test_a_head_has_the_size_of_what_is_predicted(scripts: Scripts) -> None:
    after = (
        "head = keras.Sequential([keras.Input((prediction.shape[1],)), keras.layers.Dense(1)])\n"
        'head.compile("sgd", "mse")\n'
        "last = head.fit(prediction / 2, x[:, :1], shuffle=False).history['loss']\n"
    )
    trial = Trial(targets="rows", after=after)
    apart = scripts.compare(trial.text, converted(trial.text))
    assert "last" in apart
    assert max(apart.values()) < 1e-9, apart


def test_a_loss_on_scores_gives_the_same_number(scripts: Scripts) -> None:
    loss = "keras.losses.SparseCategoricalCrossentropy(from_logits=True)"
    trial = Trial("loss_fn", "labels", before=f"loss_fn = {loss}")
    after = "value = loss_fn(y, prediction).numpy()\nother = float(loss_fn(y, prediction * 2))\n"
    text = (trial.text + after).replace("keras.layers.Dense(1", "keras.layers.Dense(3")
    result = converted(text)
    apart = scripts.compare(text, result)
    assert {"value", "other"} <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-6} == {}


@pytest.mark.parametrize(
    "use",
    [
        "tf.reduce_mean(tf.argmax(prediction, 1))",  # a whole number in TensorFlow
        "tf.reduce_mean(prediction > 0.5)",
        "tf.argmax(input=prediction)",
        "tf.argmax(prediction, output_type=tf.int32)",
        "tf.nn.softmax(prediction, axis=len(x) // 50)",
        "tf.math.confusion_matrix(y, prediction, weights=y)",
        "tf.reduce_mean(y)",  # they may be whole numbers
        "tf.sqrt(tf.argmax(prediction, 1))",
    ],
)
def test_what_numpy_computes_otherwise_is_left_and_said(use: str) -> None:
    text = Trial(before="import tensorflow as tf", after=f"value = {use}\n").text
    found = convert(text).diagnostics
    assert [d.severity for d in found if d.severity is Severity.ERROR] == [Severity.ERROR]


def test_imports_go_where_an_attribute_of_a_result_is_kept() -> None:
    text = Trial(fit=", callbacks=[EarlyStopping()]").text.replace("verbose=0, c", "c")
    text = text.replace("history = model.fit(", "losses = model.fit(").replace(
        "callbacks=[EarlyStopping()])", "callbacks=[EarlyStopping(monitor='loss')]).history"
    )
    text = "from tensorflow.keras.callbacks import EarlyStopping\n" + text
    result = convert(text.replace('losses = np.array(history.history["loss"])\n', ""))
    assert "tensorflow" not in result.text


def test_what_nobody_calls_may_be_a_loss() -> None:
    text = (
        "from keras.losses import categorical_crossentropy\n\n\n"
        "def masked(y, p):\n    return categorical_crossentropy(y, p) * y[..., 0]{more}\n"
    )
    left = convert(text.format(more=""))
    assert [d.code for d in left.diagnostics if d.severity is Severity.ERROR] == ["T2T103"]
    assert "_of_arrays" not in left.text
    for more in (".numpy()", "\n\n\nprint(masked([[1.0, 0.0]], [[0.5, 0.5]]))"):
        assert "_of_arrays(y, p)" in convert(text.format(more=more)).text
