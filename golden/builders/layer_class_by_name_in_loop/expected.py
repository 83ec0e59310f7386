from torch import nn


class Forecaster(nn.Module):
    def __init__(self, cell, units=(16, 8)):
        super().__init__()
        if cell not in ("lstm", "gru", "rnn"):
            raise KeyError(cell)
        channels = 1
        self.rnns = nn.ModuleList()
        for n in units[:-1]:
            if cell == "lstm":
                self.rnns.append(nn.LSTM(channels, n, batch_first=True))
            elif cell == "gru":
                self.rnns.append(nn.GRU(channels, n, batch_first=True))
            else:
                self.rnns.append(nn.RNN(channels, n, batch_first=True))
            channels = n
        if cell == "lstm":
            self.rnn = nn.LSTM(channels, units[-1], batch_first=True)
        elif cell == "gru":
            self.rnn = nn.GRU(channels, units[-1], batch_first=True)
        else:
            self.rnn = nn.RNN(channels, units[-1], batch_first=True)
        self.dense = nn.Linear(units[-1], 1)
        self.apply(init_like_keras)

    def forward(self, x):
        for rnn in self.rnns:
            x, _ = rnn(x)
        x, _ = self.rnn(x)
        x = x[:, -1]
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, (nn.LSTM, nn.GRU, nn.RNN)):
        for name, weight in module.named_parameters():
            if "weight_ih" in name:
                nn.init.xavier_uniform_(weight)
            elif "weight_hh" in name:
                nn.init.orthogonal_(weight)
            else:
                nn.init.zeros_(weight)
            if "bias_ih" in name and isinstance(module, nn.LSTM):
                nn.init.ones_(weight.detach().chunk(4)[1])  # forget gate


def forecaster(cell, units=(16, 8), window=24):
    """A stack of recurrent layers of any kind."""
    return Forecaster(cell, units)


lstm = forecaster("lstm")
gru = forecaster("gru", units=(8, 8, 4))
rnn = forecaster("rnn", units=(8,))
