import random
from collections import deque

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


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


@torch.no_grad()
def predict(model, x):
    """Outputs as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


class DQNAgent:
    def __init__(self, state_size, action_size):
        self.state_size = state_size
        self.action_size = action_size
        self.memory = deque(maxlen=2000)
        self.learning_rate = 0.001
        self.model = self._build_model()
        self.criterion = nn.MSELoss()
        self.optimizer = torch.optim.Adam(
            self.model.parameters(), lr=self.learning_rate, eps=1e-7
        )

    def _build_model(self):
        return Model(self.action_size, self.state_size).to(device)

    def act(self, state):
        if np.random.rand() <= 0.1:
            return random.randrange(self.action_size)
        act_values = predict(self.model, state)
        return np.argmax(act_values[0])  # returns action


if __name__ == "__main__":
    agent = DQNAgent(4, 2)
