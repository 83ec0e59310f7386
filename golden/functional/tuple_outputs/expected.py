from torch import nn
from torch.nn import functional as F


class ActorCritic(nn.Module):
    def __init__(self, num_inputs=4, num_actions=2, num_hidden=128):
        super().__init__()
        self.dense = nn.Linear(num_inputs, num_hidden)
        self.dense_1 = nn.Linear(num_hidden, num_actions)
        self.dense_2 = nn.Linear(num_hidden, 1)
        self.apply(init_like_keras)

    def forward(self, inputs):
        common = F.relu(self.dense(inputs))
        action = F.softmax(self.dense_1(common), dim=-1)
        critic = self.dense_2(common)
        return action, critic


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def actor_critic(num_inputs=4, num_actions=2, num_hidden=128):
    return ActorCritic(num_inputs, num_actions, num_hidden)


model = actor_critic()
