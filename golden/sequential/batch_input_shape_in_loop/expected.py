from torch import nn
from torch.nn import functional as F


class MLP(nn.Module):
    def __init__(self, n_features, hidden=(16, 8), classes=3):
        super().__init__()
        features = n_features
        self.denses = nn.ModuleList()
        self.dropouts = nn.ModuleList()
        for n in hidden:
            self.denses.append(nn.Linear(features, n))
            self.dropouts.append(nn.Dropout(0.2))
            features = n
        self.dense = nn.Linear(features, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense, dropout in zip(self.denses, self.dropouts):
            x = F.relu(dense(x))
            x = dropout(x)
        return F.softmax(self.dense(x), dim=-1)


def mlp(batch_size, n_features, hidden=(16, 8), classes=3):
    return MLP(n_features, hidden, classes)


class CNN(nn.Module):
    def __init__(self, steps, channels, filters=(4, 8)):
        super().__init__()
        steps2 = steps
        channels2 = channels
        self.conv1ds = nn.ModuleList()
        for n in filters:
            self.conv1ds.append(nn.Conv1d(channels2, n, 3))
            steps2 = steps2 - 2
            channels2 = n
        self.dense = nn.Linear(steps2 * channels2, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.transpose(1, 2)
        for conv1d in self.conv1ds:
            x = F.relu(conv1d(x))
        x = x.transpose(1, 2).flatten(1)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv1d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def cnn(steps, channels, filters=(4, 8)):
    return CNN(steps, channels, filters)


model = mlp(None, 10)
conv = cnn(20, 2)
