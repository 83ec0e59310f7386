import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = np.random.rand(50, 6), np.random.rand(50)


class Build(nn.Module):
    def __init__(self, units):
        super().__init__()
        self.dense = nn.Linear(6, units)
        self.batch_normalization = nn.BatchNorm1d(units, eps=1e-3, momentum=0.01)
        self.dense_1 = nn.Linear(units, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        x = self.batch_normalization(x)
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


@torch.no_grad()
def predict(model, x):
    """Outputs as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


def build(units):
    return Build(units).to(device)


class Experiment:
    def __init__(self, units):
        self.model = build(units)
        self.criterion = nn.MSELoss()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.01)

    def train(self, x, y):
        train_data = TensorDataset(
            torch.as_tensor(x, dtype=torch.float32),
            torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
        )
        train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

        for _ in range(2):
            train_epoch(self.model, train_loader, self.criterion, self.optimizer)


model = build(4)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

for _ in range(2):
    train_epoch(model, train_loader, criterion, optimizer)

# TODO(tf2torch) T2T101: `model.layers[1].trainable` is left as it is; the model is an nn.Module now
model.layers[1].trainable = False
criterion = nn.L1Loss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

for _ in range(2):
    train_epoch(model, train_loader, criterion, optimizer)

experiment = Experiment(8)
experiment.train(x, y)
values = predict(experiment.model, x)
names = ["loss"]
