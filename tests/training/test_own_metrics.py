"""Metrics that are classes of the program's own: the same histories, batch for batch."""

from __future__ import annotations

import re

import pytest

from tests.training.programs import Trial, converted, farthest
from tests.training.scripts import Scripts
from transpiler.pipeline import convert

CLASSES = '''\
class F1(keras.metrics.Metric):
    """Of true and false positives and negatives."""

    def __init__(self, threshold=0.5, name="f1", **kwargs):
        super().__init__(name=name, **kwargs)
        self.threshold = threshold
        self.tp = self.add_weight(name="tp", initializer="zeros")
        self.fp = self.add_weight(name="fp", initializer="zeros")
        self.fn = self.add_weight(name="fn", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true = tf.cast(y_true, self.dtype)
        y_pred = tf.cast(y_pred > self.threshold, y_true.dtype)
        self.tp.assign_add(tf.reduce_sum(y_true * y_pred))
        # of those that are none
        self.fp.assign_add(tf.reduce_sum((1 - y_true) * y_pred))
        self.fn.assign_add(tf.reduce_sum(y_true * (1 - y_pred)))

    def result(self):
        precision = tf.math.divide_no_nan(self.tp, self.tp + self.fp)
        recall = tf.math.divide_no_nan(self.tp, self.tp + self.fn)
        return 2 * precision * recall / (precision + recall + keras.backend.epsilon())

    def reset_state(self):
        self.tp.assign(0.0)
        self.fp.assign(0.0)
        self.fn.assign(0.0)

    def get_config(self):
        return {**super().get_config(), "threshold": self.threshold}


class Spread(keras.metrics.Metric):
    def __init__(self, **kwargs):
        super(Spread, self).__init__(**kwargs)
        self.total = tf.Variable(0.0, dtype=keras.backend.floatx())
        self.squares = tf.Variable(0.0, dtype=keras.backend.floatx())
        self.count = tf.Variable(0.0, dtype=keras.backend.floatx())

    def update_state(self, y_true, y_pred, sample_weight=None):
        error = tf.abs(y_true - y_pred)
        if sample_weight is not None:
            error = tf.multiply(error, sample_weight)
        self.total.assign(self.total + tf.reduce_sum(error))
        self.squares.assign_add(tf.reduce_sum(tf.square(error)))
        self.count.assign_add(tf.cast(tf.size(error), self.total.dtype))

    def result(self):
        mean = self.total / self.count
        return tf.sqrt(self.squares / self.count - mean**2)

    def reset_state(self):
        for variable in [self.total, self.squares, self.count]:
            variable.assign(0)


class MeanRecall(keras.metrics.Metric):
    def __init__(self, num_classes, name="mean_recall"):
        super().__init__(name=name)
        self.found = self.add_weight(name="found", shape=(num_classes,), initializer="zeros")
        self.there = self.add_weight(name="there", shape=(num_classes,), initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        best = tf.one_hot(tf.argmax(y_pred, axis=-1), 3)
        self.found.assign_add(tf.reduce_sum(best * tf.cast(y_true, best.dtype), axis=0))
        self.there.assign_add(tf.reduce_sum(tf.cast(y_true, best.dtype), axis=0))

    def result(self):
        return tf.reduce_mean(self.found / (self.there + 1e-7))


class Batches(keras.metrics.Metric):
    def __init__(self, name="batches", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.seen = self.add_weight(name="seen", initializer=keras.initializers.Zeros())
        self.largest = self.add_weight(name="largest", initializer="zeros")

    def update_state(self, y_true, y_pred, *args, **kwargs):
        self.seen.assign_add(1.0)
        self.largest.assign(tf.maximum(self.largest, tf.reduce_max(y_pred - y_true)))

    def result(self):
        return self.largest / self.seen


class F1OfParts(keras.metrics.Metric):
    def __init__(self, name="f1", **kwargs):
        super().__init__(name=name, **kwargs)
        self.precision = keras.metrics.Precision(thresholds=0.45)
        self.recall = keras.metrics.Recall(name="found")
        self.area = keras.metrics.AUC(curve="PR")
        self.seen = self.add_weight(name="seen", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.precision.update_state(y_true, y_pred, sample_weight)
        self.recall.update_state(y_true, y_pred, sample_weight=sample_weight)
        self.area.update_state(y_true[:, 0], y_pred[:, 0])
        self.seen.assign_add(1.0)

    def result(self):
        p, r = self.precision.result(), self.recall.result()
        f1 = tf.math.divide_no_nan(2 * p * r, p + r)
        return f1 + tf.sqrt(self.area.result()) / self.seen

    def reset_state(self):
        self.precision.reset_state()
        self.recall.reset_state()
        self.area.reset_state()
        self.seen.assign(0.0)


class F1Kept(keras.metrics.Metric):
    def __init__(self, name="f1", **kwargs):
        super().__init__(name=name, **kwargs)
        self.f1 = self.add_weight(name="f1", initializer="zeros")
        self.precision_of = keras.metrics.Precision(thresholds=0.5)
        self.recall_of = keras.metrics.Recall(thresholds=0.5)

    def update_state(self, y_true, y_pred, sample_weight=None):
        p = self.precision_of(y_true, y_pred)
        r = self.recall_of(y_true, y_pred)
        # the last one counts
        self.f1.assign(2 * ((p * r) / (p + r + 1e-6)))

    def result(self):
        return self.f1

    def reset_state(self):
        self.precision_of.reset_state()
        self.recall_of.reset_state()
        self.f1.assign(0)


class Dice(keras.metrics.Metric):
    def __init__(self, threshold=0.5, name="dice", **kwargs):
        super().__init__(name=name, **kwargs)
        self.threshold = threshold
        self.total = self.add_weight(name="total", initializer="zeros")
        self.count = self.add_weight(name="count", initializer="zeros")

    def _binarize(self, y_pred):
        return tf.cast(y_pred > self.threshold, y_pred.dtype)

    def of_batch(self, y_true, y_pred, smooth=1.0):
        """Of one batch."""
        overlap = tf.reduce_sum(y_true * y_pred)
        return (2 * overlap + smooth) / (tf.reduce_sum(y_true) + tf.reduce_sum(y_pred) + smooth)

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true = tf.cast(y_true, y_pred.dtype)
        binary = self._binarize(y_pred)
        self.total.assign_add(self.of_batch(y_true, binary, smooth=0.5))
        self.total.assign_add(self.of_batch(y_true, y_pred))
        self.count.assign_add(2.0)

    def result(self):
        return self.total / self.count


class Rounded(keras.metrics.Mean):
    def __init__(self, name="rounded", **kwargs):
        super().__init__(name=name, **kwargs)

    def update_state(self, y_true, y_pred, sample_weight=None):
        error = tf.abs(tf.cast(y_true, y_pred.dtype) - tf.round(y_pred))
        return super().update_state(error, sample_weight=sample_weight)


@keras.utils.register_keras_serializable()
class Overlap(keras.metrics.MeanIoU):
    def __init__(self, num_classes, name="overlap", **kwargs):
        super().__init__(num_classes=num_classes, name=name, **kwargs)

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_pred = tf.argmax(y_pred, axis=-1)
        return super(Overlap, self).update_state(tf.argmax(y_true, -1), y_pred, sample_weight)


class Twice(keras.metrics.CategoricalAccuracy):
    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(y_true, 1 - y_pred)

    def result(self):
        return 2 * super().result()
'''
BY_CLASS = """\
class MacroRecall(keras.metrics.Metric):
    def __init__(self, num_classes, name="macro_recall", **kwargs):
        super().__init__(name=name, **kwargs)
        self.num_classes = num_classes
        self.matrix = self.add_weight(
            name="matrix", shape=(num_classes, num_classes), initializer="zeros"
        )
        self.hits = self.add_weight(name="hits", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        hits = keras.metrics.sparse_categorical_accuracy(y_true, y_pred)
        self.hits.assign_add(tf.reduce_sum(hits))
        labels = tf.cast(tf.reshape(y_true, [-1]), tf.int32)
        found = tf.math.confusion_matrix(labels, tf.argmax(y_pred, -1), self.num_classes)
        self.matrix.assign_add(tf.cast(found, self.matrix.dtype))

    def result(self):
        shares = tf.linalg.diag_part(self.matrix) / (tf.reduce_sum(self.matrix, 1) + 1e-7)
        return self.hits / tf.reduce_sum(self.matrix) + tf.reduce_mean(shares)

    def reset_state(self):
        for variable in self.variables:
            variable.assign(tf.zeros_like(variable))
"""

