import logging
from types import SimpleNamespace

import numpy as np
from sklearn.datasets import load_breast_cancer
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

logger = logging.getLogger(__name__)


class TumorClassifierModel(nn.Module):
    def __init__(self, dropout, hidden_sizes, n_features):
        super().__init__()
        features = n_features
        self.denses = nn.ModuleList()
        self.dropouts = nn.ModuleList()
        for size in hidden_sizes:
            self.denses.append(nn.Linear(features, size))
            self.dropouts.append(nn.Dropout(dropout))
            features = size
        self.dense = nn.Linear(features, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return torch.sigmoid(self.forward_logits(x))

    def forward_logits(self, x):
        """The scores before the sigmoid, for the loss."""
        for dense, dropout in zip(self.denses, self.dropouts):
            x = F.relu(dense(x))
            x = dropout(x)
        return self.dense(x)


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
        logits = model.forward_logits(inputs)
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
        logits = model.forward_logits(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def predict_model(model, x):
    """Probabilities as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


class TumorClassifier:
    def __init__(self, n_features, hidden_sizes=(16, 8), learning_rate=0.05, dropout=0.1):
        self.n_features = n_features
        self.hidden_sizes = hidden_sizes
        self.learning_rate = learning_rate
        self.dropout = dropout
        self.model = None
        self.history = None

    def build(self):
        self.model = TumorClassifierModel(
            self.dropout, self.hidden_sizes, self.n_features
        ).to(device)
        self.criterion = nn.BCEWithLogitsLoss()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=self.learning_rate)

    def fit(self, x, y, epochs=3, validation_split=0.2):
        logger.info("training on %d samples", len(x))

        split = int(len(x) * (1 - validation_split))
        train_data = TensorDataset(
            torch.as_tensor(x[:split], dtype=torch.float32),
            torch.as_tensor(y[:split], dtype=torch.float32).reshape(-1, 1),
        )
        val_data = TensorDataset(
            torch.as_tensor(x[split:], dtype=torch.float32),
            torch.as_tensor(y[split:], dtype=torch.float32).reshape(-1, 1),
        )
        train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
        val_loader = DataLoader(val_data, batch_size=32)

        history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
        best_loss, wait = None, 0
        for _ in range(epochs):
            loss, accuracy = train_epoch(
                self.model, train_loader, self.criterion, self.optimizer
            )
            val_loss, val_accuracy = evaluate(self.model, val_loader, self.criterion)
            history["loss"].append(loss)
            history["accuracy"].append(accuracy)
            history["val_loss"].append(val_loss)
            history["val_accuracy"].append(val_accuracy)
            # Stop early
            if best_loss is None or val_loss < best_loss:
                best_loss, wait = val_loss, 0
            else:
                wait += 1
                if wait >= 2:
                    break
        self.history = SimpleNamespace(
            history=history, epoch=list(range(len(history["loss"])))
        )

        return self

    def score(self, x, y):
        test_data = TensorDataset(
            torch.as_tensor(x, dtype=torch.float32),
            torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
        )
        loss, accuracy = evaluate(
            self.model, DataLoader(test_data, batch_size=32), self.criterion
        )
        return accuracy

    def predict(self, x, threshold=0.5):
        return (predict_model(self.model, x) > threshold).astype(int).ravel()


x, y = load_breast_cancer(return_X_y=True)
x = (x - x.mean(axis=0)) / x.std(axis=0)
clf = TumorClassifier(n_features=x.shape[1])
clf.build()
clf.fit(x[:400], y[:400])
acc = clf.score(x[400:], y[400:])
labels = clf.predict(x[400:])
print(clf.history.history["loss"])
