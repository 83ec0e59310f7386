import numpy as np
from sklearn.datasets import load_digits
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

X, y = load_digits(return_X_y=True)
X = X / 16.0
X_test, y_test = X[1500:], y[1500:]

train_scores, test_scores = [], []


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(64, 20)
        self.dense_1 = nn.Linear(20, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)  # logits: the loss applies the softmax


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
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


test_data = TensorDataset(
    torch.as_tensor(X_test, dtype=torch.float32),
    torch.as_tensor(y_test, dtype=torch.long),
)

for size in [200, 400, 800]:
    model = Model().to(device)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

    train_data = TensorDataset(
        torch.as_tensor(X[:size], dtype=torch.float32),
        torch.as_tensor(y[:size], dtype=torch.long),
    )
    train_loader = DataLoader(train_data, batch_size=20, shuffle=True)

    for _ in range(2):
        train_epoch(model, train_loader, criterion, optimizer)

    train_scores.append(
        evaluate(model, DataLoader(train_data, batch_size=32), criterion)[1]
    )
    test_scores.append(
        evaluate(model, DataLoader(test_data, batch_size=32), criterion)[1]
    )
for size, a, b in zip([200, 400, 800], train_scores, test_scores):
    print(size, round(a, 3), round(b, 3))
