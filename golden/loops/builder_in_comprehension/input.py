from tensorflow import keras
from tensorflow.keras import layers


def make_critic(obs_dim, hidden=(64, 64)):
    inputs = keras.Input((obs_dim,))
    x = inputs
    for units in hidden:
        x = layers.Dense(units, activation="relu")(x)
    return keras.Model(inputs, layers.Dense(1)(x))


critics = [make_critic(8) for _ in range(2)]
targets = {name: make_critic(8, hidden=(32,)) for name in ("a", "b")}
