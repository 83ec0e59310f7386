from keras import backend as K
from keras.layers import Activation, Conv2D, Dense, GlobalAveragePooling2D, Input
from keras.models import Model
from keras.utils import get_custom_objects


def doubled_sigmoid(x):
    # twice as steep
    return 2 * K.sigmoid(x)


get_custom_objects().update({"doubled_sigmoid": Activation(doubled_sigmoid)})


def build(classes=3):
    inputs = Input((8, 8, 3))
    x = Conv2D(4, 3, activation="doubled_sigmoid")(inputs)
    x = GlobalAveragePooling2D()(x)
    x = Activation("doubled_sigmoid")(x)
    return Model(inputs, Dense(classes)(x))
