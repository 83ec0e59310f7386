from tensorflow.keras import Input, Model, layers

CONFIGS = {
    10: ("basic", [1, 1]),
    14: ("bottleneck", [1, 2]),
}


def conv(x, filters, size, stride=1):
    x = layers.Conv2D(filters, size, strides=stride, padding="same")(x)
    return layers.LayerNormalization()(x)


def basic(x, filters, stride):
    y = layers.ReLU()(conv(x, filters, 3, stride))
    y = conv(y, filters, 3)
    if stride != 1 or x.shape[-1] != filters:
        x = conv(x, filters, 1, stride)
    return layers.ReLU()(layers.add([x, y]))


def bottleneck(x, filters, stride):
    y = layers.ReLU()(conv(x, filters, 1, stride))
    y = conv(y, filters * 4, 3)
    if stride != 1 or x.shape[-1] != filters * 4:
        x = conv(x, filters * 4, 1, stride)
    return layers.ReLU()(layers.add([x, y]))


BLOCKS = {"basic": basic, "bottleneck": bottleneck}


def resnet(depth=10, classes=3, width=4):
    kind, repeats = CONFIGS[depth]
    block = BLOCKS[kind]
    inputs = Input((16, 16, 3))
    x = conv(inputs, width, 3)
    for stage, count in enumerate(repeats):
        for index in range(count):
            x = block(x, width * 2**stage, 2 if index == 0 and stage > 0 else 1)
    x = layers.GlobalAveragePooling2D()(x)
    return Model(inputs, layers.Dense(classes)(x), name=f"resnet{depth}")
