from keras.layers import Conv2D, Dense, GlobalAveragePooling2D, GlobalMaxPooling2D, Input
from keras.models import Model


def build_net(input_tensor=None, input_shape=(8, 8, 3), widths=(4, 5), pooling="avg"):
    if input_tensor is None:
        img_input = Input(shape=input_shape)
    else:
        img_input = input_tensor
    x = img_input
    for width in widths:
        x = Conv2D(width, 3)(x)
    if pooling == "avg":
        x = GlobalAveragePooling2D()(x)
    else:
        x = GlobalMaxPooling2D()(x)
    return Model(img_input, Dense(2)(x))


def build_head(features=None, size=4):
    x = features if features is not None else Input((size,))
    return Model(x, Dense(2)(x))
