from types import SimpleNamespace

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import f1_score
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class F1:
    """Adds the F1 score of the validation to the values of each epoch."""

    def __init__(self, validation_data):
        self.validation_data = validation_data

    def on_epoch_end(self, epoch, logs=None):
        predicted = predict(self.model, self.validation_data[0]) > 0.5
        logs["val_f1"] = f1_score(self.validation_data[1], predicted.astype(int))
        print("val_f1: %.4f" % logs["val_f1"])


class TrainerModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(30, 6)
        self.dense_1 = nn.Linear(6, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return torch.sigmoid(self.forward_logits(x))

    def forward_logits(self, x):
        """The scores before the sigmoid, for the loss."""
        x = F.relu(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


@torch.no_grad()
def predict(model, x):
    """Probabilities as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


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


class Trainer:
    def __init__(self, rate=0.05):
        self.rate = rate
        self.model = TrainerModel().to(device)
        self.criterion = nn.BCEWithLogitsLoss()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.01)

    def schedule(self, epoch):
        return self.rate * 0.8 ** epoch

    def train(self, x, y, validation_data):
        train_data = TensorDataset(
            torch.as_tensor(x, dtype=torch.float32),
            torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
        )
        x_val, y_val = validation_data
        val_data = TensorDataset(
            torch.as_tensor(x_val, dtype=torch.float32),
            torch.as_tensor(y_val, dtype=torch.float32).reshape(-1, 1),
        )
        train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
        val_loader = DataLoader(val_data, batch_size=32)

        history = {
            "loss": [],
            "accuracy": [],
            "val_loss": [],
            "val_accuracy": [],
            "val_f1": [],
            "learning_rate": [],
        }
        f1 = F1(validation_data)
        f1.model = self.model
        saved_f1 = None
        best_f1, wait = None, 0
        for epoch in range(6):
            for group in self.optimizer.param_groups:
                group["lr"] = self.schedule(epoch)
            loss, accuracy = train_epoch(
                self.model, train_loader, self.criterion, self.optimizer
            )
            val_loss, val_accuracy = evaluate(self.model, val_loader, self.criterion)
            history["loss"].append(loss)
            history["accuracy"].append(accuracy)
            history["val_loss"].append(val_loss)
            history["val_accuracy"].append(val_accuracy)
            history["learning_rate"].append(self.optimizer.param_groups[0]["lr"])
            logs = {
                "accuracy": accuracy,
                "loss": loss,
                "val_accuracy": val_accuracy,
                "val_loss": val_loss,
            }
            f1.on_epoch_end(epoch, logs)
            history["val_f1"].append(logs["val_f1"])
            if saved_f1 is None or logs["val_f1"] > saved_f1:
                saved_f1 = logs["val_f1"]
                torch.save(self.model.state_dict(), f"best-{logs['val_f1']:.3f}.pt")
            # Stop early
            if best_f1 is None or logs["val_f1"] > best_f1:
                best_f1, wait = logs["val_f1"], 0
            else:
                wait += 1
                if wait >= 2:
                    break
        return SimpleNamespace(history=history, epoch=list(range(len(history["loss"]))))


x, y = load_breast_cancer(return_X_y=True)
x = (x - x.mean(axis=0)) / x.std(axis=0)
trainer = Trainer()
history = trainer.train(x[:400], y[:400], (x[400:], y[400:]))
best = max(history.history["val_f1"])
print(len(history.epoch), best)
