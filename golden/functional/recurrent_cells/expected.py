from torch import nn


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(4, 6, batch_first=True)
        self.gru = nn.GRU(6, 3, batch_first=True)
        self.simple_rnn = nn.RNN(3, 4, batch_first=True)
        self.lstm_1 = nn.LSTM(4, 2, batch_first=True)
        # two steps by hand
        self.cell = with_init(nn.GRUCell(4, 3), weight_ih=he_normal_)
        self.simple_rnn_1 = nn.RNNCell(3, 3, nonlinearity="relu")
        self.apply(init_like_keras)

    def forward(self, steps, h):
        stacked, _ = self.lstm(steps)
        stacked, _ = self.gru(stacked)
        stacked, _ = self.simple_rnn(stacked.flip(1))
        stacked, _ = self.lstm_1(stacked)
        stacked = stacked[:, -1]
        x = steps[:, 0]
        h2 = self.cell(x, h)
        first, h_1 = h2, h2
        h3 = self.simple_rnn_1(first, h_1)
        second, h_2 = h3, h3
        return stacked, second, h_2


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
    if isinstance(module, (nn.LSTM, nn.GRU, nn.GRUCell, nn.RNN, nn.RNNCell)):
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
