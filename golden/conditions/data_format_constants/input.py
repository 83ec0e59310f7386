from keras import backend as K
from keras.layers import BatchNormalization, Conv2D, Input, Activation, concatenate
from keras.models import Model

bn_axis = 3 if K.image_data_format() == 'channels_last' else 1
CHANNEL_AXIS = -1 if K.image_data_format() == 'channels_last' else 1


def channel_axis():
    if K.image_data_format() == 'channels_first':
        return 1
    return -1


def conv_bn(x, filters):
    axis = channel_axis()
    x = Conv2D(filters, 3, padding='same')(x)
    x = BatchNormalization(axis=axis)(x)
    return Activation('relu')(x)


def fire(x, filters):
    a = conv_bn(x, filters)
    b = conv_bn(x, filters)
    return concatenate([a, b], axis=bn_axis)


def build(shape=(16, 16, 3)):
    inp = Input(shape)
    x = fire(inp, 4)
    x = BatchNormalization(axis=CHANNEL_AXIS)(x)
    return Model(inp, x)


model = build()
