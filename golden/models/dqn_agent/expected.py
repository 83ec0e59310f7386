import random
from collections import deque

import numpy as np
from torch import nn
from torch.nn import functional as F
from tensorflow.keras.optimizers import Adam


class Model(nn.Module):
    def __init__(self, action_size, state_size):
        super().__init__()
        self.dense = nn.Linear(state_size, 24)
        self.dense_1 = nn.Linear(24, 24)
        self.dense_2 = nn.Linear(24, action_size)
        self.apply(init_like_keras)

    def forward(self, x):
        # Neural Net for Deep-Q learning Model
        x = F.relu(self.dense(x))
        x = F.relu(self.dense_1(x))
        return self.dense_2(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


class DQNAgent:
    def __init__(self, state_size, action_size):
        self.state_size = state_size
        self.action_size = action_size
        self.memory = deque(maxlen=2000)
        self.learning_rate = 0.001
        self.model = self._build_model()

    def _build_model(self):
        model = Model(self.action_size, self.state_size)
        # TODO(tf2torch) T2T101: `compile` is left as it is: the model is trained elsewhere
        model.compile(loss="mse", optimizer=Adam(learning_rate=self.learning_rate))
        return model

    def act(self, state):
        if np.random.rand() <= 0.1:
            return random.randrange(self.action_size)
        # TODO(tf2torch) T2T101: `predict` is left as it is; the model is an nn.Module now
        act_values = self.model.predict(state)
        return np.argmax(act_values[0])  # returns action


if __name__ == "__main__":
    agent = DQNAgent(4, 2)
