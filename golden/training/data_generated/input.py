import numpy as np
import tensorflow as tf

rng = np.random.default_rng(0)
x = rng.normal(size=(96, 6)).astype("float32")
y = (x.sum(axis=1) > 0).astype("int64")


def samples(start, stop):
    for i in range(start, stop):
        yield x[i], y[i]


def batches():
    for i in range(0, len(x), 24):
        yield {"left": x[i : i + 24], "right": x[i : i + 24]}, y[i : i + 24]


# single samples, with arguments for the generator
train_ds = tf.data.Dataset.from_generator(
    samples,
    args=[0, 80],
    output_types=(tf.float32, tf.int64),
    output_shapes=(tf.TensorShape([6]), tf.TensorShape([])),
)
train_ds = train_ds.batch(16)
val_ds = tf.data.Dataset.from_generator(
    lambda: samples(80, 96),
    output_signature=(
        tf.TensorSpec(shape=(6,), dtype=tf.float32),
        tf.TensorSpec(shape=(), dtype=tf.int64),
    ),
).batch(8)

model = tf.keras.Sequential()
model.add(tf.keras.layers.Dense(8, activation="relu", input_shape=(6,)))
model.add(tf.keras.layers.Dense(2, activation="softmax"))
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(train_ds, validation_data=val_ds, epochs=2, verbose=0)

# whole batches of two inputs by their names
pairs = tf.data.Dataset.from_generator(
    batches,
    output_signature=(
        {
            "left": tf.TensorSpec(shape=(None, 6), dtype=tf.float32),
            "right": tf.TensorSpec(shape=(None, 6), dtype=tf.float32),
        },
        tf.TensorSpec(shape=(None,), dtype=tf.int64),
    ),
)
left = tf.keras.Input((6,), name="left")
right = tf.keras.Input((6,), name="right")
merged = tf.keras.layers.concatenate([left, right])
outputs = tf.keras.layers.Dense(2, activation="softmax")(merged)
two = tf.keras.Model([left, right], outputs)
two.compile("sgd", "sparse_categorical_crossentropy")
losses = two.fit(pairs, epochs=2, verbose=0)
