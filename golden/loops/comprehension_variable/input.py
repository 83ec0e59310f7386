from tensorflow.keras import layers, models


def columns(n=5):
    inputs = layers.Input((16, 4))
    parts = [inputs[:, :, n] for n in range(2)]
    x = layers.Concatenate()(parts)
    return models.Model(inputs, layers.Dense(n)(x))  # `n` is the argument again
