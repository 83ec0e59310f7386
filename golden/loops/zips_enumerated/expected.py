from torch import nn
from torch.nn import functional as F

units = [32, 16, 8]
rates = [0.5, 0.0, 0.1]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        features = 10
        self.hiddens = nn.ModuleList()
        self.dropouts = nn.ModuleList()
        for n, rate in zip(units, rates):
            self.hiddens.append(nn.Linear(features, n))
            features = n
            # not every layer is regularized
            self.dropouts.append(nn.Dropout(rate) if rate > 0 else None)
        self.dense = nn.Linear(features, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        for hidden, dropout in zip(self.hiddens, self.dropouts):
            x = F.relu(hidden(x))
            if dropout is not None:
                x = dropout(x)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
