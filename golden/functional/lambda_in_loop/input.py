from keras.layers import Add, Conv2D, Input, Lambda
from keras.models import Model


def edsr(scale_factor, num_filters=16, num_res_blocks=3, res_block_scaling=0.1):
    """A super resolution network, with scaled residual blocks."""
    x_in = Input(shape=(None, None, 3))
    x = Lambda(lambda v: v / 255.0)(x_in)
    x = b = Conv2D(num_filters, 3, padding="same")(x)
    for i in range(num_res_blocks):
        b = res_block(b, num_filters, res_block_scaling)
    b = Conv2D(num_filters, 3, padding="same")(b)
    x = Add()([x, b])
    x = Conv2D(3, 3, padding="same")(x)
    x = Lambda(lambda v: v * 255.0)(x)
    return Model(x_in, x, name="edsr")


def res_block(x_in, filters, scaling):
    x = Conv2D(filters, 3, padding="same", activation="relu")(x_in)
    x = Conv2D(filters, 3, padding="same")(x)
    if scaling:
        x = Lambda(lambda t: t * scaling)(x)
    x = Add()([x_in, x])
    return x


model = edsr(2)
