"""Objects of the program's own get tensors of graphs, and keep them."""

from tensorflow import keras
from tensorflow.keras import layers


class Agent:
    def __init__(self, actor, action_input):
        self.actor = actor
        self.action_input = action_input

    def keep(self, tensor):
        self.tensor = tensor


# TODO(tf2torch) T2T104: `make` is left as it is: `Agent` gets a tensor, and what it does with it is not known
def make():
    action_input = keras.Input(shape=(3,), name="action_input")
    actor = keras.Model(action_input, layers.Dense(2)(action_input))
    agent = Agent(actor=actor, action_input=action_input)
    # TODO(tf2torch) T2T101: `agent.compile` is left as it is: which model that is, is not known
    agent.compile("sgd")
    return agent


# TODO(tf2torch) T2T104: `make_later` is left as it is: `late.keep` is called on a tensor, and what it does is not known
def make_later():
    late = Agent(None, None)
    noise = keras.Input(shape=(3,))
    late.keep(noise)
    return keras.Model(noise, layers.Dense(2)(noise))


# TODO(tf2torch) T2T103: `keras.Input` is left as it is
inputs = keras.Input(shape=(3,))
# TODO(tf2torch) T2T104: the statement in line 33, which is not converted, needs it
model = keras.Model(inputs, layers.Dense(2)(inputs))
# TODO(tf2torch) T2T104: `Agent` gets a tensor, and what it does with it is not known
kept = Agent(model, inputs)
