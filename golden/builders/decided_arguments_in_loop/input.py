from tensorflow.keras import backend, layers, models


def expand_dims(x, channels_axis):
    if channels_axis == 3:
        return x[:, None, None, :]
    return x[:, :, None, None]


def ChannelSE(reduction=16, **kwargs):
    channels_axis = 3 if backend.image_data_format() == "channels_last" else 1

    def layer(input_tensor):
        # get number of channels/filters
        channels = backend.int_shape(input_tensor)[channels_axis]
        x = layers.GlobalAveragePooling2D()(input_tensor)
        x = layers.Lambda(expand_dims, arguments={"channels_axis": channels_axis})(x)
        x = layers.Conv2D(channels // reduction, (1, 1), activation="relu")(x)
        x = layers.Conv2D(channels, (1, 1), activation="sigmoid")(x)
        return layers.Multiply()([input_tensor, x])

    return layer


def build(shape=(16, 16, 3), depth=2):
    inputs = layers.Input(shape)
    x = layers.Conv2D(8, 3)(inputs)
    for _ in range(depth):
        x = layers.Conv2D(8, 3, padding="same")(x)
        x = ChannelSE(reduction=4)(x)
    return models.Model(inputs, x)
