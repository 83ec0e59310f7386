import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

BATCH_SIZE = 32
AUTOTUNE = tf.data.AUTOTUNE

digits = load_digits()
x_train, x_test, y_train, y_test = train_test_split(
    digits.images, digits.target, test_size=0.2, random_state=0
)


def preprocess(image, label):
    image = tf.cast(image, tf.float32) / 16.0
    image = tf.expand_dims(image, -1)
    label = tf.one_hot(label, 10)
    return image, label


def make_dataset(x, y, training=False):
    ds = tf.data.Dataset.from_tensor_slices((x, y))
    if training:
        ds = ds.shuffle(len(x), seed=1)
    ds = ds.map(preprocess, num_parallel_calls=AUTOTUNE)
    return ds.batch(BATCH_SIZE).prefetch(AUTOTUNE)


train_ds = make_dataset(x_train, y_train, training=True)
test_ds = make_dataset(x_test, y_test)

for images, labels in train_ds.take(1):
    print(images.shape, labels.shape)

model = tf.keras.Sequential(
    [
        tf.keras.layers.Conv2D(8, 3, activation="relu", input_shape=(8, 8, 1)),
        tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer="sgd", loss="categorical_crossentropy", metrics=["accuracy"])
history = model.fit(train_ds, epochs=3, validation_data=test_ds)
print(history.history["val_accuracy"])
print(model.evaluate(test_ds))
