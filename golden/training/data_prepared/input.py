import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits
from tensorflow.keras import layers

AUTOTUNE = tf.data.AUTOTUNE
digits = load_digits()
images = digits.images[..., np.newaxis]
labels = digits.target

resize_and_rescale = tf.keras.Sequential(
    [layers.Resizing(6, 6), layers.Rescaling(1.0 / 16)]
)
data_augmentation = tf.keras.Sequential(
    [layers.RandomFlip("horizontal"), layers.RandomRotation(0.1)]
)


def augment(image, label):
    image = resize_and_rescale(image)
    image = data_augmentation(image, training=True)
    return image, label


def prepare(ds, shuffle=False, augmented=False):
    # Resize and rescale all images.
    if augmented:
        ds = ds.map(augment, num_parallel_calls=AUTOTUNE)
    else:
        ds = ds.map(lambda x, y: (resize_and_rescale(x), y), num_parallel_calls=AUTOTUNE)
    if shuffle:
        ds = ds.shuffle(1000)
    return ds.batch(50).prefetch(buffer_size=AUTOTUNE)


train_ds = tf.data.Dataset.from_tensor_slices((images[:400], labels[:400]))
val_ds = tf.data.Dataset.from_tensor_slices((images[400:500], labels[400:500]))
augmented = prepare(train_ds, shuffle=True, augmented=True)
print(next(iter(augmented))[0].shape)
train_ds = prepare(train_ds, shuffle=True)
val_ds = prepare(val_ds)

model = tf.keras.Sequential(
    [
        layers.Conv2D(8, 3, activation="relu", input_shape=(6, 6, 1)),
        layers.Flatten(),
        layers.Dense(10),
    ]
)
model.compile(
    optimizer="sgd",
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
history = model.fit(train_ds, validation_data=val_ds, epochs=2)
