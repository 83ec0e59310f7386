import numpy as np
import tensorflow as tf
from sklearn.datasets import load_diabetes


def prepare(seed):
    """Seeds, and the memory of the GPU."""
    tf.keras.backend.clear_session()
    tf.random.set_seed(seed)
    np.random.seed(seed)
    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)


def main():
    tf.keras.utils.set_random_seed(7)
    x, y = load_diabetes(return_X_y=True)
    dataset = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x), seed=7).batch(64)
    model = tf.keras.Sequential(
        [
            tf.keras.layers.Dense(8, activation="relu", input_shape=(10,)),
            tf.keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer="sgd", loss="mae")
    history = model.fit(dataset, epochs=3, verbose=0)
    return history.history["loss"]


prepare(7)
losses = main()
