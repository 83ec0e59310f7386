from tensorflow import keras
from tensorflow.keras import layers

ORDER = "channels_first"


def conv_block(x, filters, strides=1):
    x = layers.Conv2D(filters, 3, strides=strides, padding="same", data_format=ORDER)(x)
    x = layers.BatchNormalization(axis=1)(x)
    return layers.ReLU()(x)


def build(depth=2, classes=3):
    inputs = keras.Input((3, 16, 12))
    x = layers.ZeroPadding2D((1, 2), data_format=ORDER)(inputs)
    x = layers.SeparableConv2D(6, 3, data_format=ORDER, activation="softmax")(x)
    for i in range(depth):
        skip = x
        x = conv_block(x, 6)
        x = layers.Concatenate(axis=1)([x, skip])
        x = layers.MaxPooling2D(2, data_format=ORDER)(x)
    x = layers.Conv2DTranspose(5, 3, strides=2, padding="same", data_format=ORDER)(x)
    x = layers.UpSampling2D(2, data_format=ORDER)(x)
    x = layers.DepthwiseConv2D(3, strides=2, padding="same", data_format=ORDER)(x)
    x = layers.Dropout(0.2)(x)
    y = layers.GlobalAveragePooling2D(data_format=ORDER)(x)
    x = layers.Flatten(data_format=ORDER)(x)
    x = layers.Concatenate()([x, y])
    return keras.Model(inputs, layers.Dense(classes, activation="softmax")(x), name="first")


model = build()
