"""Wine cultivars, by a pretrained trunk of which the first layers stay as they are."""

import copy

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_wine
from sklearn.preprocessing import StandardScaler

FROZEN = ["trunk_0", "trunk_1"]

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def make_smoothed(smoothing):
    def smoothed(y_true, y_pred):
        return categorical_crossentropy_of_each(
            y_pred, y_true * (1 - smoothing) + smoothing / y_true.shape[-1]
        )

    return smoothed


class ClassifierModel(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.trunk_0 = nn.Linear(13, 16).requires_grad_(False)
        self.trunk_1 = nn.Linear(16, 12).requires_grad_(False)
        self.trunk_2 = nn.Linear(12, 8)
        self.head = nn.Linear(8, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.trunk_0(x))
        x = F.relu(self.trunk_1(x))
        x = F.relu(self.trunk_2(x))
        return F.softmax(self.head(x), dim=-1)


def categorical_crossentropy_of_each(probabilities, targets):
    """Crossentropy of probabilities, clipped as Keras clips them."""
    probabilities = probabilities / probabilities.sum(-1, keepdim=True)
    return -(targets * probabilities.clamp(1e-7, 1 - 1e-7).log()).sum(-1)


def classes_of(targets):
    """The class of each target: a column has them, else the largest number stands for one."""
    return targets.argmax(1) if targets.shape[1] > 1 else targets.squeeze(1)


def with_axes_of(outputs, targets):
    """Give targets the last axis of one number that they lack, or have besides."""
    if targets.dim() == outputs.dim() + 1:
        return targets.squeeze(-1)
    if targets.dim() == outputs.dim() - 1 and outputs.shape[-1] == 1:
        return targets.unsqueeze(-1)
    return targets


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
        outputs = model(inputs)
        targets = with_axes_of(outputs, targets)
        loss = criterion(targets, outputs).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += (outputs.argmax(1) == classes_of(targets)).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        targets = with_axes_of(outputs, targets)
        loss_sum += criterion(targets, outputs).mean().item() * len(inputs)
        correct += (outputs.argmax(1) == classes_of(targets)).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


class Classifier:
    """A small network that stops when the validation loss gets no better."""

    def __init__(self, classes, patience=2):
        self.patience = patience
        self.stopped_epoch = 0
        self.model = self.build(classes)

    def build(self, classes):
        return ClassifierModel(classes).to(device)

    def fit(self, x, y, smoothing=0.1):
        self.criterion = make_smoothed(smoothing)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.05)

        # stop early, and take the best weights
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
        train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
        val_loader = DataLoader(val_data, batch_size=32)

        history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
        best_loss, best_weights, wait, stopped_epoch = None, None, 0, 0
        for epoch in range(12):
            loss, accuracy = train_epoch(
                self.model, train_loader, self.criterion, self.optimizer
            )
            val_loss, val_accuracy = evaluate(self.model, val_loader, self.criterion)
            history["loss"].append(loss)
            history["accuracy"].append(accuracy)
            history["val_loss"].append(val_loss)
            history["val_accuracy"].append(val_accuracy)
            # Stop early, and go back to the best weights
            if best_loss is None or val_loss < best_loss:
                best_loss, wait = val_loss, 0
                best_weights = copy.deepcopy(self.model.state_dict())
            else:
                wait += 1
                if wait >= self.patience:
                    stopped_epoch = epoch
                    break
        self.model.load_state_dict(best_weights)

        self.stopped_epoch = stopped_epoch
        return history["val_loss"]

    @property
    def epochs(self):
        return self.stopped_epoch + 1 if self.stopped_epoch else 12


features, labels = load_wine(return_X_y=True)
order = np.random.default_rng(0).permutation(len(features))
x = StandardScaler().fit_transform(features)[order]
y = np.eye(3, dtype="float32")[labels[order]]

classifier = Classifier(classes=3)
val_losses = classifier.fit(x, y)
print(f"trained for {classifier.epochs} epochs")
