"""Losses and metrics that are functions of the program: the same histories and weights."""

from __future__ import annotations

import re

import pytest

from tests.training.programs import Trial, converted, farthest
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

FUNCTIONS = """\
def squared(y_true, y_pred):
    return tf.square(y_true - y_pred)


def mean_squared(y_true, y_pred):
    # over the last axis
    return tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)


def summed(y_true, y_pred):
    return tf.reduce_sum(tf.abs(y_true - y_pred), axis=-1)


def rmse(y_true, y_pred):
    return tf.sqrt(tf.reduce_mean(tf.square(y_pred - y_true)))


def weighted(y_true, y_pred, weight=3.0):
    error = y_true - y_pred
    return tf.reduce_mean(tf.where(error > 0, weight * error, -error))


def dice(y_true, y_pred):
    both = tf.reduce_sum(y_true * y_pred)
    return 1 - (2 * both + 1) / (tf.reduce_sum(y_true) + tf.reduce_sum(y_pred) + 1)


def scaled(factor):
    def inner(y_true, y_pred):
        # the squares, scaled
        return factor * tf.square(y_true - y_pred)

    inner.__name__ = "scaled_squares"
    return inner


def MaxAbs(y_true, y_pred, power=1):
    return tf.reduce_max(tf.abs(y_true - y_pred)) ** power


def flat(y_true, y_pred):
    return tf.square(tf.reshape(y_true, [-1]) - tf.reshape(y_pred, [-1]))


def listed(y_true, y_pred):
    parts = []
    for i, q in enumerate(SHARES):
        error = y_true[:, i] - y_pred[:, i]
        parts.append(tf.maximum(q * error, (q - 1) * error))
    return tf.add_n(parts)


def generated(y_true, y_pred):
    return sum(tf.abs(y_true[:, i] - y_pred[:, i]) * q for i, q in enumerate(SHARES))


def unbalanced(y_true, y_pred):
    odds = tf.math.log(y_pred / (1 - y_pred))
    losses = tf.nn.weighted_cross_entropy_with_logits(y_true, odds, pos_weight=3.0)
    return tf.reduce_mean(losses, axis=-1)


def crossentropy(y_true, y_pred):
    y_pred = tf.clip_by_value(y_pred, 1e-7, 1 - 1e-7)
    return -tf.reduce_sum(y_true * tf.math.log(y_pred), axis=1)


def ranked(y_true, y_pred):
    labels = tf.cast(tf.reshape(y_true, [-1]), tf.int32)
    weights = tf.cast(tf.gather(RANKS, labels), y_pred.dtype)
    return weights * -tf.math.log(tf.gather(y_pred, labels, axis=1, batch_dims=1) + 1e-3)
"""

BOTH = """\
class Both(keras.losses.Loss):
    def __init__(self, share):
        super().__init__()
        self.share = share
        self.squared = keras.losses.MeanSquaredError()
        self.absolute = keras.losses.MeanAbsoluteError()

    def call(self, y_true, y_pred):
        squared = self.squared(y_true, y_pred)
        return self.share * squared + (1 - self.share) * self.absolute(y_true, y_pred)
"""
SUMMED = """\
class Summed(keras.losses.Loss):
    def __init__(self, shares):
        super().__init__()
        self.shares = shares

    def call(self, y_true, y_pred):
        parts = []
        for i, q in enumerate(self.shares):
            parts.append(q * keras.ops.square(y_true[:, i] - y_pred[:, i]))
        return sum(parts)
"""
SHARES = "SHARES = [0.1, 0.5, 0.9]"
FLOATS = "y = y.astype('float64')"

