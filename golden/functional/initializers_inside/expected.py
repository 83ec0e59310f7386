import torch
from torch import nn


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = with_init(
            nn.LSTM(4, 3, batch_first=True, bidirectional=True),
            bias_ih_l0=nn.init.ones_,
            weight_ih_l0=he_normal_,
            bias_ih_l0_reverse=nn.init.ones_,
            weight_ih_l0_reverse=he_normal_,
        )
        self.lstm_1 = with_init(
            nn.LSTM(6, 4, batch_first=True), weight_ih_l0=nn.init.ones_
        )
        self.gru = with_init(
            nn.GRU(4, 3, batch_first=True), weight_hh_l0=nn.init.xavier_uniform_
        )
        self.apply(init_like_keras)

    def forward(self, steps):
        x, _ = self.lstm(steps)
        out, (h, c) = self.lstm_1(x)
        x, last, cell = out, h[-1], c[-1]
        x, _ = self.gru(x)
        x = x[:, -1]
        return torch.cat([x, last, cell], dim=-1)


def he_normal_(weight):
    """He normal, cut off at two standard deviations as in Keras."""
    std = (2 / weight[0].numel()) ** 0.5 / 0.87962566103423978
    return nn.init.trunc_normal_(weight, std=std, a=-2 * std, b=2 * std)


def with_init(module, **inits):
    """Start these weights of a layer in their own way, the others as Keras does."""
    init_like_keras(module)
    for name, init in inits.items():
        weight = getattr(module, name, None)  # there may be none, or a fixed one
        if isinstance(weight, nn.Parameter) or name.startswith("running"):
            init(weight)
    module.initialized = True
    return module


def init_like_keras(module):
    """Start from Keras's default weights."""
    if hasattr(module, "initialized"):
        return
    if isinstance(module, (nn.LSTM, nn.GRU)):
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
