"""Sequence to sequence: the decoder starts from the states of the encoder."""

from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20, 6)
        self.lstm = nn.LSTM(6, 8, batch_first=True)
        self.embedding_1 = nn.Embedding(30, 6)
        self.lstm_1 = nn.LSTM(6, 8, batch_first=True)
        self.dense = nn.Linear(8, 30)
        self.apply(init_like_keras)

    def forward(self, source, target):
        x = self.embedding(source)
        _, state = self.lstm(x)
        y = self.embedding_1(target)
        y, _ = self.lstm_1(y, state)
        return F.softmax(self.dense(y), dim=-1)


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.uniform_(module.weight, -0.05, 0.05)
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


model = Model()