TRIALS = [
    Trial("squared", "rows", metrics="[rmse]"),
    Trial("squared", "numbers"),
    Trial("squared", "column", metrics="[rmse]"),
    Trial("mean_squared", "numbers"),
    Trial("mean_squared", "column", metrics="[squared, summed]"),
    Trial("mean_squared", "rows", metrics="[summed, squared]"),
    Trial("summed", "rows"),
    Trial("summed", "column"),
    Trial("rmse", "column", metrics='["mae", squared]'),
    Trial("weighted", "rows"),
    Trial("dice", "bit column", "sigmoid", metrics='["accuracy", dice]', before=FLOATS),
    Trial("crossentropy", "one-hot", "softmax", metrics='["accuracy"]'),
    Trial('"categorical_crossentropy"', "one-hot", "softmax", metrics="[crossentropy]"),
    Trial("scaled(0.5)", "rows", metrics="[scaled(2.0)]"),
    Trial("scaled(factor=3.0)", "rows", before="made = scaled(2)", metrics="[made]"),
    Trial("made", "rows", before="made = scaled(2)", metrics="[scaled(0.1)]"),
    Trial("flat", "rows", metrics="[flat]"),
    Trial("ranked", "label column", "softmax", before="RANKS = [0.25, 0.5, 1.0]"),
    Trial("ranked", "label column", "softmax", before="RANKS = tf.constant([0.25, 0.5, 1.0])"),
    Trial("lambda t, p: keras.ops.mean(keras.ops.abs(t - p) ** 1.5)", "rows"),
    Trial("lambda t, p: summed(t, p) / 2", "rows"),
    Trial("lambda t, p: abs(t - p) ** 1.5", "rows", metrics="[lambda t, p: abs(p)]"),
    Trial(
        "tilted",
        "rows",
        before="tilted = lambda t, p: keras.ops.mean(keras.ops.maximum(t - p, (p - t) / 3), -1)",
    ),
    Trial("Both(0.3)", "rows", before=BOTH),
    Trial("listed", "rows", before=SHARES, metrics="[generated]"),
    Trial("generated", "rows", before=SHARES),
    Trial("Summed([0.1, 0.5, 0.9])", "rows", before=SUMMED),
    Trial("unbalanced", "bit rows", "sigmoid", before=FLOATS),
    Trial('"binary_crossentropy"', "bit column", "sigmoid", metrics="[dice]", before=FLOATS),
    Trial(targets="rows", metrics="[scaled(2.0)]"),
    Trial(targets="rows", metrics="[MaxAbs, lambda t, p: keras.ops.abs(t - p)]"),
    Trial(targets="rows", metrics="[lambda y, targets: keras.ops.max(2 * y - targets)]"),
    Trial(
        targets="rows",
        metrics="[functools.partial(MaxAbs, power=POWER), 'mae']",
        before="import functools\nPOWER = 2",
    ),
    Trial(
        targets="rows",
        metrics="[keras.metrics.MeanMetricWrapper(MaxAbs, name='largest', power=3), "
        "keras.metrics.MeanMetricWrapper(fn=summed)]",
    ),
]


def _with_functions(trial: Trial) -> str:
    """The script, with the functions that it names."""
    head, rest = trial.text.split("\nrng = ", 1)
    used = [
        source
        for source in FUNCTIONS.rstrip().split("\n\n\n")
        if source[4 : source.index("(")] in re.findall(r"\w+", trial.loss + trial.metrics)
    ]
    return "\n\n\n".join([f"{head}import tensorflow as tf\n", *used, f"rng = {rest}"])


@pytest.mark.sample(3)
@pytest.mark.parametrize("trial", TRIALS, ids=lambda t: f"{t.loss}, {t.targets}, {t.metrics}")
def test_trains_equally(trial: Trial, scripts: Scripts) -> None:
    far, apart = farthest(scripts, _with_functions(trial))
    assert far < 1e-9, apart


IN_MAIN = """\
import keras
import numpy as np
from keras import ops


def overlap(y_true, y_pred):
    return ops.sum(y_true * y_pred) / ops.sum(y_true + y_pred)


def loss_of(y_true, y_pred):
    return 1.0 - overlap(y_true, y_pred)


def build():
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="sigmoid")])


def main():
    rng = np.random.default_rng(0)
    x, y = rng.random((40, 4)), rng.random((40, 2))
    model = build()
    model.compile("sgd", loss=loss_of, metrics=[overlap])
    return model.fit(x, y, batch_size=16, epochs=2, verbose=0)


history = main()
losses = np.array(history.history["loss"] + history.history["overlap"])
"""


