from torch import nn
from torch.nn import functional as F

SIZES = (32, 16, 8, 4)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        features = 8
        self.denses = nn.ModuleList()
        for units in SIZES:
            if units < 8:
                break
            self.denses.append(nn.Linear(features, units))
            features = units
        self.dense = nn.Linear(features, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        for units, dense in zip(SIZES, self.denses):
            if units < 8:
                break
            x = F.relu(dense(x))
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()

for number, units in enumerate(SIZES):
    if units < 8:
        continue
    print(number, units)
