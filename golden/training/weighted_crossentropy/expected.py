import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_wine

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def weighted_categorical_crossentropy(weights):
    """Categorical crossentropy with a weight for each class."""
    weights = torch.tensor(weights, dtype=torch.float32, device=device)

    def loss(y_true, y_pred):
        # the probabilities of each sample sum up to 1
        y_pred = y_pred / y_pred.sum(dim=-1, keepdim=True)
        y_pred = y_pred.clamp(1e-7, 1 - 1e-7)
        loss = y_true * y_pred.log() * weights
        return -loss.sum(dim=-1)

    return loss


x, labels = load_wine(return_X_y=True)
x = (x - x.mean(axis=0)) / x.std(axis=0)
y = np.eye(labels.max() + 1, dtype="float32")[labels]
counts = np.bincount(labels)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(13, 3)
        self.apply(init_like_keras)

    def forward(self, inputs):
        return F.softmax(self.dense(inputs), dim=-1)


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
        loss = criterion(targets, outputs).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss over the samples."""
    model.eval()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss_sum += criterion(targets, outputs).mean().item() * len(inputs)
    return loss_sum / len(loader.dataset)


def train_other_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(targets, outputs).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += (outputs.argmax(1) == targets.argmax(1)).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


def build_model():
    return Model().to(device)


model = build_model()
model_criterion = weighted_categorical_crossentropy(len(x) / (3 * counts))
model_optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

# The last 10% are for validation
split = int(len(x) * 0.9)
train_data = TensorDataset(
    torch.as_tensor(x[:split], dtype=torch.float32),
    torch.as_tensor(y[:split], dtype=torch.float32),
)
val_data = TensorDataset(
    torch.as_tensor(x[split:], dtype=torch.float32),
    torch.as_tensor(y[split:], dtype=torch.float32),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
val_loader = DataLoader(val_data, batch_size=32)

history = {"loss": [], "val_loss": []}
for _ in range(3):
    loss = train_epoch(model, train_loader, model_criterion, model_optimizer)
    val_loss = evaluate(model, val_loader, model_criterion)
    history["loss"].append(loss)
    history["val_loss"].append(val_loss)

print(history["val_loss"])

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.float32)
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

for weight in (2.0, 10.0):
    other = build_model()
    criterion = weighted_categorical_crossentropy([1.0, weight, 1.0])
    other_optimizer = torch.optim.SGD(other.parameters(), lr=0.01)

    result = {"loss": [], "accuracy": []}
    for _ in range(2):
        loss, accuracy = train_other_epoch(
            other, train_loader, criterion, other_optimizer
        )
        result["loss"].append(loss)
        result["accuracy"].append(accuracy)

    print(weight, result["accuracy"][-1])