def test_a_function_that_builds_no_model_compiles_with_functions(scripts: Scripts) -> None:
    far, apart = farthest(scripts, IN_MAIN)
    assert far < 1e-9, apart


def test_a_loss_that_holds_others_computes_what_they_do() -> None:
    text = converted(_with_functions(Trial("Both(0.3)", "rows", before=BOTH)))
    assert "        self.share = share\n\n    def forward(self, y_true, y_pred):\n" in text
    kept = BOTH + "\n    def reset(self):\n        self.squared = None\n"
    left = convert(_with_functions(Trial("Both(0.3)", "rows", before=kept)))
    assert "keras.losses.MeanSquaredError()" in left.text


OF_KERAS = [
    ("mean_squared_error", "MeanSquaredError", "rows", ""),
    ("mean_absolute_error", "MeanAbsoluteError", "rows", ""),
    ("mean_absolute_percentage_error", "MeanAbsolutePercentageError", "positive", ""),
    ("mean_squared_logarithmic_error", "MeanSquaredLogarithmicError", "positive", "softplus"),
    ("huber", "Huber", "rows", ""),
    ("log_cosh", "LogCosh", "rows", ""),
    ("poisson", "Poisson", "positive", "softplus"),
    ("kl_divergence", "KLDivergence", "shares", "softmax"),
    ("cosine_similarity", "CosineSimilarity", "rows", ""),
    ("hinge", "Hinge", "rows", ""),
    ("squared_hinge", "SquaredHinge", "rows", ""),
    ("categorical_hinge", "CategoricalHinge", "one-hot", "softmax"),
    ("binary_crossentropy", "BinaryCrossentropy", "bit rows", "sigmoid"),
    ("categorical_crossentropy", "CategoricalCrossentropy", "one-hot", "softmax"),
    ("sparse_categorical_crossentropy", "SparseCategoricalCrossentropy", "labels", "softmax"),
]


@pytest.mark.sample(3)
@pytest.mark.parametrize(("name", "of_class", "targets", "activation"), OF_KERAS)
def test_losses_of_keras_inside_of_functions(
    name: str, of_class: str, targets: str, activation: str, scripts: Scripts
) -> None:
    functions = f"""\
made = keras.losses.{of_class}()


def own(y_true, y_pred):
    return 2 * keras.losses.{name}(y_true, y_pred)


def same(y_true, y_pred):
    return made(y_true, y_pred) + tf.reduce_max(y_pred)

"""
    before = f"y = y.astype({'int' if targets == 'labels' else 'float'!r})"
    trial = Trial("own", targets, activation, metrics="[same]", before=before)
    text = trial.text.replace("\nrng = ", f"import tensorflow as tf\n\n{functions}\nrng = ", 1)
    text = text.replace("from tensorflow import keras\n", "import keras\n")
    far, apart = farthest(scripts, text)
    assert far < (1e-8 if name == "log_cosh" else 1e-9), apart  # whose log(2) is a float32


@pytest.mark.parametrize(
    ("made", "targets", "activation"),
    [
        ("Huber(0.3)", "rows", ""),
        ("BinaryCrossentropy(False, 0.1)", "bit rows", "sigmoid"),
        ("CategoricalCrossentropy(False, 0.2)", "one-hot", "softmax"),
    ],
)
def test_their_arguments_may_have_no_names(
    made: str, targets: str, activation: str, scripts: Scripts
) -> None:
    own = f"def own(y_true, y_pred):\n    return 2 * keras.losses.{made}(y_true, y_pred)\n\n"
    before = "y = y.astype(float)"
    text = Trial("own", targets, activation, before=before).text.replace(
        "rng = ", f"{own}rng = ", 1
    )
    far, apart = farthest(scripts, text)
    assert far < 1e-9, apart


IN_LOOP = """\
for criterion in [{losses}]:
    model = build()
    model.compile("sgd", loss=criterion{metrics})
    model.fit(x, y, epochs=2, batch_size=10, verbose=0)
"""


