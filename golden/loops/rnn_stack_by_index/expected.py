import torch
from torch import nn
from torch.nn import functional as F


class Forecaster(nn.Module):
    def __init__(self, n_features, n_layers=3, units=16, dropout=0.1):
        super().__init__()
        self.n_layers = n_layers
        channels = n_features
        self.lstms = nn.ModuleList()
        self.dropouts = nn.ModuleList()
        for _ in range(n_layers):
            self.lstms.append(nn.LSTM(channels, units, batch_first=True))
            self.dropouts.append(nn.Dropout(dropout))
            channels = units
        self.dense = nn.Linear(channels, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        for i, (lstm, dropout) in enumerate(zip(self.lstms, self.dropouts)):
            x, _ = lstm(x)
            if i >= self.n_layers - 1:
                x = x[:, -1]
            x = dropout(x)
        return self.dense(x)


def build_forecaster(n_steps, n_features, n_layers=3, units=16, dropout=0.1):
    """Only the last layer gives one output instead of a sequence."""
    return Forecaster(n_features, n_layers, units, dropout)


class Tagger(nn.Module):
    def __init__(self, widths=(12, 8), features=5, classes=4):
        super().__init__()
        self.widths = widths
        channels = features
        self.grus = nn.ModuleList()
        for width in widths:
            self.grus.append(
                nn.GRU(channels, width, batch_first=True, bidirectional=True)
            )
            channels = width * 2
        self.dense = nn.Linear(channels, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        for i, gru in enumerate(self.grus):
            last = i == len(self.widths) - 1
            x, h = gru(x)
            if last:
                x = torch.cat([h[-2], h[-1]], dim=-1)
        return F.softmax(self.dense(x), dim=-1)


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


def build_tagger(widths=(12, 8), features=5, classes=4):
    return Tagger(widths, features, classes)


forecaster = build_forecaster(20, 3)
single = build_forecaster(20, 3, n_layers=1)
tagger = build_tagger()
