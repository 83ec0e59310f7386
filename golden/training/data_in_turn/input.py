import numpy as np
import tensorflow as tf

SENSORS = 5
rng = np.random.default_rng(0)
# the rows of each sensor: six readings, and what is to be predicted
readings = rng.normal(size=(SENSORS, 40, 7)).astype("float32")
readings[..., -1] = readings[..., :-1].mean(axis=-1)


def make_dataset(recordings, shuffle=False):
    """Two rows of each sensor in turn, of three sensors at a time."""
    ds = tf.data.Dataset.from_tensor_slices(recordings)
    ds = ds.interleave(
        lambda rows: tf.data.Dataset.from_tensor_slices(rows).skip(1),
        cycle_length=3,
        block_length=2,
        num_parallel_calls=tf.data.AUTOTUNE,
    )
    if shuffle:
        ds = ds.shuffle(100)
    ds = ds.map(lambda row: (row[:-1], row[-1]))
    return ds.batch(16).prefetch(tf.data.AUTOTUNE)


train_ds = make_dataset(readings[:4], shuffle=True)
val_ds = make_dataset(readings[4:])

model = tf.keras.Sequential()
model.add(tf.keras.layers.Dense(8, activation="relu", input_shape=(6,)))
model.add(tf.keras.layers.Dense(1))
model.compile(optimizer="sgd", loss="mse")
history = model.fit(train_ds, validation_data=val_ds, epochs=2, verbose=0)
print(history.history["val_loss"])