TWO_OUTPUTS = """\
import numpy as np
import keras
from keras import layers

rng = np.random.default_rng(0)
x, y, z = rng.normal(size=(30, 4)), rng.normal(size=(30, 1)), rng.normal(size=(30, 2))

class Steep(keras.losses.Loss):
    def __init__(self, gamma=2.0):
        super().__init__()
        self.gamma = gamma

    def call(self, y_true, y_pred):
        return keras.ops.mean(keras.ops.abs(y_true - y_pred) ** self.gamma, axis=-1)

given = {given}
inputs = layers.Input((4,))
outputs = [layers.Dense(1, name="a")(inputs), layers.Dense(2, name="b")(inputs)]
model = keras.Model(inputs, outputs)
model.compile("sgd", loss={loss}, run_eagerly=True)
history = model.fit(x, [y, z], epochs=2, batch_size=12, verbose=0, shuffle=False)
losses = history.history["loss"]
"""


@pytest.mark.parametrize(
    ("given", "loss"),
    [
        ("None", '{"a": "mae", "b": Steep(3.0)}'),
        ("None", '["mae", Steep()]'),
        ('{"a": Steep(gamma=3.0), "b": "mse"}', "given"),
        ("Steep(3.0)", '{"a": given, "b": given}'),
        ("None", '{name: Steep(3.0) for name in ("a", "b")}'),
    ],
)
def test_objects_of_losses_for_several_outputs(given: str, loss: str, scripts: Scripts) -> None:
    text = TWO_OUTPUTS.replace("{given}", given).replace("{loss}", loss)
    apart = scripts.compare(text, converted(text))
    assert {"history", "losses"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("losses", "metrics", "good"),
    [
        ("squared, mean_squared", "", True),
        ("squared, rmse", "", True),
        ('"mse", squared', "", False),
        ("squared, summed", ", metrics=[criterion]", False),
    ],
)
def test_losses_in_a_loop(losses: str, metrics: str, good: bool) -> None:
    """The text of a loop is one: what it holds must be right in each round."""
    head = _with_functions(Trial(f"{losses} if 0 else 0", "rows")).split("model = ")[0]
    build = (
        "def build():\n    return keras.Sequential([keras.Input((6,)), keras.layers.Dense(3)])\n"
    )
    conversion = convert(head + build + IN_LOOP.format(losses=losses, metrics=metrics))
    left = [d for d in conversion.diagnostics if d.code == "T2T101"]
    assert bool(left) is not good
    assert ("criterion, optimizer)" in conversion.text) is good


@pytest.mark.parametrize("trial", [Trial("summed"), Trial(metrics="[mean_squared]")])
def test_targets_in_one_axis_are_said_to_be_taken_as_a_column(trial: Trial) -> None:
    found = convert(_with_functions(trial)).diagnostics
    assert any(d.code == "T2T303" and "column" in d.message for d in found)


@pytest.mark.parametrize(
    ("after", "keras", "key"),
    [("", "3", "max_abs"), ("", "2", "MaxAbs"), ("history.history['MaxAbs']", "3", "MaxAbs")],
)
def test_keras_3_writes_the_names_of_functions_small(after: str, keras: str, key: str) -> None:
    text = _with_functions(Trial(targets="rows", metrics="[MaxAbs]", after=after))
    assert f'"{key}": []' in converted(text, Options(keras=keras))


def test_the_function_stays_with_its_name_and_comments() -> None:
    text = converted(_with_functions(Trial("mean_squared", "rows")))
    assert "def mean_squared(y_true, y_pred):\n    # over the last axis\n" in text
    assert "train_epoch(model, train_loader, mean_squared, optimizer)" in text


