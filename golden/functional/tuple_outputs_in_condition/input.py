from tensorflow import keras
from tensorflow.keras import layers


def actor_critic(n_states, n_actions, hidden=(32, 16), continuous=False):
    """Policy and value from one trunk."""
    inputs = keras.Input((n_states,))
    x = inputs
    for units in hidden:
        x = layers.Dense(units, activation="tanh")(x)
    value = layers.Dense(1)(x)
    if continuous:
        policy = layers.Dense(n_actions, activation="tanh")(x)
    else:
        policy = layers.Dense(n_actions, activation="softmax")(x)
    return keras.Model(inputs, outputs=(policy, value))


discrete = actor_critic(4, 2)
continuous = actor_critic(4, 2, hidden=(8,), continuous=True)
