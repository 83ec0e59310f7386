import tensorflow as tf
from tensorflow.keras import Input, Model, layers
from tensorflow.keras import backend as K


def resize_to(x, like):
    return tf.image.resize(x, tf.shape(like)[1:3], method="nearest")


def resize_like(x, like):
    size = K.int_shape(like)[1:3]
    return layers.Lambda(lambda image: tf.image.resize(image, size, method="nearest"))(x)


def aspp(x, filters):
    """Dilated convolutions beside one average of the whole image."""
    dims = x.shape
    pooled = layers.AveragePooling2D(pool_size=(dims[-3], dims[-2]))(x)
    pooled = layers.Conv2D(filters, 1, padding="same")(pooled)
    pooled = layers.UpSampling2D(size=(dims[-3] // pooled.shape[1], dims[-2] // pooled.shape[2]))(
        pooled
    )
    out = layers.Conv2D(filters, 3, padding="same", dilation_rate=2)(x)
    return layers.Concatenate()([pooled, out])


def build_decoder(shape=(12, 20, 3)):
    inputs = Input(shape)
    a = layers.Conv2D(4, 3, strides=2, padding="same")(inputs)
    b = layers.Conv2D(4, 3, strides=2, padding="same")(a)
    x = layers.concatenate([a, resize_to(b, a), resize_like(b, a)])
    return Model(inputs, layers.Conv2D(1, 1)(x))


def build_deeplab(size=16):
    inputs = Input((size, size, 3))
    x = layers.Conv2D(8, 3, strides=2, padding="same")(inputs)
    y = layers.Conv2D(8, 3, strides=2, padding="same")(x)
    y = aspp(y, 4)
    y = layers.UpSampling2D(size=(size // 2 // y.shape[1], size // 2 // y.shape[2]))(y)
    y = layers.Concatenate()([x, y])
    return Model(inputs, layers.Conv2D(2, 1)(y))
