from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        channels = 3
        self.conv1ds = nn.ModuleList()
        for filters in (4, 8):
            self.conv1ds.append(nn.Conv1d(channels, filters, 3))
            channels = filters
        self.dense = nn.Linear(channels, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.transpose(1, 2)
        for conv1d in self.conv1ds:
            x = F.relu(conv1d(x))
        x = x.mean(2)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv1d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
