"""Training scripts as they are written in Keras; each trains for one epoch on what it draws."""

IMAGES = """
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x_train = rng.random((512, 28, 28, 1)).astype("float32")
y_train = rng.integers(0, 10, 512)

model = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Conv2D(16, 3, activation="relu"),
        layers.BatchNormalization(),
        layers.MaxPooling2D(2),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dropout(0.5),
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, batch_size=64)
"""

TABLE = """
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers, regularizers

rng = np.random.default_rng(0)
x_train = rng.normal(size=(4096, 13))
y_train = x_train.sum(1, keepdims=True)

model = keras.Sequential()
model.add(layers.Dense(64, "relu", input_shape=(13,), kernel_regularizer=regularizers.l2(1e-4)))
model.add(layers.Dense(64, "relu", kernel_regularizer=regularizers.l2(1e-4)))
model.add(layers.Dense(1))
rate = keras.optimizers.schedules.ExponentialDecay(0.01, decay_steps=100, decay_rate=0.9)
model.compile(keras.optimizers.SGD(rate, clipvalue=0.5), loss="mse", metrics=["mae"])
model.fit(x_train, y_train, epochs=1)
"""

TEXTS = """
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x_train = rng.integers(0, 1000, (512, 40))
y_train = rng.integers(0, 2, 512)

model = keras.Sequential(
    [
        keras.Input((40,)),
        layers.Embedding(1000, 32),
        layers.Bidirectional(layers.LSTM(32)),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(keras.optimizers.RMSprop(1e-3), "binary_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, batch_size=32, class_weight={0: 1.0, 1: 3.0})
"""
