from keras.layers import Conv2D, Input
from keras.models import Model


def encoder(height=32, pretrained=None):
    image = Input((height, height, 3))
    first = Conv2D(4, 3)(image)
    second = Conv2D(4, 3)(first)
    if pretrained:
        Model(image, second).load_weights(pretrained)
    return image, [first, second]


def net(classes=2):
    image, levels = encoder()
    return Model(image, Conv2D(classes, 1)(levels[1]))
