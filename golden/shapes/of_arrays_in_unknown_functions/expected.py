import numpy as np
from torch import nn


def make_windows(series, width):
    return np.stack([series[i : i + width] for i in range(len(series) - width)])


X = make_windows(np.sin(np.arange(500)), 24)[..., None]
n_steps, n_features = X.shape[1], X.shape[2]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(X.shape[2], 16, batch_first=True)
        self.dense = nn.Linear(16, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x, _ = self.lstm(x)
        x = x[:, -1]
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, (nn.LSTM, nn.GRU)):
        for name, weight in module.named_parameters():
            if "weight_ih" in name:
                nn.init.xavier_uniform_(weight)
            elif "weight_hh" in name:
                nn.init.orthogonal_(weight)
            else:
                nn.init.zeros_(weight)
            if "bias_ih" in name and isinstance(module, nn.LSTM):
                nn.init.ones_(weight.detach().chunk(4)[1])  # forget gate


model = Model()


class Second(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(n_features, 16, batch_first=True)
        self.dense = nn.Linear(16, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x, _ = self.gru(x)
        x = x[:, -1]
        return self.dense(x)


second = Second()
