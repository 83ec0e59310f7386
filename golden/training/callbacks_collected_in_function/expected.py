"""Several widths, each with its own callbacks."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Lowest:
    """Keeps the lowest loss."""

    def on_train_begin(self, logs=None):
        self.loss = float("inf")

    def on_epoch_end(self, epoch, logs=None):
        self.loss = min(self.loss, logs["loss"])


class Train(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.dense = nn.Linear(30, width)
        self.dense_1 = nn.Linear(width, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = torch.tanh(self.dense(x))
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


def train(x, y, width, epochs=6):
    model = Train(width).to(device)
    criterion = nn.BCEWithLogitsLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

    lowest = Lowest()

    train_data = TensorDataset(
        torch.as_tensor(x, dtype=torch.float32),
        torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
    )
    train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

    lowest.on_train_begin()
    best_loss, wait = None, 0
    for epoch in range(epochs):
        loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
        logs = {"accuracy": accuracy, "loss": loss}
        lowest.on_epoch_end(epoch, logs)
        # Stop early
        if best_loss is None or loss + 0.02 < best_loss:
            best_loss, wait = loss, 0
        else:
            wait += 1
            if wait >= 1:
                break

    return lowest.loss


x, y = load_breast_cancer(return_X_y=True)
x = StandardScaler().fit_transform(x)
found = []
for width in (4, 8):
    found.append(train(x, y, width))
print("lowest losses:", found)
