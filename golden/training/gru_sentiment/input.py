"""Bidirectional GRU on short token sequences."""
import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

rng = np.random.default_rng(42)
VOCAB, LENGTH = 50, 12


def make_dataset(n):
    tokens = rng.integers(1, VOCAB, size=(n, LENGTH))
    labels = (tokens[:, :6].sum(axis=1) > tokens[:, 6:].sum(axis=1)).astype("int64")
    return tokens, labels


x_train, y_train = make_dataset(300)
x_val, y_val = make_dataset(60)

inputs = tf.keras.Input(shape=(None,), dtype="int64")
x = layers.Embedding(VOCAB, 8)(inputs)
x = layers.SpatialDropout1D(0.2)(x)
x = layers.Bidirectional(layers.GRU(6, return_sequences=True))(x)
x = layers.GlobalMaxPooling1D()(x)
outputs = layers.Dense(2, activation="softmax")(x)
model = tf.keras.Model(inputs, outputs)
model.compile(
    optimizer=tf.keras.optimizers.SGD(0.5),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
history = model.fit(x_train, y_train, batch_size=50, epochs=3, validation_data=(x_val, y_val))
model.evaluate(x_val, y_val)
labels = model.predict(x_val).argmax(axis=-1)
