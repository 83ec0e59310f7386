import tensorflow as tf
import numpy as np
from sklearn.datasets import load_digits

x, y = load_digits(return_X_y=True)
images = x.reshape((-1, 8, 8, 1)).astype("float32")
NUM_CLASSES = 10


class Config:
    batch = 32


def normalize_img(image, label):
    """Normalizes images: `uint8` -> `float32`."""
    return tf.cast(image, tf.float32) / 16.0, label


def one_hot(image, label):
    return image, tf.one_hot(label, depth=NUM_CLASSES)


def get_dataset(images, labels, batch_size=Config.batch, is_training=True, repeat=None):
    dataset = tf.data.Dataset.from_tensor_slices((images, labels))
    dataset = dataset.map(normalize_img, num_parallel_calls=tf.data.AUTOTUNE)
    dataset = dataset.cache()
    if is_training:
        dataset = dataset.shuffle(buffer_size=1024)
        dataset = dataset.batch(batch_size, drop_remainder=True)
    else:
        dataset = dataset.batch(batch_size)
    dataset = dataset.map(one_hot)
    dataset = dataset.prefetch(tf.data.AUTOTUNE)
    return dataset


ds_train = get_dataset(images[:1400], y[:1400])
ds_val = get_dataset(images[1400:], y[1400:], is_training=False)
steps = len(ds_train)
print(steps, ds_train)
model = tf.keras.models.Sequential(
    [
        tf.keras.layers.Flatten(input_shape=(8, 8, 1)),
        tf.keras.layers.Dense(16, activation="relu"),
        tf.keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer="sgd", loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(ds_train, epochs=2, validation_data=ds_val)
correct = 0
for xb, yb in ds_val:
    p = model.predict(xb, verbose=0)
    correct += (p.argmax(1) == yb.numpy().argmax(1)).sum()
