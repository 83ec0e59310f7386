from torch import nn
from torch.nn import functional as F


class MultiTask(nn.Module):
    def __init__(self, n_features, tasks=("age", "gender", "income")):
        super().__init__()
        self.dense = nn.Linear(n_features, 64)
        self.denses = nn.ModuleList()
        self.outs = nn.ModuleList()
        for task in tasks:
            self.denses.append(nn.Linear(64, 16))
            self.outs.append(nn.Linear(16, 1))
        self.apply(init_like_keras)

    def forward(self, inputs):
        trunk = F.relu(self.dense(inputs))
        heads = []
        for dense, out in zip(self.denses, self.outs):
            head = F.relu(dense(trunk))
            head = out(head)
            heads.append(head)
        return heads


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def multi_task(n_features, tasks=("age", "gender", "income")):
    """One trunk and a head for each task."""
    return MultiTask(n_features, tasks)


model = multi_task(30)
