from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.denses = nn.ModuleList()
        self.dropouts = nn.ModuleList()
        for units in [64, 32]:
            self.denses.append(nn.LazyLinear(units))
            self.dropouts.append(nn.Dropout(0.2))
            channels = units
        self.dense = nn.Linear(channels, 10)

    def forward(self, x):
        for dense, dropout in zip(self.denses, self.dropouts):
            x = F.relu(dense(x))
            x = dropout(x)
        return F.softmax(self.dense(x), dim=-1)


model = Model()
