"""Directions that torch's own module can't run together, behind a convolution."""

import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(6, 4, batch_first=True)
        self.gru_1 = nn.GRU(6, 4, batch_first=True)
        self.lstm = LSTM(8, 3, recurrent_dropout=0.1)
        self.lstm_1 = LSTM(8, 3, recurrent_dropout=0.1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.transpose(1, 2)
        x = F.max_pool1d(x, 2)
        x2 = x.transpose(1, 2)
        out, _ = self.gru(x2)
        x, _ = self.gru_1(x2.flip(1))
        x = torch.cat([out, x.flip(1)], dim=-1)
        out2, _ = self.lstm(x)
        x, _ = self.lstm_1(x.flip(1))
        return torch.cat([out2[:, -1], x[:, -1]], dim=-1)


class LSTM(nn.Module):
    """An LSTM with any activations, dropout the same at all steps."""

    def __init__(
        self,
        input_size,
        hidden_size,
        bias=True,
        activation=torch.tanh,
        recurrent_activation=torch.sigmoid,
        dropout=0.0,
        recurrent_dropout=0.0,
    ):
        super().__init__()
        self.activation = activation
        self.recurrent_activation = recurrent_activation
        self.dropout = dropout
        self.recurrent_dropout = recurrent_dropout
        self.weight_ih = nn.Parameter(torch.empty(4 * hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.empty(4 * hidden_size, hidden_size))
        self.bias = nn.Parameter(torch.zeros(4 * hidden_size)) if bias else None
        nn.init.xavier_uniform_(self.weight_ih)
        nn.init.orthogonal_(self.weight_hh)
        if bias:
            nn.init.ones_(self.bias[hidden_size : 2 * hidden_size])  # forget gate

    def forward(self, x, state=None, mask=None):
        if state is None:
            state = 2 * (x.new_zeros(len(x), self.weight_hh.shape[1]),)
        h, c = state
        weight_ih = self.weight_ih.unflatten(0, (4, -1)).mT  # one matrix for each gate
        weight_hh = self.weight_hh.unflatten(0, (4, -1)).mT
        keep_x = self.dropout_mask(x[:, 0], self.dropout)
        keep_h = self.dropout_mask(h, self.recurrent_dropout)
        bias = 0.0 if self.bias is None else self.bias.view(4, 1, -1)
        output, outputs = torch.zeros_like(h), []
        for step in range(x.shape[1]):
            gates = (x[:, step] * keep_x) @ weight_ih + (h * keep_h) @ weight_hh + bias
            i, f, o = self.recurrent_activation(gates[[0, 1, 3]])
            new_c = f * c + i * self.activation(gates[2])
            new_h = o * self.activation(new_c)
            if mask is None:
                output, h, c = new_h, new_h, new_c
            else:
                keep = mask[:, step, None]
                output = torch.where(keep, new_h, output)
                h, c = torch.where(keep, new_h, h), torch.where(keep, new_c, c)
            outputs.append(output)
        return torch.stack(outputs, dim=1), (h, c)

    def dropout_mask(self, x, rate):
        gates = 4 if self.recurrent_dropout else 1
        return F.dropout(x.new_ones(gates, *x.shape), rate, self.training)


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.GRU):
        for name, weight in module.named_parameters():
            if "weight_ih" in name:
                nn.init.xavier_uniform_(weight)
            elif "weight_hh" in name:
                nn.init.orthogonal_(weight)
            else:
                nn.init.zeros_(weight)


model = Model()