@pytest.mark.parametrize(
    "trial",
    [
        Trial(metrics="[lambda y, p: keras.ops.mean(y - p) * FACTOR]", before="FACTOR = 2"),
        Trial(targets="rows", metrics="[lambda y, p: summed(y, p)]"),
        Trial(metrics="[keras.metrics.MeanMetricWrapper(other)]", before="other = print"),
        Trial("squared", "rows", before="n = len(x)", metrics="[scaled(n)]"),
        Trial("squared", "rows", fit=", sample_weight=np.ones(50)"),
        Trial('"sparse_categorical_crossentropy"', "labels", "softmax", metrics="[rmse]"),
    ],
    ids=lambda t: f"{t.loss}, {t.metrics}",
)
def test_what_is_not_translated_is_said(trial: Trial) -> None:
    conversion = convert(_with_functions(trial))
    assert any(d.code == "T2T101" and "compile" in d.message for d in conversion.diagnostics)
    assert "history = model.fit(" in conversion.text


#: What a loop adds to a number, and what that makes of the loss; None where it is left.
SUMS = {
    "each": ("0.0", "i, q in enumerate(QS)", "total += tilted(q, y, f[:, i:i+1])", True),
    "numbers": ("1.5", "q in QS", "total = total - ops.mean(tilted(q, y, f))", True),
    "pairs": ("0", "i, q in zip(range(3), QS)", "total += 2 * tilted(q, y, f)", True),
    "looked at": ("0.0", "q in QS", "total += tilted(q, y, f) * (total + 1)", False),
    "perhaps": ("0.0", "q in QS[int(x[0, 0]):]", "total += tilted(q, y, f)", True),
    "as many": ("0.0", "i in range(len(QS))", "total += tilted(QS[i], y[:, 0], f[:, i])", True),
    "named cls": ("0.0", "q in QS", "total += ops.mean(tilted(q, y, f))\n        cls = q", True),
    "left": ("0.0", "q in QS", "total += tilted(q, y, f)\n        if q > 0.2: break", False),
    "some": ("0.0", "q in QS", "if q > 0.2:\n            total += tilted(q, y, f)", False),
}
SUM = """\
import keras
import numpy as np
from keras import ops

x = np.arange(60.0).reshape(20, 3) / 60
y = x[:, :1] * 2
QS = [0.1, 0.5, 0.9]


def tilted(q, y, f):
    return ops.mean(ops.maximum(q * (y - f), (q - 1) * (y - f)), axis=-1)


def loss(y, f):
    total = {number}
    for {header}:
        {adds}
    return total


model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])
model.compile("sgd", loss)
history = model.fit(x, y, epochs=2, batch_size=6, shuffle=False, verbose=0).history["loss"]
losses = history
"""


@pytest.mark.parametrize("way", SUMS)
def test_a_loop_adds_losses_to_a_number(way: str, scripts: Scripts) -> None:
    number, header, adds, good = SUMS[way]
    text = SUM.format(number=number, header=header, adds=adds)
    made = convert(text)
    assert any(d.severity.name == "ERROR" for d in made.diagnostics) is not good
    surely = "int(" not in header
    said = [d for d in made.diagnostics if "at least once" in d.message]
    assert len(said) == (good and not surely)
    if good:
        assert f"    total = {number}\n    for {header}:\n        total = total " in made.text
        far, apart = farthest(scripts, text)
        assert far < 1e-9, apart


UNEVEN = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K

rng = np.random.RandomState(0)
x, y = rng.rand(40, 4), (rng.rand(40, 3) > 0.5) * 1.0


def own(y_true, y_pred):
    return tf.reduce_mean({})


