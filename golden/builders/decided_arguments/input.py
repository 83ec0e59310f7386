from tensorflow.keras import backend, layers, models


def expand_dims(x, channels_axis):
    if channels_axis == 3:
        return x[:, None, None, :]
    elif channels_axis == 1:
        return x[:, :, None, None]
    else:
        raise ValueError("The axis should be in (1, 3), got {}.".format(channels_axis))


def scale(x, factor, name=None, axis=-1):
    if axis == 1:
        return x[:, ::-1] * factor
    return x * factor


def build(shape=(32, 32, 3)):
    inputs = layers.Input(shape)
    axis = 3 if backend.image_data_format() == "channels_last" else 1
    x = layers.GlobalAveragePooling2D()(inputs)
    x = scale(x, 3, axis=axis)
    x = layers.Lambda(expand_dims, arguments={"channels_axis": axis})(x)
    return models.Model(inputs, layers.Multiply()([inputs, x]))
