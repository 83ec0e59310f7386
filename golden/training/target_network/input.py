"""A network that learns from a slower copy of itself, as in deep Q learning."""
import numpy as np
from tensorflow.keras.layers import Dense, Input
from tensorflow.keras.models import Sequential
from tensorflow.keras.optimizers import SGD

GAMMA = 0.9
rng = np.random.default_rng(0)
states = rng.normal(size=(96, 4))
next_states = states + rng.normal(size=(96, 4)) * 0.1
rewards = rng.uniform(size=96)


def build_network(n_actions):
    network = Sequential()
    network.add(Input(shape=(4,)))
    network.add(Dense(12, activation="relu"))
    network.add(Dense(n_actions))
    return network


q_network = build_network(2)
q_network.compile(optimizer=SGD(0.05), loss="mse")
target_network = build_network(2)
target_network.set_weights(q_network.get_weights())

for step in range(6):
    batch = slice(step * 16, (step + 1) * 16)
    future = target_network.predict(next_states[batch], verbose=0).max(axis=1)
    targets = q_network.predict(states[batch], verbose=0)
    targets[:, step % 2] = rewards[batch] + GAMMA * future
    loss = q_network.train_on_batch(states[batch], targets)
    if step % 3 == 2:
        # the target follows
        target_network.set_weights(q_network.get_weights())
print(loss)
