from keras.layers import Conv2D, Input
from keras.models import Model


# TODO(tf2torch) T2T104: `encoder` is left as it is: it gives back tensors besides the models that it makes
def encoder(height=32, pretrained=None):
    image = Input((height, height, 3))
    first = Conv2D(4, 3)(image)
    second = Conv2D(4, 3)(first)
    if pretrained:
        Model(image, second).load_weights(pretrained)
    return image, [first, second]


# TODO(tf2torch) T2T104: `net` is left as it is: `encoder`: it gives back tensors besides the models that it makes
def net(classes=2):
    image, levels = encoder()
    return Model(image, Conv2D(classes, 1)(levels[1]))
