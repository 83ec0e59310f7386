from tensorflow.keras.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    Input,
    MaxPooling2D,
    concatenate,
)
from tensorflow.keras.models import Model


class SmallInception:
    """Two branches, put together."""

    @staticmethod
    def conv_module(x, filters, kernel_width, kernel_height, stride, chan_dim, padding="same"):
        # CONV => BN => RELU
        x = Conv2D(filters, (kernel_width, kernel_height), strides=stride, padding=padding)(x)
        x = BatchNormalization(axis=chan_dim)(x)
        return Activation("relu")(x)

    @staticmethod
    def inception_module(x, narrow, wide, chan_dim):
        one = SmallInception.conv_module(x, narrow, 1, 1, (1, 1), chan_dim)
        three = SmallInception.conv_module(x, wide, 3, 3, (1, 1), chan_dim)
        return concatenate([one, three], axis=chan_dim)

    @staticmethod
    def build(width, height, depth, classes):
        chan_dim = -1
        inputs = Input(shape=(height, width, depth))
        x = SmallInception.conv_module(inputs, 4, 3, 3, (1, 1), chan_dim)
        x = SmallInception.inception_module(x, 3, 5, chan_dim)
        x = MaxPooling2D((2, 2))(x)
        x = Flatten()(x)
        x = Dense(classes)(x)
        return Model(inputs, Activation("softmax")(x), name="small_inception")


model = SmallInception.build(8, 6, 3, 10)
