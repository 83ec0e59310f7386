import numpy as np
import tensorflow as tf

x = np.random.RandomState(0).rand(40, 6, 6, 3)
y = np.arange(40) % 2


def flat(image, label):
    image = tf.reshape(image, [-1])
    return image, tf.cast(label, tf.float32)


def stats(image, label):
    image = (image - tf.reduce_mean(image)) / tf.math.reduce_std(image)
    return image, label


ds = tf.data.Dataset.from_tensor_slices((x, y)).map(stats).map(flat).batch(8)
m = tf.keras.Sequential([tf.keras.layers.Dense(1, activation="sigmoid", input_shape=(108,))])
m.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
h = m.fit(ds, epochs=2)
