import tensorflow as tf
from tensorflow.keras import layers


def encoder_stage(x, filters, n_convs=2):
    for _ in range(n_convs):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    return layers.MaxPool2D()(x), x


def build(depth=3, width=8):
    image = tf.keras.Input((32, 32, 3))
    x, skips = image, []
    for level in range(depth):
        x, skip = encoder_stage(x, width * 2**level)
        skips.append(skip)
    while skips:
        skip = skips.pop()
        x = layers.UpSampling2D()(x)
        x = layers.Concatenate()([x, skip])
        x = layers.Conv2D(width, 3, padding="same", activation="relu")(x)
    mask = layers.Conv2D(1, 1, activation="sigmoid")(x)
    return tf.keras.Model(image, mask)


model = build()
