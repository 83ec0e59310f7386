import torch
from torch import nn
from torch.nn import functional as F


class Tagger(nn.Module):
    def __init__(self, units=(8, 6), bidirectional=True, dropout=0.0, classes=3):
        super().__init__()
        self.bidirectional = bidirectional
        self.units = units
        channels = 4
        self.layers = nn.ModuleList()
        self.dropouts = nn.ModuleList()
        for n in units:
            if bidirectional:
                self.layers.append(
                    nn.LSTM(channels, n, batch_first=True, bidirectional=True)
                )
                channels = n * 2
            else:
                self.layers.append(nn.LSTM(channels, n, batch_first=True))
                channels = n
            self.dropouts.append(nn.Dropout(dropout) if dropout > 0 else None)
        self.dense = nn.Linear(channels, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        for i, (layer, dropout) in enumerate(zip(self.layers, self.dropouts)):
            last = i == len(self.units) - 1
            if self.bidirectional:
                x, (h, _) = layer(x)
                if last:
                    x = torch.cat([h[-2], h[-1]], dim=-1)
            else:
                x, _ = layer(x)
                if last:
                    x = x[:, -1]
            if dropout is not None:
                x = dropout(x)
        return F.softmax(self.dense(x), dim=-1)


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
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


def build_tagger(units=(8, 6), bidirectional=True, dropout=0.0, classes=3):
    return Tagger(units, bidirectional, dropout, classes)


tagger = build_tagger()
forward_only = build_tagger((6,), bidirectional=False)
deep = build_tagger((6, 5, 4), bidirectional=False, dropout=0.2)
