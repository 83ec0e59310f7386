from torch import nn
from torch.nn import functional as F


class DenseModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(3, 3)
        self.conv1d = nn.Conv1d(3, 1, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        x2 = x.transpose(1, 2)
        y = self.conv1d(x2)
        z = F.max_pool1d(x2, 2)
        return x, y.transpose(1, 2), z.transpose(1, 2)


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, (nn.Conv1d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.GRU):
        for name, weight in module.named_parameters():
            if "weight_ih" in name:
                nn.init.xavier_uniform_(weight)
            elif "weight_hh" in name:
                nn.init.orthogonal_(weight)
            else:
                nn.init.zeros_(weight)


dense = DenseModel()


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(3, 3, batch_first=True)
        self.conv1d = nn.Conv1d(3, 1, 3)
        self.apply(init_like_keras)

    def forward(self, frames):
        x, _ = self.gru(frames)
        y = self.conv1d(x.transpose(1, 2))
        return x, y.transpose(1, 2)


recurrent = Recurrent()


class Stateful(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(3, 3, batch_first=True)
        self.conv1d = nn.Conv1d(3, 1, 3)
        self.apply(init_like_keras)

    def forward(self, steps):
        x, h = self.gru(steps)
        state = h[-1]
        x2 = x.transpose(1, 2)
        y = self.conv1d(x2)
        z = F.max_pool1d(x2, 2)
        return x, y.transpose(1, 2), z.transpose(1, 2), state


stateful = Stateful()
