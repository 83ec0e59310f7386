"""Policy and value networks for an actor-critic agent."""

import torch
from torch import nn
from torch.nn import functional as F


class Actor(nn.Module):
    def __init__(self, num_states, num_actions, upper_bound=1.0):
        super().__init__()
        self.upper_bound = upper_bound
        self.dense = nn.Linear(num_states, 256)
        self.dense_1 = nn.Linear(256, 256)
        self.dense_2 = nn.Linear(256, num_actions)
        self.apply(init_like_keras)

    def forward(self, inputs):
        out = F.relu(self.dense(inputs))
        out = F.relu(self.dense_1(out))
        outputs = torch.tanh(self.dense_2(out))

        # Our upper bound is 2.0 for Pendulum.
        return outputs * self.upper_bound


def create_actor(num_states, num_actions, upper_bound=1.0):
    """The policy: a deterministic action for each state."""
    return Actor(num_states, num_actions, upper_bound)


class Critic(nn.Module):
    def __init__(self, num_states, num_actions):
        super().__init__()
        self.dense = nn.Linear(num_states, 16)
        self.dense_1 = nn.Linear(16, 32)
        self.dense_2 = nn.Linear(num_actions, 32)
        self.dense_3 = nn.Linear(64, 256)
        self.dense_4 = nn.Linear(256, 1)
        self.apply(init_like_keras)

    def forward(self, state_input, action_input):
        # State as input
        state_out = F.relu(self.dense(state_input))
        state_out = F.relu(self.dense_1(state_out))

        # Action as input
        action_out = F.relu(self.dense_2(action_input))

        # Both are passed through separate layers before concatenating
        concat = torch.cat([state_out, action_out], dim=-1)
        out = F.relu(self.dense_3(concat))
        return self.dense_4(out)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def create_critic(num_states, num_actions):
    return Critic(num_states, num_actions)


actor = create_actor(3, 1, upper_bound=2.0)
critic = create_critic(3, 1)
target_actor = create_actor(3, 1, upper_bound=2.0)
