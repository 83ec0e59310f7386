import numpy as np
import tensorflow as tf

x, y = np.ones((64, 4)), np.ones((64, 1))


class Delayed(tf.keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, delay):
        self.delay = delay
        self.after = tf.keras.optimizers.schedules.CosineDecay(0.1, 100)

    def __call__(self, step):
        return tf.cond(step < self.delay, lambda: 0.1, lambda: self.after(step))


model = tf.keras.Sequential([tf.keras.Input((4,)), tf.keras.layers.Dense(1)])
model.compile(tf.keras.optimizers.SGD(Delayed(10)), "mse")
model.fit(x, y, epochs=2)
