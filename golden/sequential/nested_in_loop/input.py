from tensorflow import keras
from tensorflow.keras import layers


def conv_bn(filters, stride=1):
    return keras.Sequential(
        [
            layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
        ]
    )


def make_net(widths=(16, 32, 64)):
    net = keras.Sequential([keras.Input((32, 32, 3))])
    for width in widths:
        net.add(conv_bn(width, stride=2))
    net.add(layers.GlobalMaxPooling2D())
    net.add(layers.Dense(10))
    return net


net = make_net()
