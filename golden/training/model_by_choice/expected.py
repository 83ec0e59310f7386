"""Classify wines with a model that is chosen by its name."""

import numpy as np
from sklearn.datasets import load_wine
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Linear(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(13, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        return F.softmax(self.forward_logits(x), dim=-1)

    def forward_logits(self, x):
        """The scores before the softmax, for the loss."""
        return self.dense(x)


def build_linear():
    return Linear().to(device)


class MLP(nn.Module):
    def __init__(self, units=16, rate=0.2):
        super().__init__()
        self.dense = nn.Linear(13, units)
        self.layer_normalization = nn.LayerNorm(units, eps=1e-3)
        self.dropout = nn.Dropout(rate)
        self.dense_1 = nn.Linear(units, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        return F.softmax(self.forward_logits(x), dim=-1)

    def forward_logits(self, x):
        """The scores before the softmax, for the loss."""
        x = F.relu(self.dense(x))
        x = self.layer_normalization(x)
        x = self.dropout(x)
        return self.dense_1(x)


def build_mlp(units=16, rate=0.2):
    return MLP(units, rate).to(device)


class LinearModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(13, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


class DeepModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(13, 8)
        self.dense_1 = nn.Linear(8, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = torch.tanh(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
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
        absolute_error += (outputs - targets).abs().mean().item() * len(inputs)
    return loss_sum / len(loader.dataset), absolute_error / len(loader.dataset)


def train_other_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss = criterion(logits, targets)
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
        logits = model.forward_logits(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
    return loss_sum / len(loader.dataset)


def train_last_epoch(model, loader, criterion, optimizer):
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


@torch.no_grad()
def evaluate_model(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def predict(model, x):
    """Class probabilities as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


def get_model(kind, lr):
    """A regressor of the color, compiled."""
    if kind == "linear":
        model = LinearModel().to(device)
    elif kind == "deep":
        model = DeepModel().to(device)
    else:
        raise ValueError(f"unknown model {kind}")
    return model


def build_for(task):
    if task == "quick":
        return build_linear()
    # all else takes its time
    return build_mlp(8)


def compiled(rate):
    model = build_mlp(4, rate)
    return model


MODELS = {"linear": build_linear, "mlp": build_mlp}


def run(kind, x, y, epochs=3):
    model = MODELS[kind]()
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    train_data = TensorDataset(
        torch.as_tensor(x, dtype=torch.float32),
        torch.as_tensor(y, dtype=torch.long).flatten(),
    )
    train_loader = DataLoader(train_data, batch_size=16)

    history = {"loss": [], "accuracy": []}
    for _ in range(epochs):
        loss, accuracy = train_last_epoch(model, train_loader, criterion, optimizer)
        history["loss"].append(loss)
        history["accuracy"].append(accuracy)

    loss, accuracy = evaluate_model(
        model, DataLoader(train_data, batch_size=32), criterion
    )
    print(f"{kind}: {loss:.3f}, {accuracy:.1%}")
    return history["loss"], predict(model, x).argmax(axis=-1)


wine = load_wine()
x = (wine.data - wine.data.mean(0)) / wine.data.std(0)
y = wine.target
curve, labels = run("linear", x, y)
mlp_curve, mlp_labels = run("mlp", x, y, epochs=2)
print(np.mean(labels == mlp_labels))

# The color, by all that was measured
model = get_model("deep", 0.05)
model_criterion = nn.MSELoss()
model_optimizer = torch.optim.SGD(model.parameters(), lr=0.05)

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(x[:, 9], dtype=torch.float32).reshape(len(x[:, 9]), -1),
)
train_loader = DataLoader(train_data, batch_size=32)

history = {"loss": [], "mae": []}
for _ in range(3):
    loss, mae = train_epoch(model, train_loader, model_criterion, model_optimizer)
    history["loss"].append(loss)
    history["mae"].append(mae)

errors = history["mae"]
quick = len(x) < 1000
other = build_linear() if quick else build_mlp(64)
other_criterion = nn.CrossEntropyLoss()
other_optimizer = torch.optim.SGD(other.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long)
)
train_loader = DataLoader(train_data, batch_size=32)

for _ in range(2):
    train_other_epoch(other, train_loader, other_criterion, other_optimizer)

other_loss = evaluate(other, DataLoader(train_data, batch_size=32), other_criterion)

final = compiled(0.5)
final_criterion = nn.CrossEntropyLoss()
final_optimizer = torch.optim.SGD(final.parameters(), lr=0.01)
train_other_epoch(final, train_loader, final_criterion, final_optimizer)
last = build_for("quick")
last_criterion = nn.CrossEntropyLoss()
last_optimizer = torch.optim.SGD(last.parameters(), lr=0.01)

last_history = {"loss": [], "accuracy": []}
for _ in range(2):
    loss, accuracy = train_last_epoch(
        last, train_loader, last_criterion, last_optimizer
    )
    last_history["loss"].append(loss)
    last_history["accuracy"].append(accuracy)
