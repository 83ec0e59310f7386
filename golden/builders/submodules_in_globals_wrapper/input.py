"""A U-Net that works with either Keras."""

from tensorflow import keras

layers = None
models = None


def conv_bn_relu(filters, use_batchnorm=True):
    def wrapper(input_tensor):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=not use_batchnorm)(input_tensor)
        if use_batchnorm:
            x = layers.BatchNormalization()(x)
        return layers.Activation("relu")(x)

    return wrapper


def decoder_block(filters, use_batchnorm):
    def layer(x, skip):
        x = layers.UpSampling2D(2)(x)
        x = layers.Concatenate()([x, skip])
        x = conv_bn_relu(filters, use_batchnorm)(x)
        return conv_bn_relu(filters, use_batchnorm)(x)

    return layer


def Unet(input_shape=(32, 32, 1), filters=(8, 16), use_batchnorm=True, **kwargs):
    global layers, models
    layers = kwargs.get("layers", keras.layers)
    models = kwargs.get("models", keras.models)

    inputs = layers.Input(input_shape)
    x = inputs
    skips = []
    # the encoder
    for f in filters:
        x = conv_bn_relu(f, use_batchnorm)(x)
        skips.append(x)
        x = layers.MaxPooling2D(2)(x)
    x = conv_bn_relu(filters[-1] * 2, use_batchnorm)(x)
    # the decoder
    for f, skip in zip(reversed(filters), reversed(skips)):
        x = decoder_block(f, use_batchnorm)(x, skip)
    outputs = layers.Conv2D(1, 1, activation="sigmoid")(x)
    return models.Model(inputs, outputs)


model = Unet((32, 32, 1))
