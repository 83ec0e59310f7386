import torch
from torch import nn


class Tagger(nn.Module):
    def __init__(self, vocab_size, cell="lstm", units=32, stacked=True):
        super().__init__()
        self.stacked = stacked
        self.embedding = nn.Embedding(vocab_size, 64)
        if cell == "lstm":
            self.lstm = nn.LSTM(64, units, batch_first=True)
            self.lstm_1 = nn.LSTM(units, units, batch_first=True) if stacked else None
        elif cell == "gru":
            self.gru = nn.GRU(64, units, batch_first=True)
            self.lstm = None
            self.lstm_1 = None
        else:
            raise ValueError("unknown cell: %s" % cell)
        self.dense = nn.Linear(units, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.embedding(x)
        if self.lstm is not None:
            x, _ = self.lstm(x)
            if not self.stacked:
                x = x[:, -1]
            if self.lstm_1 is not None:
                x, _ = self.lstm_1(x)
                x = x[:, -1]
        else:
            x, _ = self.gru(x)
            x = x[:, -1]
        return torch.sigmoid(self.dense(x))


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.uniform_(module.weight, -0.05, 0.05)
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


def build_tagger(vocab_size, cell="lstm", units=32, stacked=True):
    """A sentiment model; `cell` is "lstm" or "gru"."""
    return Tagger(vocab_size, cell, units, stacked)


lstm_model = build_tagger(500)
gru_model = build_tagger(500, cell="gru")