BITS = '"binary_crossentropy"', "bit column", "sigmoid"
TRIALS = [
    Trial(*BITS, metrics="[F1()]"),
    Trial(*BITS, metrics='["accuracy", F1(0.4, name="low"), F1(threshold=0.6)]'),
    Trial(*BITS, metrics="[f1]", before="f1 = F1(name='score')"),
    Trial(*BITS, metrics="[F1(LIMIT)]", before="LIMIT = 0.45"),
    Trial(
        *BITS,
        metrics="[F1()]",
        fit=", validation_split=0.2, callbacks=[keras.callbacks.EarlyStopping("
        "monitor='val_f1', mode='max', patience=0)]",
    ),
    Trial(metrics="[Spread()]", targets="rows"),
    Trial(metrics='[Spread(name="apart"), "mae"]', targets="rows"),
    Trial('"categorical_crossentropy"', "one-hot", "softmax", metrics="[MeanRecall(3)]"),
    Trial('"mse"', "one-hot", metrics="[MeanRecall(num_classes=3)]"),
    Trial(metrics="[Batches()]", targets="column"),
    Trial(*BITS, metrics="[F1Kept()]", fit=""),
    Trial(*BITS, metrics='[Dice(0.4), Dice(name="half")]'),
    Trial(*BITS, metrics='[F1OfParts(), Rounded(), "accuracy"]'),
    Trial(
        '"categorical_crossentropy"',
        "one-hot",
        "softmax",
        metrics='[Overlap(3), Overlap(num_classes=3, name="other"), Twice(name="twice")]',
    ),
]


