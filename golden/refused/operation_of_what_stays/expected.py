from torch.nn import functional as F
from keras.layers import Activation, Conv2D, Input
from keras.models import Model


# TODO(tf2torch) T2T104: `relu6` works on PyTorch's tensors now, and code that stays Keras calls it
def relu6(x):
    return F.relu6(x)


# TODO(tf2torch) T2T103: `Activation` is left as it is
def block(x, filters):
    return Activation(relu6)(Conv2D(filters, 3)(x))


# TODO(tf2torch) T2T104: `encoder` is left as it is: it gives back tensors besides the models that it makes
def encoder(pretrained=None):
    image = Input((32, 32, 3))
    first = block(image, 4)
    if pretrained:
        Model(image, first).load_weights(pretrained)
    return image, first
