import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self, units=2):
        super().__init__()
        self.dropout = nn.Dropout1d(0.1)
        self.lstm = nn.LSTM(4, units, batch_first=True)
        self.dropout_1 = nn.Dropout1d(0.1)
        self.lstm_1 = nn.LSTM(4, units, batch_first=True)
        self.dense = nn.Linear(units + units, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.transpose(1, 2)
        x = F.max_pool1d(x, 2)
        # each direction drops inputs of its own
        out, _ = self.lstm(self.dropout(x).transpose(1, 2))
        x, _ = self.lstm_1(self.dropout_1(x).transpose(1, 2).flip(1))
        x = torch.cat([out, x.flip(1)], dim=-1)
        return self.dense(x)


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


def build_model(steps=6, units=2):
    return Model(units)


model = build_model()
