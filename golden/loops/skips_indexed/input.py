import tensorflow as tf
from tensorflow.keras.layers import Conv2D, Input, MaxPool2D, UpSampling2D, concatenate


def unet(depth=3, start=8):
    inputs = Input((32, 32, 3))
    features = []
    x = inputs
    for level in range(depth):
        x = Conv2D(start * 2**level, 3, padding="same", activation="relu")(x)
        if level < depth - 1:
            features.append(x)
            x = MaxPool2D((2, 2))(x)

    for level in range(depth - 2, -1, -1):
        x = UpSampling2D((2, 2))(x)
        x = concatenate([features[level], x])
        x = Conv2D(start * 2**level, 3, padding="same", activation="relu")(x)
    x = Conv2D(2, 1, activation="softmax")(x)
    return tf.keras.Model(inputs, x)


model = unet()
