from tensorflow.keras import Input, Model, layers


def conv_bn(x, filters, size, activate=True):
    x = layers.Conv2D(filters, size, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    return layers.ReLU()(x) if activate else x


def build(activate=False, squeeze=True):
    inputs = Input((12, 12, 3))
    x = conv_bn(inputs, 4, 3)
    x = conv_bn(x, 6, 1, activate)
    x = layers.Conv2D(5, 1)(x) if squeeze else x
    y = x if squeeze else layers.MaxPooling2D()(x)
    return Model(inputs, layers.Flatten()(y))
