import tensorflow as tf

if tf.__version__.startswith("2"):
    from tensorflow.keras import layers, models
else:
    from keras import layers, models

model = models.Sequential(
    [
        layers.Conv2D(4, 3, activation="relu", input_shape=(12, 12, 1)),
        layers.Flatten(),
        layers.Dense(2, activation="softmax"),
    ]
)
