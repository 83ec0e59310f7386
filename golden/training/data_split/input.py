import numpy as np
import tensorflow as tf
from sklearn.datasets import load_iris
from tensorflow import keras

iris = load_iris()
features = iris.data.astype("float32")
labels = iris.target

dataset = tf.data.Dataset.from_tensor_slices((features, labels))
dataset = dataset.shuffle(buffer_size=150, seed=42, reshuffle_each_iteration=False)
train = dataset.take(100)
test = dataset.skip(100)

# normalize
mean = features.mean(axis=0)
std = features.std(axis=0)


def normalize(x, y):
    """Zero mean."""
    return (x - mean) / std, y


train = train.map(normalize).batch(16, drop_remainder=True).prefetch(tf.data.experimental.AUTOTUNE)
test = test.map(normalize).batch(16)

model = keras.Sequential(
    [
        keras.layers.Dense(8, activation="relu", input_shape=(4,)),
        keras.layers.Dense(3, activation="softmax"),
    ]
)
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(train, validation_data=test, epochs=3, verbose=2)
loss, acc = model.evaluate(test)
pred = model.predict(test)
for x, y in test.take(1):
    print(x.shape)
n = len(list(train))
