import numpy as np
import tensorflow as tf
from tensorflow.keras import Input, Model, layers

rng = np.random.default_rng(0)
x = rng.normal(3.0, 2.0, size=(120, 5)).astype("float32")
y = x.sum(axis=1) / 10


def build_model(data, hidden=(8,), normalize=True):
    """A regression of features that are normalized by those of some data."""
    inputs = Input((5,))
    h = inputs
    if normalize:
        norm = layers.Normalization()
        norm.adapt(data)
        h = norm(h)
    for units in hidden:
        h = layers.Dense(units, activation="relu")(h)
    return Model(inputs, layers.Dense(1)(h))


dataset = tf.data.Dataset.from_tensor_slices((x, y)).batch(20)
model = build_model(x)
model.compile(optimizer="sgd", loss="mse")
history = model.fit(dataset, epochs=2, verbose=0)

only_x = dataset.map(lambda features, target: features)
scaler = layers.Normalization()
scaler.adapt(only_x)
inputs = Input((5,))
linear = Model(inputs, layers.Dense(1)(scaler(inputs)))
linear.compile(optimizer="sgd", loss="mse")
losses = linear.fit(dataset, epochs=2, verbose=0)
