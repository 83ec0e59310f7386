"""Digits in mixed precision, with the loss scaled."""

import numpy as np
from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras import layers, mixed_precision

policy = mixed_precision.Policy("mixed_float16")
mixed_precision.set_global_policy(policy)
print("Compute dtype:", policy.compute_dtype)
print("Variable dtype:", policy.variable_dtype)

digits = load_digits()
images = digits.images[..., np.newaxis].astype("float32") / 16.0
labels = digits.target
x_train, y_train = images[:640], labels[:640]
x_test, y_test = images[640:960], labels[640:960]

inputs = keras.Input(shape=(8, 8, 1))
x = layers.Conv2D(16, 3, activation="relu")(inputs)
x = layers.MaxPooling2D(2)(x)
x = layers.Flatten()(x)
x = layers.Dense(32, activation="relu")(x)
x = layers.Dense(10)(x)
# the softmax needs the range of float32
outputs = layers.Activation("softmax", dtype="float32", name="predictions")(x)
model = keras.Model(inputs, outputs)

optimizer = keras.optimizers.SGD(0.1, clipnorm=1.0)
optimizer = mixed_precision.LossScaleOptimizer(optimizer)
model.compile(
    optimizer=optimizer,
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
history = model.fit(
    x_train, y_train, batch_size=64, epochs=3, validation_data=(x_test, y_test)
)
loss, accuracy = model.evaluate(x_test, y_test, verbose=2)
probabilities = model.predict(x_test[:8])
losses = history.history["loss"]
