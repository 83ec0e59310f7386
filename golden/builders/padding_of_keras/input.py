from keras import backend, layers, models


def correct_pad(backend, inputs, kernel_size):
    """Zero-padding for 2D convolution with downsampling."""
    img_dim = 2 if backend.image_data_format() == "channels_first" else 1
    input_size = backend.int_shape(inputs)[img_dim : (img_dim + 2)]

    if isinstance(kernel_size, int):
        kernel_size = (kernel_size, kernel_size)

    if input_size[0] is None:
        adjust = (1, 1)
    else:
        adjust = (1 - input_size[0] % 2, 1 - input_size[1] % 2)

    correct = (kernel_size[0] // 2, kernel_size[1] // 2)

    return (
        (correct[0] - adjust[0], correct[0]),
        (correct[1] - adjust[1], correct[1]),
    )


def down(x, filters, size=3):
    x = layers.ZeroPadding2D(padding=correct_pad(backend, x, size))(x)
    return layers.Conv2D(filters, size, strides=2, use_bias=False)(x)


def build(shape=(15, 12, 3), widths=(4, 6)):
    inputs = layers.Input(shape)
    x = inputs
    for width in widths:
        x = down(x, width)
    return models.Model(inputs, layers.GlobalMaxPooling2D()(x))


image = layers.Input((9, 8, 2))
x = layers.ZeroPadding2D(padding=correct_pad(backend, image, 3))(image)
model = models.Model(image, layers.Conv2D(2, 3, strides=2)(x))
