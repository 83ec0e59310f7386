import numpy as np
import tensorflow as tf
from sklearn.datasets import load_breast_cancer, load_digits
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import layers


class F1Score(keras.metrics.Metric):
    """The harmonic mean of precision and recall, over a whole epoch."""

    def __init__(self, threshold=0.5, name="f1", **kwargs):
        super().__init__(name=name, **kwargs)
        self.threshold = threshold
        # what is counted
        self.tp = self.add_weight(name="tp", initializer="zeros")
        self.fp = self.add_weight(name="fp", initializer="zeros")
        self.fn = self.add_weight(name="fn", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true = tf.cast(y_true, tf.float32)
        y_pred = tf.cast(y_pred > self.threshold, tf.float32)
        self.tp.assign_add(tf.reduce_sum(y_true * y_pred))
        self.fp.assign_add(tf.reduce_sum((1 - y_true) * y_pred))
        self.fn.assign_add(tf.reduce_sum(y_true * (1 - y_pred)))

    def result(self):
        precision = self.tp / (self.tp + self.fp + K.epsilon())
        recall = self.tp / (self.tp + self.fn + K.epsilon())
        return 2 * precision * recall / (precision + recall + K.epsilon())

    def reset_state(self):
        self.tp.assign(0.0)
        self.fp.assign(0.0)
        self.fn.assign(0.0)

    def get_config(self):
        config = super().get_config()
        config["threshold"] = self.threshold
        return config


class BalancedAccuracy(keras.metrics.Metric):
    def __init__(self, num_classes, smooth=False, name="balanced_accuracy"):
        super(BalancedAccuracy, self).__init__(name=name)
        self.num_classes = num_classes
        self.smooth = smooth
        self.hits = self.add_weight(name="hits", shape=(num_classes,), initializer="zeros")
        self.counts = self.add_weight(name="counts", shape=(num_classes,), initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        labels = tf.one_hot(tf.cast(y_true, tf.int32), self.num_classes)
        best = tf.one_hot(tf.argmax(y_pred, axis=-1), self.num_classes)
        if sample_weight is not None:
            labels = labels * sample_weight[:, None]
        self.hits.assign_add(tf.reduce_sum(labels * best, axis=0))
        self.counts.assign_add(tf.reduce_sum(labels, axis=0))

    def result(self):
        recalls = self.hits / tf.maximum(self.counts, 1.0)
        if self.smooth:
            recalls = tf.sqrt(recalls)
        return tf.reduce_mean(recalls)


class Youden(keras.metrics.Metric):
    """How much better than chance, and the area under the curve."""

    def __init__(self, name="youden", **kwargs):
        super().__init__(name=name, **kwargs)
        self.sensitivity = keras.metrics.Recall()
        self.alarms = keras.metrics.FalsePositives()
        self.area = keras.metrics.AUC()
        self.negatives = self.add_weight(name="negatives", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.sensitivity.update_state(y_true, y_pred, sample_weight)
        self.alarms.update_state(y_true, y_pred, sample_weight)
        self.area.update_state(y_true, y_pred, sample_weight)
        self.negatives.assign_add(tf.reduce_sum(1.0 - tf.cast(y_true, tf.float32)))

    def result(self):
        specificity = 1.0 - self.alarms.result() / self.negatives
        return self.sensitivity.result() + specificity - 1.0 + self.area.result()

    def reset_state(self):
        self.sensitivity.reset_state()
        self.alarms.reset_state()
        self.area.reset_state()
        self.negatives.assign(0.0)


@keras.utils.register_keras_serializable()
class ClassIoU(keras.metrics.MeanIoU):
    """Of the most probable classes."""

    def __init__(self, num_classes, name="class_iou", **kwargs):
        super().__init__(num_classes=num_classes, name=name, **kwargs)

    def update_state(self, y_true, y_pred, sample_weight=None):
        return super().update_state(y_true, tf.argmax(y_pred, axis=-1), sample_weight)


x, y = load_breast_cancer(return_X_y=True)
x = (x - x.mean(0)) / x.std(0)

low = F1Score(0.3, name="f1_low")
model = keras.Sequential(
    [
        layers.Input((30,)),
        layers.Dense(8, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile("sgd", "binary_crossentropy", metrics=["accuracy", F1Score(), low, Youden()])
stopping = keras.callbacks.EarlyStopping("val_f1", mode="max", patience=1)
history = model.fit(
    x, y[:, None], epochs=4, batch_size=100, validation_split=0.3, callbacks=[stopping], verbose=0
)
print(history.history["val_f1"], model.evaluate(x, y[:, None], verbose=0))

digits, labels = load_digits(return_X_y=True)
scores = []
for width in (8, 16):
    network = keras.Sequential(
        [layers.Input((64,)), layers.Dense(width, activation="tanh"), layers.Dense(10)]
    )
    network.compile(
        "sgd",
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[BalancedAccuracy(num_classes=10, smooth=True), ClassIoU(10)],
    )
    network.fit(digits / 16.0, labels, epochs=1, batch_size=500, verbose=0)
    scores.append(network.evaluate(digits / 16.0, labels, verbose=0)[1])
print(np.round(scores, 4))
