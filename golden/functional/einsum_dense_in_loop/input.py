import keras
from keras import layers


def attention(x, heads, size, name):
    """Attention by its projections."""
    shape = (None, heads, size)
    q = layers.EinsumDense("abc,cde->abde", shape, bias_axes="de", name=f"{name}_query")(x)
    k = layers.EinsumDense("abc,cde->abde", shape, bias_axes="de", name=f"{name}_key")(x)
    v = layers.EinsumDense("abc,cde->abde", shape, name=f"{name}_value")(x)
    x = layers.Multiply()([q, layers.Add()([k, v])])
    return layers.EinsumDense(
        "abde,dec->abc", output_shape=(None, heads * size), bias_axes="c", name=f"{name}_output"
    )(x)


def encoder(steps=6, heads=2, size=4, depth=2):
    inputs = keras.Input((steps, heads * size))
    x = inputs
    for i in range(depth):
        x = layers.Add()([x, attention(x, heads, size, f"block{i}")])
    return keras.Model(inputs, x)


model = encoder()
