"""Three models in a script, whose inputs bear the same name."""

from torch import nn
from torch.nn import functional as F


class Conv(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1d = nn.Conv1d(4, 8, 3)
        self.dense = nn.Linear(8, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.transpose(1, 2)
        x = F.relu(self.conv1d(x))
        x = x.amax(2)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, (nn.Conv1d, nn.Linear)):
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


conv = Conv()


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(4, 8, batch_first=True)
        self.dense = nn.Linear(8, 2)
        self.apply(init_like_keras)

    def forward(self, inputs):
        x, _ = self.lstm(inputs)
        x = x[:, -1]
        return self.dense(x)


recurrent = Recurrent()


class Siamese(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 2)
        self.apply(init_like_keras)

    def forward(self, inputs2, inputs3):
        inputs = [inputs2, inputs3]
        x = inputs[0] - inputs[1]
        return self.dense(x)


siamese = Siamese()
