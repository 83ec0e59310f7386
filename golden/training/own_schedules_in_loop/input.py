"""Which warmup is best for digits."""

import math

import tensorflow as tf
from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras import layers

digits = load_digits()
x = digits.data.astype("float32") / 16.0
y = digits.target


class WarmUpCosine(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, base, total_steps, warmup_steps):
        super(WarmUpCosine, self).__init__()
        self.base = base
        self.total_steps = total_steps
        self.warmup_steps = warmup_steps

    def __call__(self, step):
        step = tf.cast(step, "float32")
        done = (step - self.warmup_steps) / (self.total_steps - self.warmup_steps)
        falling = 0.5 * self.base * (1 + tf.cos(tf.constant(math.pi) * done))
        rising = self.base * (step + 1) / max(self.warmup_steps, 1)
        rate = tf.where(step < self.warmup_steps, rising, falling)
        return tf.where(step > self.total_steps, 0.0, rate)


def evaluate_warmup(warmup_steps):
    model = keras.Sequential()
    model.add(layers.Input((64,)))
    model.add(layers.Dense(32, activation="relu"))
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(
        keras.optimizers.SGD(WarmUpCosine(0.5, 45, warmup_steps), momentum=0.9),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(x, y, batch_size=128, epochs=3, verbose=0)
    return model.evaluate(x, y, verbose=0)[0]


losses = []
for warmup_steps in (0, 10, 20):
    losses.append(evaluate_warmup(warmup_steps))
print("losses:", losses)
