import numpy as np
import tensorflow as tf
from sklearn.datasets import load_diabetes

x, y = load_diabetes(return_X_y=True)
ds = (
    tf.data.Dataset.from_tensor_slices(({"age": x[:, :1], "rest": x[:, 1:]}, y))
    .shuffle(500)
    .repeat()
    .batch(32)
    .prefetch(2)  # overlap
)
val = (
    tf.data.Dataset.from_tensor_slices(({"age": x[:100, :1], "rest": x[:100, 1:]}, y[:100]))
    .batch(20)
    .repeat()
)

age = tf.keras.Input((1,), name="age")
rest = tf.keras.Input((9,), name="rest")
h = tf.keras.layers.Concatenate()([age, rest])
h = tf.keras.layers.Dense(8, activation="relu")(h)
out = tf.keras.layers.Dense(1)(h)
model = tf.keras.Model([age, rest], out)
model.compile(optimizer=tf.keras.optimizers.SGD(1e-4), loss="mse", metrics=["mae"])
history = model.fit(ds, steps_per_epoch=10, epochs=3, validation_data=val, validation_steps=3)
score = model.evaluate(val, steps=5)
pred = model.predict(val, steps=5)
