import torch
from torch import nn
from torch.nn import functional as F


class ActorCritic(nn.Module):
    def __init__(self, n_states, n_actions, hidden=(32, 16), continuous=False):
        super().__init__()
        features = n_states
        self.denses = nn.ModuleList()
        for units in hidden:
            self.denses.append(nn.Linear(features, units))
            features = units
        self.dense = nn.Linear(features, 1)
        if continuous:
            self.dense_1 = nn.Linear(features, n_actions)
        else:
            self.dense_2 = nn.Linear(features, n_actions)
            self.dense_1 = None
        self.apply(init_like_keras)

    def forward(self, x):
        for dense in self.denses:
            x = torch.tanh(dense(x))
        value = self.dense(x)
        if self.dense_1 is not None:
            policy = torch.tanh(self.dense_1(x))
        else:
            policy = F.softmax(self.dense_2(x), dim=-1)
        return policy, value


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def actor_critic(n_states, n_actions, hidden=(32, 16), continuous=False):
    """Policy and value from one trunk."""
    return ActorCritic(n_states, n_actions, hidden, continuous)


discrete = actor_critic(4, 2)
continuous = actor_critic(4, 2, hidden=(8,), continuous=True)
