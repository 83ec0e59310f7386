"""A regression whose learning rate rises and falls as in the Transformer paper."""

import tensorflow as tf
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import StandardScaler

x, y = load_diabetes(return_X_y=True)
x = StandardScaler().fit_transform(x)
y = (y - y.mean()) / y.std()


class CustomSchedule(tf.keras.optimizers.schedules.LearningRateSchedule):
    """Rises linearly for some steps, then falls with their root."""

    def __init__(self, d_model, warmup_steps=40):
        super().__init__()

        self.d_model = d_model
        self.d_model = tf.cast(self.d_model, tf.float32)
        self.warmup_steps = warmup_steps

    def __call__(self, step):
        step = tf.cast(step, dtype=tf.float32)
        arg1 = tf.math.rsqrt(step)
        arg2 = step * (self.warmup_steps**-1.5)  # the first steps

        return tf.math.rsqrt(self.d_model) * tf.math.minimum(arg1, arg2, name="rate")


learning_rate = CustomSchedule(4)
optimizer = tf.keras.optimizers.SGD(learning_rate)

model = tf.keras.Sequential(
    [
        tf.keras.layers.Input((10,)),
        tf.keras.layers.Dense(16, activation="relu"),
        tf.keras.layers.Dense(1),
    ]
)
model.compile(loss="mse", optimizer=optimizer)
history = model.fit(x, y, batch_size=32, epochs=5, verbose=2)
losses = history.history["loss"]
