import tensorflow as tf
from tensorflow.keras.layers import *
from tensorflow.keras.models import Model

VERBOSE = True


def inception_module(x, f1, f2, f3):
    # 1x1 conv
    conv1 = Conv2D(f1, (1, 1), padding="same", activation="relu")(x)
    # 3x3 conv
    conv3 = Conv2D(f2, (3, 3), padding="same", activation="relu")(x)
    # 3x3 max pooling
    pool = MaxPooling2D((3, 3), strides=(1, 1), padding="same")(x)
    pool = Conv2D(f3, (1, 1), activation="relu")(pool)
    # concatenate filters, assumes filters/channels last
    return concatenate([conv1, conv3, pool], axis=-1)


def get_model(input_shape=(32, 32, 3)):
    visible = Input(shape=input_shape)
    layer = inception_module(visible, 8, 16, 4)
    if VERBOSE:
        print("after the first module:", layer.shape)
    layer = MaxPooling2D()(layer)
    layer = inception_module(layer, 16, 32, 8)
    layer = GlobalAveragePooling2D()(layer)
    layer = Dense(10, activation="softmax")(layer)
    model = Model(inputs=visible, outputs=layer)
    # summarize model
    model.summary()
    return model


model = get_model()
