"""Residual networks for whichever Keras the caller brings."""

from tensorflow import keras

backend = None
layers = None
models = None


def get_submodules_from_kwargs(kwargs):
    backend = kwargs.get("backend", keras.backend)
    layers = kwargs.get("layers", keras.layers)
    models = kwargs.get("models", keras.models)
    return backend, layers, models


def get_bn_params(**params):
    axis = 3 if backend.image_data_format() == "channels_last" else 1
    default_bn_params = {"axis": axis, "momentum": 0.99, "epsilon": 2e-5}
    default_bn_params.update(params)
    return default_bn_params


def residual_block(x, filters, stride=1):
    bn_params = get_bn_params()
    shortcut = x
    x = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(**bn_params)(x)
    x = layers.Activation("relu")(x)
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(**bn_params)(x)
    # project the shortcut where the sizes differ
    if stride != 1 or backend.int_shape(shortcut)[-1] != filters:
        shortcut = layers.Conv2D(filters, 1, strides=stride, use_bias=False)(shortcut)
    x = layers.Add()([x, shortcut])
    return layers.Activation("relu")(x)


def ResNet(input_shape=(32, 32, 3), repetitions=(2, 2), classes=10, **kwargs):
    """A ResNet of basic blocks."""
    global backend, layers, models
    backend, layers, models = get_submodules_from_kwargs(kwargs)

    img_input = layers.Input(shape=input_shape)
    x = layers.BatchNormalization(**get_bn_params(scale=False))(img_input)
    filters = 16
    for stage, rep in enumerate(repetitions):
        for block in range(rep):
            stride = 2 if stage > 0 and block == 0 else 1
            x = residual_block(x, filters, stride)
        filters *= 2
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dense(classes, activation="softmax")(x)
    return models.Model(img_input, x, name="resnet")
