"""A function that looks at what training gave, and decides by it."""

from sklearn.datasets import load_breast_cancer
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_breast_cancer(return_X_y=True)
x = (x - x.mean(axis=0)) / x.std(axis=0)


class Train(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(30, 16)
        self.dense_1 = nn.Linear(16, 1)
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
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def predict(model, x):
    """Probabilities as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat(
        [model(batch.to(device)).sigmoid().cpu() for batch in batches]
    ).numpy()


def train(patience=2):
    model = Train().to(device)
    criterion = nn.BCEWithLogitsLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    best, wait = float("inf"), 0

    train_data = TensorDataset(
        torch.as_tensor(x[:400], dtype=torch.float32),
        torch.as_tensor(y[:400], dtype=torch.float32).reshape(-1, 1),
    )
    train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
    test_data = TensorDataset(
        torch.as_tensor(x[400:], dtype=torch.float32),
        torch.as_tensor(y[400:], dtype=torch.float32).reshape(-1, 1),
    )

    for epoch in range(8):
        train_loss, train_accuracy = train_epoch(
            model, train_loader, criterion, optimizer
        )
        history = {"loss": [train_loss], "accuracy": [train_accuracy]}
        if history["loss"][0] > 10:
            continue
        loss, accuracy = evaluate(
            model, DataLoader(test_data, batch_size=32), criterion
        )
        if loss < best:
            best, wait = loss, 0
        else:
            wait += 1
            if wait >= patience:
                break
    found = 0
    for row in predict(model, x):
        if row[0] > 0.5:
            found += 1
    return best, accuracy, found


best, accuracy, found = train()
