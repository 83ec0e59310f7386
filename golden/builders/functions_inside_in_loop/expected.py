from torch import nn


def raised(x, shift=1.0, *, power):
    return (x + shift) ** power


class Net(nn.Module):
    def __init__(self, depth=2, power=2, residual=True):
        super().__init__()
        self.power = power
        self.residual = residual
        self.denses = nn.ModuleList()
        for _ in range(depth):
            self.denses.append(nn.Linear(6, 6))
        self.apply(init_like_keras)

    def forward(self, x):
        for dense in self.denses:
            y = dense(x)
            if self.residual:
                y = raised(y, power=self.power) * 0.1 + x
            x = raised(y, 0.5, power=self.power)
        return x


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_net(depth=2, power=2, residual=True):
    return Net(depth, power, residual)
