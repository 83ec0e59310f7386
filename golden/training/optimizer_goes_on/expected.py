import numpy as np
from sklearn.datasets import load_diabetes
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_diabetes(return_X_y=True)
y = (y - y.mean()) / y.std()


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(10, 8)
        self.dense_1 = nn.Linear(8, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = torch.tanh(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


model = Model().to(device)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(
    model.parameters(), lr=0.0625, momentum=0.875, nesterov=True
)

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)

first = {"loss": []}
for _ in range(2):
    loss = train_epoch(model, train_loader, criterion, optimizer)
    first["loss"].append(loss)

# the same optimizer goes on with another loss
criterion = nn.L1Loss()

second = {"loss": []}
for _ in range(2):
    loss = train_epoch(model, train_loader, criterion, optimizer)
    second["loss"].append(loss)

# one of its own starts anew
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(
    model.parameters(), lr=0.0625, momentum=0.875, nesterov=True
)

third = {"loss": []}
for _ in range(2):
    loss = train_epoch(model, train_loader, criterion, optimizer)
    third["loss"].append(loss)

print(first["loss"], second["loss"], np.array(third["loss"]))
