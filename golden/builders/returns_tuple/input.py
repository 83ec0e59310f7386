from keras import Model
from keras.layers import Conv2D, Dropout, Input, MaxPooling2D, UpSampling2D, concatenate


def down(x, filters):
    """A convolution, its result at full and at half resolution."""
    skip = Conv2D(filters, 3, activation="relu", padding="same")(x)
    pooled = MaxPooling2D(2)(skip)
    return skip, pooled


def up(x, skip, filters):
    x = UpSampling2D()(x)
    x = concatenate([skip, x])
    return Conv2D(filters, 3, activation="relu", padding="same")(x)


def unet(input_size=(32, 32, 1)):
    inputs = Input(input_size)
    c1, p1 = down(inputs, 8)
    c2, p2 = down(p1, 16)
    bottom = Conv2D(32, 3, activation="relu", padding="same")(p2)
    bottom = Dropout(0.5)(bottom)
    u2 = up(bottom, c2, 16)
    u1 = up(u2, c1, 8)
    outputs = Conv2D(1, 1, activation="sigmoid")(u1)
    return Model(inputs, outputs)


model = unet()
