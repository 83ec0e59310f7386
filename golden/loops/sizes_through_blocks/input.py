from tensorflow.keras import Input, Model
from tensorflow.keras import layers


def conv_layer(x, filters=8, kernel_size=3, strides=1, activation="relu", conv_first=True):
    conv = layers.Conv2D(filters, kernel_size, strides=strides, padding="same")
    if conv_first:
        x = conv(x)
        if activation is not None:
            x = layers.Activation(activation)(x)
    else:
        if activation is not None:
            x = layers.Activation(activation)(x)
        x = conv(x)
    return x


def build_resnet(input_shape=(20, 24, 3), stacks=3, classes=4):
    inputs = Input(shape=input_shape)
    filters = 8
    x = conv_layer(inputs)
    for stack in range(stacks):
        for block in range(2):
            strides = 1
            if stack > 0 and block == 0:
                strides = 2
            y = conv_layer(x, filters, strides=strides)
            y = conv_layer(y, filters, activation=None, conv_first=False)
            if stack > 0 and block == 0:
                x = conv_layer(x, filters, 1, strides=strides, activation=None)
            x = layers.add([x, y])
        filters *= 2
    x = layers.AveragePooling2D(2)(x)
    outputs = layers.Dense(classes)(layers.Flatten()(x))
    return Model(inputs, outputs, name="resnet")


def down(x, filters, size, step):
    x = layers.Conv2D(filters, size, strides=step)(x)
    return layers.ReLU()(x)


def build_encoder(input_shape=(40, 40, 1), widths=(4, 8)):
    image = Input(input_shape)
    x = image
    for width in widths:
        x = down(x, width, 3, 2)
    x = down(x, 8, 2, 1)
    return Model(image, layers.Dense(5)(layers.Flatten()(x)), name="encoder")


def build_pooled(input_shape=(40, 40, 1)):
    """No layer needs the sizes here, so they are not computed."""
    image = Input(input_shape)
    x = image
    for _ in range(2):
        x = conv_layer(x, 4, strides=2)
    x = layers.GlobalAveragePooling2D()(x)
    return Model(image, layers.Dense(5)(x), name="pooled")


def build_by_steps(input_shape=(16, 12, 1)):
    """Strides that differ between the axes."""
    image = Input(input_shape)
    x = image
    for step in ((2, 1), (1, 2)):
        x = conv_layer(x, 4, strides=step)
    return Model(image, layers.Dense(5)(layers.Flatten()(x)), name="by_steps")


def build_by_plan(input_shape=(16, 12, 1)):
    image = Input(input_shape)
    x = image
    for filters, step in [(4, 1), (8, 2), (8, 3)]:
        x = conv_layer(x, filters, strides=step)
    return Model(image, layers.Dense(5)(layers.Flatten()(x)), name="by_plan")


def residual_block(x, filters, strides=1):
    y = layers.Conv2D(filters, 3, strides=strides, padding="same", activation="relu")(x)
    y = layers.Conv2D(filters, 3, padding="same")(y)
    if strides != 1:
        x = layers.Conv2D(filters, 1, strides=strides, padding="same")(x)
    return layers.add([x, y])


def build_shortcuts(input_shape=(20, 13, 8), depth=3):
    """The shortcut has the sizes of what it is added to, whichever way it goes."""
    inputs = Input(input_shape)
    x = inputs
    for i in range(depth):
        x = residual_block(x, 8, strides=2 if i else 1)
    x = layers.AveragePooling2D(2)(x)
    return Model(inputs, layers.Dense(5)(layers.Flatten()(x)), name="shortcuts")


def pooled_block(x, filters, kernel_size=(3, 3), pool=(2, 2)):
    x = layers.Conv2D(filters, kernel_size, activation="relu")(x)
    return layers.MaxPooling2D(pool)(x)


def build_tuples(input_shape=(40, 36, 1), blocks=((4, 1), (8, 2)), pool=(2, 1)):
    """Sizes as tuples and as numbers, in the parameters of blocks and in those of the model."""
    inputs = Input(input_shape)
    x = pooled_block(inputs, 4, pool=pool)
    x = pooled_block(x, 4, kernel_size=2, pool=2)
    step = 1
    for width, stride in blocks:
        x = conv_layer(x, width * 2, strides=stride)
        x = layers.MaxPooling2D(step)(x)
        step = step + 1
    return Model(inputs, layers.Dense(5)(layers.Flatten()(x)), name="tuples")


def build_autoencoder(input_shape=(16, 12, 1), widths=[4, 8], code=6):
    """What the shape was before it was flattened, by its name."""
    inputs = Input(input_shape)
    x = inputs
    for width in widths:
        x = residual_block(x, width, strides=2)
    shape = x.shape[1:]
    x = layers.Dense(code)(layers.Flatten()(x))
    x = layers.Dense(shape[0] * shape[1] * shape[2])(x)
    x = layers.Reshape(shape)(x)
    for width in reversed(widths):
        x = layers.Conv2DTranspose(width, 3, strides=2, padding="same")(x)
    return Model(inputs, layers.Conv2D(1, 3, padding="same")(x), name="autoencoder")
