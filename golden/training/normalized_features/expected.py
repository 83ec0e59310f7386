import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_diabetes

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

features, targets = load_diabetes(return_X_y=True, scaled=False)
targets = targets / 100.0
train_features, train_targets = features[:300], targets[:300]

# body mass index alone
bmi = np.array(train_features[:, 2:3])


class Bmi(nn.Module):
    def __init__(self):
        super().__init__()
        self.bmi_normalizer = Normalization().adapt(bmi)
        self.dense = nn.Linear(1, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.bmi_normalizer(x)
        return self.dense(x)


class Normalization(nn.Module):
    """Subtract a mean and divide by a deviation, both found in data beforehand."""

    def __init__(self, *size):
        super().__init__()
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("variance", torch.ones(size))

    def adapt(self, data):
        data = torch.as_tensor(np.asarray(data)).to(self.mean)
        dims = list(range(data.dim() - self.mean.dim()))
        self.mean = data.mean(dims)
        self.variance = data.var(dims, correction=0)
        return self

    def forward(self, x):
        return (x - self.mean) / self.variance.sqrt().clamp(min=1e-7)


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


def train_model_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and absolute error over the samples."""
    model.train()
    loss_sum = absolute_error = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        absolute_error += (outputs - targets).abs().sum().item()
    return loss_sum / len(loader.dataset), absolute_error / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and absolute error over the samples."""
    model.eval()
    loss_sum = absolute_error = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss_sum += criterion(outputs, targets).item() * len(inputs)
        absolute_error += (outputs - targets).abs().sum().item()
    return loss_sum / len(loader.dataset), absolute_error / len(loader.dataset)


bmi_model = Bmi().to(device)
bmi_model_criterion = nn.L1Loss()
bmi_model_optimizer = torch.optim.SGD(bmi_model.parameters(), lr=0.05)

# The last 20% are for validation
split = int(len(bmi) * 0.8)
train_data = TensorDataset(
    torch.as_tensor(bmi[:split], dtype=torch.float32).reshape(-1, 1),
    torch.as_tensor(train_targets[:split], dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

for _ in range(3):
    train_epoch(bmi_model, train_loader, bmi_model_criterion, bmi_model_optimizer)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        # all of them
        self.normalization = Normalization(10).adapt(np.array(train_features))
        self.dense = nn.Linear(10, 16)
        self.dense_1 = nn.Linear(16, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.normalization(x)
        x = F.relu(self.dense(x))
        return self.dense_1(x)


model = Model().to(device)
model_criterion = nn.MSELoss()
model_optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(train_features, dtype=torch.float32),
    torch.as_tensor(train_targets, dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

for _ in range(3):
    train_model_epoch(model, train_loader, model_criterion, model_optimizer)

test_data = TensorDataset(
    torch.as_tensor(features[300:], dtype=torch.float32),
    torch.as_tensor(targets[300:], dtype=torch.float32).reshape(-1, 1),
)
print(list(evaluate(model, DataLoader(test_data, batch_size=32), model_criterion)))
