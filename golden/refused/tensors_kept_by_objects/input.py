"""Objects of the program's own get tensors of graphs, and keep them."""

from tensorflow import keras
from tensorflow.keras import layers


class Agent:
    def __init__(self, actor, action_input):
        self.actor = actor
        self.action_input = action_input

    def keep(self, tensor):
        self.tensor = tensor


def make():
    action_input = keras.Input(shape=(3,), name="action_input")
    actor = keras.Model(action_input, layers.Dense(2)(action_input))
    agent = Agent(actor=actor, action_input=action_input)
    agent.compile("sgd")
    return agent


def make_later():
    late = Agent(None, None)
    noise = keras.Input(shape=(3,))
    late.keep(noise)
    return keras.Model(noise, layers.Dense(2)(noise))


inputs = keras.Input(shape=(3,))
model = keras.Model(inputs, layers.Dense(2)(inputs))
kept = Agent(model, inputs)