def _with_classes(trial: Trial, classes: str = CLASSES) -> str:
    """The script, with the classes that it names."""
    head, rest = trial.text.split("\nrng = ", 1)
    words = set(re.findall(r"\w+", trial.metrics + trial.before))
    used = [
        c
        for c in classes.rstrip().split("\n\n\n")
        if re.findall(r"^class (\w+)", c, re.M)[0] in words
    ]
    return "\n\n\n".join([f"{head}import tensorflow as tf\n", *used, f"rng = {rest}"])


@pytest.mark.sample(2)
@pytest.mark.parametrize("trial", TRIALS, ids=lambda t: f"{t.targets}, {t.metrics}")
def test_trains_equally(trial: Trial, scripts: Scripts) -> None:
    far, apart = farthest(scripts, _with_classes(trial))
    # Keras computes overlaps in float32
    assert far < (1e-6 if "Overlap" in trial.metrics else 1e-9), apart


def test_counts_by_class(scripts: Scripts) -> None:
    trial = Trial(
        '"sparse_categorical_crossentropy"', "labels", "softmax", metrics="[MacroRecall(3)]"
    )
    text = _with_classes(trial, BY_CLASS).replace(
        "keras.metrics.sparse_categorical", "tf.keras.metrics.sparse_categorical"
    )
    far, apart = farthest(scripts, text)
    assert far < 1e-9, apart


def test_the_class_is_a_plain_one() -> None:
    text = converted(_with_classes(TRIALS[0]))
    assert "class F1:\n" in text
    assert "    def __init__(self, threshold=0.5):\n        self.threshold = threshold\n" in text
    assert "    @torch.no_grad()\n    def update(self, y_true, y_pred):\n" in text
    assert "        # of those that are none\n        self.fp += " in text
    assert "reset_state" not in text
    assert "get_config" not in text


