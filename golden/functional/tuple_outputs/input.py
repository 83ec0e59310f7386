import tensorflow as tf
from tensorflow.keras import layers


def actor_critic(num_inputs=4, num_actions=2, num_hidden=128):
    inputs = layers.Input(shape=(num_inputs,))
    common = layers.Dense(num_hidden, activation="relu")(inputs)
    action = layers.Dense(num_actions, activation="softmax")(common)
    critic = layers.Dense(1)(common)
    return tf.keras.Model(inputs=inputs, outputs=(action, critic))


model = actor_critic()
