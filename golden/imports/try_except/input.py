try:
    from tensorflow.keras.layers import Conv2D, Dense, Flatten, Input
    from tensorflow.keras.models import Model
except ImportError:
    from keras.layers import Conv2D, Dense, Flatten, Input
    from keras.models import Model


def build(shapes=(8, 16)):
    inputs = Input((16, 16, 3))
    x = inputs
    for filters in shapes:
        x = Conv2D(filters, 3, strides=2, activation="relu")(x)
    return Model(inputs, Dense(2)(Flatten()(x)))


model = build()
