from torch import nn


class LSTMRNN(nn.Module):
    def __init__(self, units=(32, 16), features=4):
        super().__init__()
        channels = features
        self.lstms = nn.ModuleList()
        for u in units[:-1]:
            self.lstms.append(nn.LSTM(channels, u, batch_first=True))
            channels = u
        self.lstm = nn.LSTM(channels, units[-1], batch_first=True)
        self.dense = nn.Linear(units[-1], 1)
        self.apply(init_like_keras)

    def forward(self, x):
        for lstm in self.lstms:
            x, _ = lstm(x)
        x, _ = self.lstm(x)
        x = x[:, -1]
        return self.dense(x)


class GRURNN(nn.Module):
    def __init__(self, units=(32, 16), features=4):
        super().__init__()
        self.gru = nn.GRU(features, units[-1], batch_first=True)
        self.dense = nn.Linear(units[-1], 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x, _ = self.gru(x)
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


def build_rnn(cell="lstm", units=(32, 16), steps=20, features=4):
    if cell == "lstm":
        model = LSTMRNN(units, features)
    elif cell == "gru":
        model = GRURNN(units, features)
    else:
        raise ValueError(f"unknown cell {cell}")
    return model


lstm = build_rnn()
gru = build_rnn("gru")
