import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras import layers

AUTOTUNE = tf.data.AUTOTUNE
digits = load_digits()
images = digits.images[..., np.newaxis].astype("float32")
labels = digits.target

rescale = layers.Rescaling(1.0 / 16)
data_augmentation = keras.Sequential(
    [
        layers.RandomFlip("horizontal", input_shape=(8, 8, 1)),
        layers.RandomRotation(0.1),
    ]
)


def prepare(ds, augment=False):
    ds = ds.batch(50)
    ds = ds.map(lambda x, y: (rescale(x), y), num_parallel_calls=AUTOTUNE)
    if augment:
        ds = ds.map(
            lambda x, y: (data_augmentation(x, training=True), y),
            num_parallel_calls=AUTOTUNE,
        )
    return ds.prefetch(AUTOTUNE)


train_ds = prepare(tf.data.Dataset.from_tensor_slices((images[:300], labels[:300])), augment=True)
val_ds = prepare(tf.data.Dataset.from_tensor_slices((images[300:400], labels[300:400])))

model = keras.Sequential()
model.add(keras.Input((8, 8, 1)))
for filters in (4, 8):
    model.add(layers.Conv2D(filters, 3, activation="relu"))
model.add(layers.Flatten())
model.add(layers.Dense(10))
model.compile(
    optimizer="sgd",
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
history = model.fit(train_ds, validation_data=val_ds, epochs=2, verbose=0)
