from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        channels = 1
        self.conv2ds = nn.ModuleList()
        for filters in [4, 8]:
            self.conv2ds.append(nn.Conv2d(channels, filters, 3, padding="same"))
            channels = filters
        self.dense = nn.Linear(channels * 64, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv2d in self.conv2ds:
            x = F.relu(conv2d(x))
        x = x.permute(0, 2, 3, 1).flatten(1)
        return F.softmax(self.dense(x), dim=-1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Net()
