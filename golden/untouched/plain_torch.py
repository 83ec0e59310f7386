"""Train a tiny network with torch; nothing to convert here."""

import torch
from torch import nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, hidden = 8):
        super().__init__()
        self.dense = nn.Linear(4, hidden)
        self.out   = nn.Linear(hidden, 1)

    def forward(self, x):
        return self.out(F.relu(self.dense(x)))   # no activation


model = Net()
optimizer = torch.optim.Adam(model.parameters())
for _ in range(3):
    x = torch.randn(16, 4)
    loss = F.mse_loss(model(x), x.sum(1, keepdim=True))
    optimizer.zero_grad(); loss.backward(); optimizer.step()
