from tensorflow.keras import Input, Model, layers


def attention(steps=10, width=24, scaled=True):
    inputs = Input((steps, width))
    q, k, v = [layers.Dense(width)(inputs) for _ in range(3)]
    weights = layers.Dot(axes=2)([q, k])
    if scaled:
        weights = weights * width**-0.5
    weights = layers.Softmax()(weights)
    return Model(inputs, layers.Dot(axes=(2, 1))([weights, v]))


model = attention()
