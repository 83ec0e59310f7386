import torch
from torch import nn


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(3, 3, 3)
        self.apply(init_like_keras)

    def forward(self, inputs):
        inputs2 = inputs.permute(0, 3, 1, 2)
        x = self.conv2d(
            (
                inputs * torch.tensor([1.0, 2.0, 3.0], device=inputs2.device)
                + torch.arange(3, dtype=torch.float32, device=inputs2.device) / 8.0
            ).permute(0, 3, 1, 2)
        )
        return x.mean((2, 3))


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()


class Build(nn.Module):
    def __init__(self, n=6):
        super().__init__()
        self.n = n
        self.denses = nn.ModuleList()
        for _ in range(2):
            self.denses.append(nn.Linear(4, 4))
        self.apply(init_like_keras)

    def forward(self, inputs):
        x = (
            inputs
            + torch.arange(self.n, dtype=torch.float32, device=inputs.device)[:, None]
            * torch.arange(4, device=inputs.device).float()[None]
            / 8.0
        )
        for i, dense in enumerate(self.denses):
            x = dense(x) * (torch.arange(4.0, device=inputs.device) * (i + 1)).sin()
        return torch.cat([x, torch.zeros(1, self.n, 4, device=x.device) + x], dim=-1)


def build(n=6):
    return Build(n)


m = build(5)
