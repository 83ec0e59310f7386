import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.rand(60, 6)
y = np.random.randint(0, 3, 60)
numbers = np.random.rand(60, 1)


def classifier():
    return keras.Sequential(
        [layers.Input((6,)), layers.Dense(3, activation="softmax", name="kind")]
    )


first = classifier()
first.compile("sgd", "sparse_categorical_crossentropy")
first.fit(x, y, class_weight={0: 2.0}, sample_weight=np.random.rand(60))

inputs = keras.Input((6,))
kind = layers.Dense(3, activation="softmax", name="kind")(inputs)
size = layers.Dense(1, name="size")(inputs)
several = keras.Model(inputs, [kind, size])
several.compile("sgd", ["sparse_categorical_crossentropy", "mse"])
several.fit(x, [y, numbers], class_weight={0: 2.0})


def train(model, **kwargs):
    # which callbacks there are, some calls leave open
    for epoch in range(2):
        model.fit(x, y, **kwargs)


third = classifier()
third.compile("sgd", "sparse_categorical_crossentropy")
train(third, epochs=2)
train(third, validation_split=0.2)

fourth = classifier()
fourth.compile("sgd", "sparse_categorical_crossentropy")
fourth.fit(x, y, validation_data=(x, y, numbers, numbers))
