from torch import nn


class Decoder(nn.Module):
    def __init__(self, steps=3, units=4):
        super().__init__()
        self.steps = steps
        self.cell = nn.LSTMCell(units, units)
        self.dense = nn.Linear(units, 2)
        self.apply(init_like_keras)

    def forward(self, inputs, start_h, start_c):
        h, c = start_h, start_c
        for i in range(self.steps):
            x = inputs[:, i]
            h2, c2 = self.cell(x, (h, c))
            h, c = h2, c2
        return self.dense(h)


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.LSTMCell):
        for name, weight in module.named_parameters():
            if "weight_ih" in name:
                nn.init.xavier_uniform_(weight)
            elif "weight_hh" in name:
                nn.init.orthogonal_(weight)
            else:
                nn.init.zeros_(weight)
            if "bias_ih" in name:
                nn.init.ones_(weight.detach().chunk(4)[1])  # forget gate


def decoder(steps=3, units=4):
    return Decoder(steps, units)


model = decoder()
