from keras import backend as K
from keras.layers import Activation, Conv2D, Input
from keras.models import Model


def relu6(x):
    return K.relu(x, max_value=6)


def block(x, filters):
    return Activation(relu6)(Conv2D(filters, 3)(x))


def encoder(pretrained=None):
    image = Input((32, 32, 3))
    first = block(image, 4)
    if pretrained:
        Model(image, first).load_weights(pretrained)
    return image, first
