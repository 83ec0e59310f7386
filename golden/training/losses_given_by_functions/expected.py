import functools

import numpy as np
from sklearn.datasets import load_breast_cancer
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def binary_focal_loss(gamma=2.0, alpha=0.25):
    """Focal loss for binary classification."""

    def loss(y_true, y_pred):
        """FL(p) = -alpha * (1 - p)^gamma * log(p)"""
        epsilon = 1e-7
        y_pred = y_pred.clamp(epsilon, 1.0 - epsilon)
        # the probability of what is right
        p_t = y_true * y_pred + (1 - y_true) * (1 - y_pred)
        alpha_t = y_true * alpha + (1 - y_true) * (1 - alpha)
        return (-alpha_t * (1 - p_t) ** gamma * p_t.log()).mean(dim=-1)

    loss.__name__ = "focal_loss"
    return loss


def f_beta(beta):
    def metric(y_true, y_pred):
        hits = (y_true * y_pred.round()).sum()
        precision = hits / (y_pred.round().sum() + 1e-7)
        recall = hits / (y_true.sum() + 1e-7)
        both = beta**2 * precision + recall
        return (1 + beta**2) * precision * recall / (both + 1e-7)

    metric.__name__ = "f_score"
    return metric


def tilted(y_true, y_pred, q=0.5):
    error = y_true - y_pred
    return torch.maximum(q * error, (q - 1) * error).mean(dim=-1)


x, y = load_breast_cancer(return_X_y=True)
x = (x - x.mean(axis=0)) / x.std(axis=0)
y = y.reshape(-1, 1).astype("float64")


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(30, 8)
        self.dense_1 = nn.Linear(8, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = torch.tanh(self.dense(x))
        return torch.sigmoid(self.dense_1(x))


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss, f score and accuracy over the samples."""
    model.train()
    loss_sum = f_score_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(targets, outputs).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        f_score_sum += f_beta(2)(targets, outputs).item()
        correct += ((outputs > 0.5) == targets).sum().item()
    count = len(loader.dataset)
    return loss_sum / count, f_score_sum / len(loader), correct / count


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss, f score and accuracy over the samples."""
    model.eval()
    loss_sum = f_score_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss_sum += criterion(targets, outputs).mean().item() * len(inputs)
        f_score_sum += f_beta(2)(targets, outputs).item()
        correct += ((outputs > 0.5) == targets).sum().item()
    count = len(loader.dataset)
    return loss_sum / count, f_score_sum / len(loader), correct / count


def train_other_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and focal loss over the samples."""
    model.train()
    loss_sum = focal_loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(targets, outputs).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        focal_loss_sum += focal(targets, outputs).sum().item()
    return loss_sum / len(loader.dataset), focal_loss_sum / len(loader.dataset)


def train_below_epoch(model, loader, criterion, optimizer):
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
def predict(model, x):
    """Probabilities as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


def build_model():
    return Model().to(device)


model = build_model()
model_criterion = binary_focal_loss(gamma=1.5)
model_optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

# The last 20% are for validation
split = int(len(x) * 0.8)
train_data = TensorDataset(
    torch.as_tensor(x[:split], dtype=torch.float32),
    torch.as_tensor(y[:split], dtype=torch.float32),
)
val_data = TensorDataset(
    torch.as_tensor(x[split:], dtype=torch.float32),
    torch.as_tensor(y[split:], dtype=torch.float32),
)
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)
val_loader = DataLoader(val_data, batch_size=64)

history = {
    "loss": [],
    "f_score": [],
    "accuracy": [],
    "val_loss": [],
    "val_f_score": [],
    "val_accuracy": [],
}
for _ in range(3):
    loss, f_score, accuracy = train_epoch(
        model, train_loader, model_criterion, model_optimizer
    )
    val_loss, val_f_score, val_accuracy = evaluate(model, val_loader, model_criterion)
    history["loss"].append(loss)
    history["f_score"].append(f_score)
    history["accuracy"].append(accuracy)
    history["val_loss"].append(val_loss)
    history["val_f_score"].append(val_f_score)
    history["val_accuracy"].append(val_accuracy)

print(history["f_score"], history["val_f_score"])

focal = binary_focal_loss()
other = build_model()
other_optimizer = torch.optim.SGD(other.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.float32)
)
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)

results = {"loss": [], "focal_loss": []}
for _ in range(2):
    loss, focal_loss = train_other_epoch(other, train_loader, focal, other_optimizer)
    results["loss"].append(loss)
    results["focal_loss"].append(focal_loss)

print(results["focal_loss"])

for q in [0.1, 0.5]:
    below = build_model()
    below_criterion = functools.partial(tilted, q=q)
    below_optimizer = torch.optim.SGD(below.parameters(), lr=0.01)

    for _ in range(2):
        train_below_epoch(below, train_loader, below_criterion, below_optimizer)

    print(q, np.mean(predict(below, x)))

for quantile in (0.2, 0.8):
    within = build_model()
    within_criterion = lambda t, p: tilted(t, p, quantile)
    within_optimizer = torch.optim.SGD(within.parameters(), lr=0.01)

    for _ in range(2):
        train_below_epoch(within, train_loader, within_criterion, within_optimizer)
