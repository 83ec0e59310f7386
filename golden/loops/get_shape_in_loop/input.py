"""Dense nets, as they were written for Keras 1 and 2."""

from keras.layers import Activation, BatchNormalization, Conv2D, Dense, Input
from keras.layers import GlobalAveragePooling2D, AveragePooling2D, concatenate
from keras.models import Model


def conv_block(x, growth):
    x = BatchNormalization()(x)
    x = Activation("relu")(x)
    return Conv2D(growth, 3, padding="same", use_bias=False)(x)


def transition(x, reduction):
    channels = x.get_shape().as_list()[-1]
    x = Conv2D(int(channels * reduction), 1)(x)
    return AveragePooling2D(2)(x)


def densenet(input_shape=(16, 16, 3), blocks=(2, 2), growth=4, reduction=0.5, classes=3):
    inputs = Input(input_shape)
    x = Conv2D(2 * growth, 3, padding="same")(inputs)
    for i, n in enumerate(blocks):
        for _ in range(n):
            x = concatenate([x, conv_block(x, growth)])
        if i < len(blocks) - 1:
            x = transition(x, reduction)
    x = GlobalAveragePooling2D()(x)
    return Model(inputs, Dense(classes)(x))


model = densenet()
