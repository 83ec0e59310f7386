import tensorflow as tf
from tensorflow.keras.layers import Conv2D, Dropout, Input, MaxPooling2D
from tensorflow.keras.layers import SpatialDropout2D


def conv_stack(x, filters, dropout_type="spatial", dropout=0.1, n=2):
    if dropout_type == "spatial":
        DO = SpatialDropout2D
    elif dropout_type == "standard":
        DO = Dropout
    else:
        raise ValueError(
            f"dropout_type must be one of ['spatial', 'standard'], got {dropout_type}"
        )

    for _ in range(n):
        x = Conv2D(filters, 3, activation="relu", padding="same")(x)
        if dropout > 0.0:
            x = DO(dropout)(x)
    return x


def net(size=16, dropout_type="spatial"):
    inputs = Input((size, size, 3))
    x = conv_stack(inputs, 8, dropout_type)
    x = MaxPooling2D()(x)
    x = conv_stack(x, 16, dropout_type, dropout=0.0)
    return tf.keras.Model(inputs, x)


spatial = net()
standard = net(dropout_type="standard")
