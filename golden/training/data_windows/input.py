import numpy as np
import tensorflow as tf
from tensorflow import keras

time = np.arange(400)
series = np.sin(time / 10.0).astype("float32")


def windowed_dataset(series, window_size, batch_size, shuffle_buffer):
    dataset = tf.data.Dataset.from_tensor_slices(series)
    dataset = dataset.window(window_size + 1, shift=1, drop_remainder=True)
    dataset = dataset.flat_map(lambda window: window.batch(window_size + 1))
    dataset = dataset.shuffle(shuffle_buffer).map(lambda window: (window[:-1], window[-1]))
    dataset = dataset.batch(batch_size).prefetch(1)
    return dataset


dataset = windowed_dataset(series, 20, 32, 100)
model = keras.models.Sequential(
    [
        keras.layers.Dense(10, input_shape=[20], activation="relu"),
        keras.layers.Dense(1),
    ]
)
model.compile(loss="mse", optimizer=keras.optimizers.SGD(learning_rate=1e-3, momentum=0.9))
model.fit(dataset, epochs=3, verbose=0)