model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
model.compile("sgd", own)
losses = model.fit(x, y, batch_size=16, epochs=2, verbose=0).history["loss"]
"""


@pytest.mark.parametrize(
    "loss",
    [
        "tf.nn.softmax_cross_entropy_with_logits(labels=y_true, logits=y_pred)",
        "keras.losses.categorical_crossentropy(y_true, y_pred, from_logits=True)",
        "keras.losses.CategoricalCrossentropy(from_logits=True)(y_true, y_pred)",
        "K.categorical_crossentropy(y_true, y_pred, from_logits=True)",
    ],
)
def test_labels_that_do_not_add_up_have_the_gradient_of_tensorflow(
    loss: str, scripts: Scripts
) -> None:
    text = UNEVEN.format(loss)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


def test_labels_that_surely_add_up_need_nothing_besides() -> None:
    classes = "tf.one_hot(tf.cast(y_true[:, 0], tf.int32), 3)"
    text = UNEVEN.format(f"tf.nn.softmax_cross_entropy_with_logits({classes}, y_pred)")
    after = converted(text)
    assert "F.cross_entropy(" in after
    assert "softmax_cross_entropy" not in after


@pytest.mark.parametrize(
    "labels",
    [
        "{} * tf.cast(y_true[:, :1], tf.float32)",
        "tf.reduce_sum(tf.stack([{}, {}]), axis=0)",
        "0.5 * {}",
    ],
)
def test_labels_that_are_made_of_such_may_not_add_up(labels: str, scripts: Scripts) -> None:
    labels = labels.replace("{}", "tf.one_hot(tf.cast(y_true[:, 0], tf.int32), 3)")
    text = UNEVEN.format(f"tf.nn.softmax_cross_entropy_with_logits({labels}, y_pred)")
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


LOGITS = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K

rng = np.random.RandomState(0)
x, y = rng.rand(40, 4) * 30, {targets}


def own(y_true, y_pred):
    {before}
    return K.mean({loss}({targets_and_output}))


model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
model.compile(keras.optimizers.SGD(1.0), own)
losses = model.fit(x, y, batch_size=16, epochs=2, verbose=0).history["loss"]
"""
MULTIPLE, SPARSE = "(rng.rand(40, 3) > 0.5) * 1.0", "rng.randint(0, 3, 40)"


@pytest.mark.parametrize(
    ("loss", "targets", "output"),
    [
        ("keras.losses.binary_crossentropy", MULTIPLE, "K.sigmoid(y_pred)"),
        ("keras.losses.BinaryCrossentropy()", MULTIPLE, "keras.activations.sigmoid(y_pred)"),
        ("keras.losses.categorical_crossentropy", MULTIPLE, "K.softmax(y_pred)"),
        ("keras.losses.CategoricalCrossentropy()", MULTIPLE, "tf.nn.softmax(y_pred)"),
        ("keras.losses.sparse_categorical_crossentropy", SPARSE, "tf.nn.softmax(y_pred)"),
    ],
)
def test_crossentropies_go_back_to_the_logits_that_they_see(
    loss: str, targets: str, output: str, scripts: Scripts
) -> None:
    """Most probabilities here are clipped otherwise."""
    both = f"y_true, {output}"
    text = LOGITS.format(targets=targets, before="", loss=loss, targets_and_output=both)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("before", "output", "refused"),
    [
        ("p = K.sigmoid(y_pred)", "p", True),
        ("p = K.softmax(y_pred)", "p", True),
        ("p = K.clip(K.sigmoid(y_pred), 0.01, 0.99)", "p", False),
        ("", "K.clip(K.sigmoid(y_pred), 0.01, 0.99)", False),
        ("", "K.softmax(y_pred)", True),
    ],
)
def test_logits_behind_a_variable_are_asked_for(before: str, output: str, refused: bool) -> None:
    both, loss = f"y_true, {output}", "keras.losses.binary_crossentropy"
    text = LOGITS.format(targets=MULTIPLE, before=before, loss=loss, targets_and_output=both)
    errors = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("from which Keras goes back to the logits" in error for error in errors) is refused


@pytest.mark.parametrize(
    ("loss", "targets", "output"),
    [
        ("K.binary_crossentropy", MULTIPLE, "K.sigmoid(y_pred)"),
        ("K.categorical_crossentropy", MULTIPLE, "tf.nn.softmax(y_pred)"),
        ("K.sparse_categorical_crossentropy", SPARSE, "tf.nn.softmax(y_pred)"),
    ],
)
def test_those_of_the_backend_are_refused(loss: str, targets: str, output: str) -> None:
    both = f"y_true, {output}"
    text = LOGITS.format(targets=targets, before="", loss=loss, targets_and_output=both)
    errors = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("Keras 2 goes back to the logits, Keras 3 does not" in error for error in errors)
