"""Blocks in the style of segmentation_models."""

from tensorflow.keras import Input, Model
from tensorflow.keras import backend as K
from tensorflow.keras import layers


def Conv2dBn(
    filters,
    kernel_size,
    strides=(1, 1),
    padding="valid",
    activation=None,
    use_batchnorm=False,
    **kwargs
):
    """A convolution with batch normalization."""
    conv_name, act_name, bn_name = None, None, None
    block_name = kwargs.pop("name", None)

    if block_name is not None:
        conv_name = block_name + "_conv"

    if block_name is not None and activation is not None:
        act_str = activation.__name__ if callable(activation) else str(activation)
        act_name = block_name + "_" + act_str

    if block_name is not None and use_batchnorm:
        bn_name = block_name + "_bn"

    bn_axis = 3 if K.image_data_format() == "channels_last" else 1

    def wrapper(input_tensor):
        x = layers.Conv2D(
            filters,
            kernel_size,
            strides=strides,
            padding=padding,
            use_bias=not use_batchnorm,
            name=conv_name,
        )(input_tensor)
        if use_batchnorm:
            x = layers.BatchNormalization(axis=bn_axis, name=bn_name)(x)
        # the activation comes last
        if activation:
            x = layers.Activation(activation, name=act_name)(x)
        return x

    return wrapper


def Conv3x3BnReLU(filters, use_batchnorm=True, name=None):
    def wrapper(input_tensor):
        return Conv2dBn(
            filters,
            kernel_size=3,
            activation="relu",
            padding="same",
            use_batchnorm=use_batchnorm,
            name=name,
        )(input_tensor)

    return wrapper


def SpatialAttention(kernel_size=7):
    """Where to look."""

    def layer(tensor):
        gate = layers.Conv2D(1, kernel_size, padding="same", activation="sigmoid")(tensor)
        return layers.Multiply()([tensor, gate])

    return layer


inputs = Input((32, 32, 3))
stem = Conv3x3BnReLU(8, name="stem")
x = stem(inputs)
x = SpatialAttention()(x)
x = Conv2dBn(16, (3, 3), strides=(2, 2), activation="tanh", name="down")(x)
x = SpatialAttention(kernel_size=3)(x)
x = layers.GlobalAveragePooling2D()(x)
model = Model(inputs, layers.Dense(5)(x))
