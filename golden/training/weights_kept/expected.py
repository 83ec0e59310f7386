import copy

import numpy as np
from sklearn.datasets import load_wine
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_wine(return_X_y=True)
x = StandardScaler().fit_transform(x)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(13, 16)
        self.dropout = nn.Dropout(0.2)
        self.dense_1 = nn.Linear(16, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        x = self.dropout(x)
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


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
print("parameters:", sum(p.numel() for p in model.parameters()))

# every fold begins with the same weights
initial_weights = copy.deepcopy(model.state_dict())
scores = []
for train, test in KFold(3).split(x):
    model.load_state_dict(initial_weights)

    train_data = TensorDataset(
        torch.as_tensor(x[train], dtype=torch.float32),
        torch.as_tensor(y[train], dtype=torch.long),
    )
    train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

    for _ in range(2):
        train_epoch(model, train_loader, criterion, optimizer)

    test_data = TensorDataset(
        torch.as_tensor(x[test], dtype=torch.float32),
        torch.as_tensor(y[test], dtype=torch.long),
    )
    loss, accuracy = evaluate(model, DataLoader(test_data, batch_size=32), criterion)
    scores.append(accuracy)
print(np.mean(scores))
