"""A network that learns from a slower copy of itself, as in deep Q learning."""
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

GAMMA = 0.9

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
rng = np.random.default_rng(0)
states = rng.normal(size=(96, 4))
next_states = states + rng.normal(size=(96, 4)) * 0.1
rewards = rng.uniform(size=96)


class Network(nn.Module):
    def __init__(self, n_actions):
        super().__init__()
        self.dense = nn.Linear(4, 12)
        self.dense_1 = nn.Linear(12, n_actions)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)


def with_axes_of(outputs, targets):
    """Give targets the last axis of one number that they lack, or have besides."""
    if targets.dim() == outputs.dim() + 1:
        return targets.squeeze(-1)
    if targets.dim() == outputs.dim() - 1 and outputs.shape[-1] == 1:
        return targets.unsqueeze(-1)
    return targets


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


def train_on_batch(model, x, y, criterion, optimizer):
    """Train on one batch; its loss."""
    model.train()
    inputs = torch.as_tensor(x, dtype=torch.float32).to(device)
    targets = torch.as_tensor(y, dtype=torch.float32).to(device)
    outputs = model(inputs)
    loss = criterion(outputs, with_axes_of(outputs, targets))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def build_network(n_actions):
    return Network(n_actions).to(device)


q_network = build_network(2)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(q_network.parameters(), lr=0.05)
target_network = build_network(2)
target_network.load_state_dict(q_network.state_dict())

for step in range(6):
    batch = slice(step * 16, (step + 1) * 16)
    future = predict(target_network, next_states[batch]).max(axis=1)
    targets = predict(q_network, states[batch])
    targets[:, step % 2] = rewards[batch] + GAMMA * future
    loss = train_on_batch(q_network, states[batch], targets, criterion, optimizer)
    if step % 3 == 2:
        # the target follows
        target_network.load_state_dict(q_network.state_dict())
print(loss)
