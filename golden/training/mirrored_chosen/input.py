"""Wine by its measures, on as many GPUs as there are."""

import tensorflow as tf
from sklearn.datasets import load_wine
from sklearn.preprocessing import scale


def train(x, y, widths, epochs):
    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    # one device needs no strategy
    if len(gpus) > 1:
        strategy = tf.distribute.MirroredStrategy()
    else:
        strategy = tf.distribute.get_strategy()

    with strategy.scope():
        model = tf.keras.Sequential([tf.keras.Input((13,))])
        for width in widths:
            model.add(tf.keras.layers.Dense(width, activation="tanh"))
        model.add(tf.keras.layers.Dense(3, activation="softmax"))
        model.compile(
            optimizer=tf.keras.optimizers.SGD(0.05),
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
        )

    history = model.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    return history.history["loss"]


wine = load_wine()
losses = train(scale(wine.data), wine.target, (16, 8), 4)
