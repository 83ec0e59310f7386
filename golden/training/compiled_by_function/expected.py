import numpy as np
from sklearn.datasets import load_wine
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Model(nn.Module):
    def __init__(self, hidden, features=13):
        super().__init__()
        self.dense = nn.Linear(features, hidden)
        self.dense_1 = nn.Linear(hidden, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        return F.softmax(self.forward_logits(x), dim=-1)

    def forward_logits(self, x):
        """The scores before the softmax, for the loss."""
        x = F.relu(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


def build_model(hidden, features=13):
    return Model(hidden, features).to(device)


def announce(model, lr):
    print("rate", lr)
    print("ready")


def train_model(model, criterion, optimizer, x, y, epochs=2):
    train_data = TensorDataset(
        torch.as_tensor(x, dtype=torch.float32),
        torch.as_tensor(y, dtype=torch.long).flatten(),
    )
    train_loader = DataLoader(train_data, batch_size=16)

    history = {"loss": [], "accuracy": []}
    for _ in range(epochs):
        loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
        history["loss"].append(loss)
        history["accuracy"].append(accuracy)
    return history["loss"]


wine = load_wine()
x = (wine.data - wine.data.mean(0)) / wine.data.std(0)
y = wine.target
small = build_model(8)
# the larger the batches, the larger the rate
# twice
# labels are integers
criterion = nn.CrossEntropyLoss()
small_optimizer = torch.optim.SGD(small.parameters(), lr=0.01 * 2, momentum=0.0)
large = build_model(32)
# the large one goes slower
criterion = nn.CrossEntropyLoss()
large_optimizer = torch.optim.SGD(large.parameters(), lr=0.005 * 2, momentum=0.9)
third = build_model(4)
announce(third, 0.1)
criterion = nn.CrossEntropyLoss()
third_optimizer = torch.optim.SGD(third.parameters(), lr=0.1)
losses = train_model(small, criterion, small_optimizer, x, y)
more = train_model(large, criterion, large_optimizer, x, y)
print(losses, more, train_model(third, criterion, third_optimizer, x, y, epochs=1))
test_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long)
)
print(list(evaluate(large, DataLoader(test_data, batch_size=32), criterion)))
rates = {}
for rate in (0.1, 0.01):
    model = build_model(8)
    criterion = nn.CrossEntropyLoss()
    model_optimizer = torch.optim.SGD(model.parameters(), lr=rate * 2, momentum=0.0)
    rates[rate] = train_model(model, criterion, model_optimizer, x, y)
    test_data = TensorDataset(
        torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long)
    )
    score = evaluate(model, DataLoader(test_data, batch_size=32), criterion)
    print(score[1])
