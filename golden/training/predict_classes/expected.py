import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_breast_cancer, load_wine

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_breast_cancer(return_X_y=True)
x = (x - x.mean(axis=0)) / x.std(axis=0)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(30, 8)
        self.dense_1 = nn.Linear(8, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)  # logits: the loss applies the sigmoid


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
        correct += ((logits > 0) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def predict(model, x, batch_size=32):
    """Probabilities as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(batch_size)
    return torch.cat(
        [model(batch.to(device)).sigmoid().cpu() for batch in batches]
    ).numpy()


def train_tasting_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


@torch.no_grad()
def predict_tasting(model, x, batch_size=32):
    """Class probabilities as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(batch_size)
    return torch.cat(
        [model(batch.to(device)).softmax(1).cpu() for batch in batches]
    ).numpy()


model = Model().to(device)
model_criterion = nn.BCEWithLogitsLoss()
model_optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

for _ in range(2):
    train_epoch(model, train_loader, model_criterion, model_optimizer)

# malignant or not
classes = (predict(model, x[:10]) > 0.5).astype("int32")
chances = predict(model, x[:10], batch_size=5)
print(classes[:, 0], chances.round(3))

wines, kinds = load_wine(return_X_y=True)
wines = (wines - wines.mean(axis=0)) / wines.std(axis=0)


class Tasting(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(13, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)  # logits: the loss applies the softmax


if len(wines) > 10:
    tasting = Tasting().to(device)
    tasting_criterion = nn.CrossEntropyLoss()
    tasting_optimizer = torch.optim.SGD(tasting.parameters(), lr=0.01)

    train_data = TensorDataset(
        torch.as_tensor(wines, dtype=torch.float32),
        torch.as_tensor(kinds, dtype=torch.long),
    )
    train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

    for epoch in range(2):
        train_tasting_epoch(tasting, train_loader, tasting_criterion, tasting_optimizer)
        right = np.mean(predict_tasting(tasting, wines).argmax(-1) == kinds)
        print(epoch, right)
