"""Policy and value networks for an actor-critic agent."""

from tensorflow import keras
from tensorflow.keras import layers


def create_actor(num_states, num_actions, upper_bound=1.0):
    """The policy: a deterministic action for each state."""
    inputs = layers.Input(shape=(num_states,))
    out = layers.Dense(256, activation="relu")(inputs)
    out = layers.Dense(256, activation="relu")(out)
    outputs = layers.Dense(num_actions, activation="tanh")(out)

    # Our upper bound is 2.0 for Pendulum.
    outputs = outputs * upper_bound
    return keras.Model(inputs, outputs)


def create_critic(num_states, num_actions):
    # State as input
    state_input = layers.Input(shape=(num_states,))
    state_out = layers.Dense(16, activation="relu")(state_input)
    state_out = layers.Dense(32, activation="relu")(state_out)

    # Action as input
    action_input = layers.Input(shape=(num_actions,))
    action_out = layers.Dense(32, activation="relu")(action_input)

    # Both are passed through separate layers before concatenating
    concat = layers.Concatenate()([state_out, action_out])
    out = layers.Dense(256, activation="relu")(concat)
    outputs = layers.Dense(1)(out)
    return keras.Model([state_input, action_input], outputs)


actor = create_actor(3, 1, upper_bound=2.0)
critic = create_critic(3, 1)
target_actor = create_actor(3, 1, upper_bound=2.0)
