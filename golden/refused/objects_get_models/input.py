"""An object of the program's own gets a model, which its methods ask as one of Keras."""

from keras.models import Model
from keras.layers import Input, Dense


class Agent:
    def __init__(self, model):
        self.model = model

    def act(self, x):
        return self.model.predict(x)


inp = Input(shape=(3,))
m = Model(inp, Dense(2)(inp))
a = Agent(m)
print(a.act([[1, 2, 3]]))
