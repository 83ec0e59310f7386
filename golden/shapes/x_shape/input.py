"""Squeeze and excitation, the way many repositories write it."""

from tensorflow.keras import Input, Model
from tensorflow.keras.layers import (
    Conv2D,
    Dense,
    GlobalAveragePooling2D,
    Multiply,
    Reshape,
)


def squeeze_excite_block(tensor, ratio=4):
    init = tensor
    filters = init.shape[-1]
    se_shape = (1, 1, filters)

    se = GlobalAveragePooling2D()(init)
    se = Reshape(se_shape)(se)
    se = Dense(filters // ratio, activation="relu", use_bias=False)(se)
    se = Dense(filters, activation="sigmoid", use_bias=False)(se)
    return Multiply()([init, se])


image = Input((16, 16, 3))
x = Conv2D(8, 3, activation="relu")(image)
x = squeeze_excite_block(x)
x = Conv2D(16, 3, activation="relu")(x)
x = squeeze_excite_block(x, ratio=8)
model = Model(image, x)
