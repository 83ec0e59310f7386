import torch
from torch import nn
from torch.nn import functional as F


class Encoder(nn.Module):
    def __init__(self, bidirectional=True, n=8):
        super().__init__()
        self.bidirectional = bidirectional
        if bidirectional:
            self.rnn = nn.GRU(4, n, batch_first=True, bidirectional=True)
            features = n * 2
        else:
            self.rnn = nn.GRU(4, n, batch_first=True)  # one direction
            features = n
        self.dense = nn.Linear(features, 3)
        self.apply(init_like_keras)

    def forward(self, inputs):
        if self.bidirectional:
            _, h = self.rnn(inputs)
            x = torch.cat([h[-2], h[-1]], dim=-1)
        else:
            x, _ = self.rnn(inputs)
            x = x[:, -1]
        return self.dense(x)


def encoder(bidirectional=True, n=8):
    return Encoder(bidirectional, n)


class PlainOrWide(nn.Module):
    def __init__(self, wide=False, n=8):
        super().__init__()
        if wide:
            self.hidden = nn.Linear(12, 4 * n)
            features = 4 * n
        else:
            self.hidden_1 = nn.Linear(12, n)
            features = n
            self.hidden = None
        self.dense = nn.Linear(features, 3)
        self.apply(init_like_keras)

    def forward(self, inputs):
        if self.hidden is not None:
            x = self.hidden(inputs)
        else:
            x = F.relu(self.hidden_1(inputs))
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.GRU):
        for name, weight in module.named_parameters():
            if "weight_ih" in name:
                nn.init.xavier_uniform_(weight)
            elif "weight_hh" in name:
                nn.init.orthogonal_(weight)
            else:
                nn.init.zeros_(weight)


def plain_or_wide(wide=False, n=8):
    return PlainOrWide(wide, n)


both = encoder()
one = encoder(bidirectional=False, n=5)
narrow = plain_or_wide()
wide = plain_or_wide(True)
