import torch
from torch import nn
from torch.nn import functional as F


class Build(nn.Module):
    def __init__(self, features=3, hidden=(8, 6)):
        super().__init__()
        self.hidden = hidden
        channels = features
        self.lstms = nn.ModuleList()
        for units in hidden:
            self.lstms.append(nn.LSTM(channels, units, batch_first=True))
            channels = units
        self.conv1d = nn.Conv1d(features, 16, 3)
        self.dense = nn.Linear(channels + 16, 1)
        self.apply(init_like_keras)

    def forward(self, series):
        x = series
        for i, lstm in enumerate(self.lstms):
            x, _ = lstm(x)
            if i >= len(self.hidden) - 1:
                x = x[:, -1]
        c = F.relu(self.conv1d(F.pad(series.transpose(1, 2), (2, 0))))
        c = c.amax(2)
        return self.dense(torch.cat([x, c], dim=-1))


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, (nn.Conv1d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.LSTM):
        for name, weight in module.named_parameters():
            if "weight_ih" in name:
                nn.init.xavier_uniform_(weight)
            elif "weight_hh" in name:
                nn.init.orthogonal_(weight)
            else:
                nn.init.zeros_(weight)
            if "bias_ih" in name:
                nn.init.ones_(weight.detach().chunk(4)[1])  # forget gate


def build(window=20, features=3, hidden=(8, 6)):
    return Build(features, hidden)


model = build()
