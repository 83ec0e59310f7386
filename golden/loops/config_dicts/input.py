"""The architecture is a table."""

from tensorflow.keras import Input, Model, layers

CONFIG = [
    {"filters": 16, "kernel": 3, "stride": 1},
    {"filters": 32, "kernel": 3, "stride": 2},
    {"filters": 64, "kernel": 5, "stride": 2},
]

image = Input((32, 32, 3))
x = image
for cfg in CONFIG:
    x = layers.Conv2D(cfg["filters"], cfg["kernel"], strides=cfg["stride"])(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
x = layers.GlobalAveragePooling2D()(x)
model = Model(image, layers.Dense(10)(x))