F1, PARTS, DICE, ROUNDED = (CLASSES.split("\n\n\n")[number] for number in (0, 4, 6, 7))
REFUSED = {
    "other reset": F1.replace("self.fn.assign(0.0)", "self.fn.assign(1.0)"),
    "part of it reset": F1.replace("        self.fn.assign(0.0)\n", ""),
    "ones": F1.replace('"fn", initializer="zeros"', '"fn", initializer="ones"'),
    "another method": F1.replace("    def get_config", "    def merge_state"),
    "several results": F1.replace("return 2 * precision", 'return {"p": precision}, 2 * precision'),
    "no result": F1.replace("def result", "def results"),
    "keras in the constructor": F1.replace("= threshold", "= tf.constant(threshold)"),
    "a setting that changes": F1.replace("self.tp.assign_add", "self.tp = self.tp + "),
}


OF_PARTS = {
    "a part not reset": PARTS.replace("        self.area.reset_state()\n", ""),
    "a part by a condition": PARTS.replace(
        "        self.area.update",
        "        if tf.reduce_sum(y_true) > 1:\n            self.area.update",
    ),
    "a part told twice": PARTS.replace(
        "self.seen.assign", "self.area(y_true, y_pred)\n        self.seen.assign"
    ),
    "what a part keeps": PARTS.replace("self.area.result()", "self.area.true_positives"),
    "weights of a part": PARTS.replace("y_pred, sample_weight)", "y_pred, tf.abs(y_pred))"),
    "a part of settings": PARTS.replace("thresholds=0.45", "thresholds=name"),
    "a part without a rule": PARTS.replace('AUC(curve="PR")', "MeanMetricWrapper(tf.abs)"),
    "a part along the batch": PARTS.replace('AUC(curve="PR")', "MeanSquaredError()"),
    "a part that is told nothing": PARTS.replace("self.area.update_state(", "print("),
}
HELPED = {
    "a method that counts": DICE.replace(
        "        overlap", "        self.count.assign_add(1.0)\n        overlap"
    ),
    "a method that reads": DICE.replace("> self.threshold", "> self.total"),
    "a method of settings": DICE.replace("> self.threshold", "> self._cut()")
    + "\n    def _cut(self):\n        return tf.constant(self.threshold)\n",
}
DERIVED = {
    "what the base keeps": f"{ROUNDED}\n    def result(self):\n        return self.total\n",
    "one that says its own": ROUNDED.replace("super().update_state(error", "print(error"),
}


@pytest.mark.parametrize(
    ("name", "source"),
    [
        *(("F1", source) for source in REFUSED.values()),
        *(("F1OfParts", source) for source in OF_PARTS.values()),
        *(("Dice", source) for source in HELPED.values()),
        *(("Rounded", source) for source in DERIVED.values()),
    ],
    ids=[*REFUSED, *OF_PARTS, *HELPED, *DERIVED],
)
def test_what_is_not_translated_is_said(name: str, source: str) -> None:
    assert source not in CLASSES
    conversion = convert(_with_classes(Trial(*BITS, metrics=f"[{name}()]"), source))
    assert any(d.code == "T2T101" and "compile" in d.message for d in conversion.diagnostics)
    assert "history = model.fit(" in conversion.text
    assert f"class {name}(keras.metrics." in conversion.text


def test_a_variable_as_the_result_is_said() -> None:
    """Keras 3.15 reads it when the validation has changed it: the same value for both."""
    messages = [
        d.message for d in convert(_with_classes(Trial(*BITS, metrics="[F1Kept()]"))).diagnostics
    ]
    assert any("gives a variable itself" in message for message in messages)


def test_objects_without_names_are_counted_by_keras() -> None:
    conversion = convert(_with_classes(Trial(targets="rows", metrics="[Spread(), Spread()]")))
    assert any("counts its objects" in d.message for d in conversion.diagnostics)


NAMED_PARTIAL = """\
from functools import partial

from tensorflow.keras import backend as K


def label_dice(y_true, y_pred, label):
    return K.sum(y_true[..., label] * y_pred[..., label])


def get_metric(label):
    metric = partial(label_dice, label=label)
    metric.__setattr__("__name__", f"label_{label}")
    return metric
"""


def test_what_a_partial_function_is_asked_is_no_defect() -> None:
    said = [d.message for d in convert(NAMED_PARTIAL).diagnostics]
    assert said
    assert not any("internal error" in message for message in said)
