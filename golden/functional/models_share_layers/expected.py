"""One network with three outlets, each of them also a model."""

from torch import nn
from torch.nn import functional as F


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(4, 5)
        self.policy = nn.Linear(5, 2)
        self.apply(init_like_keras)

    def forward(self, inputs):
        hidden = F.relu(self.hidden(inputs))
        return F.softmax(self.policy(hidden), dim=-1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


policy_model = Policy()


class Both(nn.Module):
    def __init__(self, policy_model):
        super().__init__()
        self.hidden = policy_model.hidden
        self.policy = policy_model.policy
        self.value = nn.Linear(5, 1)
        self.value.apply(init_like_keras)

    def forward(self, inputs):
        hidden = F.relu(self.hidden(inputs))
        policy = F.softmax(self.policy(hidden), dim=-1)
        value = self.value(hidden)
        return policy, value


both = Both(policy_model)


class Embedding(nn.Module):
    def __init__(self, policy_model):
        super().__init__()
        self.hidden = policy_model.hidden

    def forward(self, inputs):
        return F.relu(self.hidden(inputs))


embedding = Embedding(policy_model)
