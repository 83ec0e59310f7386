import numpy as np
from sklearn.datasets import load_wine
from sklearn.preprocessing import StandardScaler
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

wine = load_wine()
X = StandardScaler().fit_transform(wine.data)
y = wine.target
order = [i * 5 % 178 for i in range(178)]
X_train, y_train = X[order[:140]], y[order[:140]]
X_test, y_test = X[order[140:]], y[order[140:]]


class Model(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.dense = nn.Linear(13, hidden)
        self.dense_1 = nn.Linear(hidden, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)


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


def create_model(lr=0.05, hidden=16):
    return Model(hidden).to(device)


small = create_model(hidden=8)
# the outputs are logits
criterion = nn.CrossEntropyLoss()
small_optimizer = torch.optim.SGD(small.parameters(), lr=0.05 / 2, momentum=0.9)
large = create_model(0.01 + 0.02, hidden=32)
large_optimizer = torch.optim.SGD(
    large.parameters(), lr=(0.01 + 0.02) / 2, momentum=0.9
)

train_data = TensorDataset(
    torch.as_tensor(X_train, dtype=torch.float32),
    torch.as_tensor(y_train, dtype=torch.long).flatten(),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

for _ in range(3):
    train_epoch(small, train_loader, criterion, small_optimizer)

for _ in range(3):
    train_epoch(large, train_loader, criterion, large_optimizer)

test_data = TensorDataset(
    torch.as_tensor(X_test, dtype=torch.float32),
    torch.as_tensor(y_test, dtype=torch.long).flatten(),
)
print(
    list(evaluate(small, DataLoader(test_data, batch_size=32), criterion)),
    list(evaluate(large, DataLoader(test_data, batch_size=32), criterion)),
)

# An untrained model, to compare with
untrained = create_model()
print(
    "untrained: {:.3f}".format(
        evaluate(untrained, DataLoader(test_data, batch_size=32), criterion)[1]
    )
)

scores = []

train_data = TensorDataset(
    torch.as_tensor(X_train, dtype=torch.float32),
    torch.as_tensor(y_train, dtype=torch.long).flatten(),
)
val_data = TensorDataset(
    torch.as_tensor(X_test, dtype=torch.float32),
    torch.as_tensor(y_test, dtype=torch.long).flatten(),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
val_loader = DataLoader(val_data, batch_size=32)

for rate in [0.1, 0.01]:
    model = create_model(rate)
    model_optimizer = torch.optim.SGD(model.parameters(), lr=rate / 2, momentum=0.9)

    history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
    for _ in range(2):
        loss, accuracy = train_epoch(model, train_loader, criterion, model_optimizer)
        val_loss, val_accuracy = evaluate(model, val_loader, criterion)
        history["loss"].append(loss)
        history["accuracy"].append(accuracy)
        history["val_loss"].append(val_loss)
        history["val_accuracy"].append(val_accuracy)

    scores.append(history["val_accuracy"][-1])
print(np.round(scores, 3))
