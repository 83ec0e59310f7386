from torch import nn
from torch.nn import functional as F


class Critic(nn.Module):
    def __init__(self, obs_dim, hidden=(64, 64)):
        super().__init__()
        features = obs_dim
        self.denses = nn.ModuleList()
        for units in hidden:
            self.denses.append(nn.Linear(features, units))
            features = units
        self.dense = nn.Linear(features, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense in self.denses:
            x = F.relu(dense(x))
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def make_critic(obs_dim, hidden=(64, 64)):
    return Critic(obs_dim, hidden)


critics = [make_critic(8) for _ in range(2)]
targets = {name: make_critic(8, hidden=(32,)) for name in ("a", "b")}
