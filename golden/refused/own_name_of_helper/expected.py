from tensorflow.keras import layers, models


# TODO(tf2torch) T2T104: `max_pool2d_same` works on PyTorch's tensors now, and code that stays Keras calls it
def max_pool2d_same(x):
    return x.clamp(min=0.0) * 3


# TODO(tf2torch) T2T104: `build` is left as it is: `max_pool2d_same` is also the name of something that converted code needs: rename it
def build(size=None):
    inputs = layers.Input((size, size, 3))
    x = max_pool2d_same(inputs)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    x = layers.GlobalAveragePooling2D()(x)
    return models.Model(inputs, layers.Dense(2)(x))
