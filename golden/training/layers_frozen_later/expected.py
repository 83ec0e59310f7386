"""Learn the digits below five, freeze what finds their features, and go on with the others."""

from sklearn.datasets import load_digits
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_digits(return_X_y=True)
x = (x / 16.0).reshape(-1, 8, 8, 1)
low = y < 5


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(1, 8, 3)
        self.hidden = nn.Linear(72, 16)
        self.dense = nn.Linear(16, 5)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        x = F.max_pool2d(x, 2)
        x = x.permute(0, 2, 3, 1).flatten(1)
        x = F.relu(self.hidden(x))
        return self.dense(x)  # logits: the loss applies the softmax


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(x[low], dtype=torch.float32),
    torch.as_tensor(y[low], dtype=torch.long),
)
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)

for _ in range(2):
    train_epoch(model, train_loader, criterion, optimizer)

# freeze the features
model.conv2d.requires_grad_(False)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(x[~low], dtype=torch.float32),
    torch.as_tensor(y[~low] - 5, dtype=torch.long).flatten(),
)
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)

for _ in range(2):
    train_epoch(model, train_loader, criterion, optimizer)

# only the last layer, slowly
model.hidden.requires_grad_(False)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.001)
train_epoch(model, train_loader, criterion, optimizer)

model.conv2d.requires_grad_(True)
model.hidden.requires_grad_(True)  # all of it again
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
train_epoch(model, train_loader, criterion, optimizer)
score = evaluate(model, DataLoader(train_data, batch_size=32), criterion)
