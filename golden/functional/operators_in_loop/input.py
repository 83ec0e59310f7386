from keras import Input, Model, layers


def build(dim=12, depth=3, scale=1.0, negate=False):
    inputs = Input((dim,))
    x = inputs
    for i in range(depth):
        y = layers.Dense(dim, activation="tanh")(x)
        # less and less is added
        x = x + scale * y / (i + 1)
        scale *= 0.5
    if negate:
        x = -x
    return Model(inputs, layers.Dense(1)(x) * 0.1 - 1)


model = build()
negated = build(depth=2, negate=True)
