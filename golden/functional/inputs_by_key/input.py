import tensorflow as tf
from tensorflow.keras import layers

inputs = {
    "title": tf.keras.Input(shape=(20,), name="title", dtype="int32"),
    "tags": tf.keras.Input(shape=(12,), name="tags"),
}
title = layers.Embedding(100, 16)(inputs["title"])
title = layers.GlobalAveragePooling1D()(title)
x = layers.Concatenate()([title, inputs["tags"]])
outputs = {"priority": layers.Dense(1, activation="sigmoid", name="priority")(x)}
outputs["department"] = layers.Dense(4, activation="softmax", name="department")(x)
model = tf.keras.Model(inputs=inputs, outputs=outputs)


def two_numbers():
    inputs = {}
    inputs["left"] = tf.keras.Input((3,), name="left")
    inputs["right"] = tf.keras.Input((2,), name="right")
    x = layers.concatenate([inputs["left"], inputs["right"]])
    return tf.keras.Model(inputs=inputs, outputs=layers.Dense(3)(x))


numbers = two_numbers()
