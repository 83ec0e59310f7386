import copy
import os
import tempfile
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

digits = load_digits()
X = digits.data / 16.0
y = np.eye(digits.target.max() + 1, dtype="float32")[digits.target]
X_train, X_val, y_train, y_val = train_test_split(X, y, test_size=0.25, random_state=42)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(64, 32)
        self.dense_1 = nn.Linear(32, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)  # logits: the loss applies the softmax


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = 0.0
    for inputs, targets in tqdm(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += (logits.argmax(1) == targets.argmax(1)).sum().item()
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
        correct += (logits.argmax(1) == targets.argmax(1)).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def predict(model, x):
    """Class probabilities as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat(
        [model(batch.to(device)).softmax(1).cpu() for batch in batches]
    ).numpy()


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)

path = os.path.join(tempfile.mkdtemp(), "best.keras")

train_data = TensorDataset(
    torch.as_tensor(X_train, dtype=torch.float32),
    torch.as_tensor(y_train, dtype=torch.float32),
)
val_data = TensorDataset(
    torch.as_tensor(X_val, dtype=torch.float32),
    torch.as_tensor(y_val, dtype=torch.float32),
)
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)
val_loader = DataLoader(val_data, batch_size=64)

history = {
    "loss": [],
    "accuracy": [],
    "val_loss": [],
    "val_accuracy": [],
    "learning_rate": [],
}
Path(path).parent.mkdir(parents=True, exist_ok=True)
saved_accuracy = None
plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
    optimizer, factor=0.5, patience=0, threshold_mode="abs", min_lr=1e-5
)
best_loss, best_weights, wait = None, None, 0
for epoch in range(8):
    loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, val_loader, criterion)
    history["loss"].append(loss)
    history["accuracy"].append(accuracy)
    history["val_loss"].append(val_loss)
    history["val_accuracy"].append(val_accuracy)
    history["learning_rate"].append(optimizer.param_groups[0]["lr"])
    print(
        f"Epoch {epoch + 1}/8 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )
    if saved_accuracy is None or val_accuracy > saved_accuracy:
        saved_accuracy = val_accuracy
        torch.save(model.state_dict(), path)
    plateau.step(val_loss)
    # Stop early, and go back to the best weights
    if best_loss is None or val_loss < best_loss:
        best_loss, best_weights, wait = val_loss, copy.deepcopy(model.state_dict()), 0
    else:
        wait += 1
        if wait >= 2:
            break
model.load_state_dict(best_weights)



def plot(epochs, train, val, title):
    """A plot for the terminal."""
    print(title)
    for epoch, a, b in zip(epochs, train, val):
        print(f"{epoch:3d} {'*' * int(20 * a)} {'o' * int(20 * b)}")


# Plot training & validation accuracy values
plot(range(len(history["loss"])), history["accuracy"], history["val_accuracy"], "accuracy")
plot(range(len(history["loss"])), history["loss"], history["val_loss"], "loss")

best_epoch = int(np.argmin(history["val_loss"]))
y_pred = np.argmax(predict(model, X_val), axis=1)
accuracy = np.mean(y_pred == y_val.argmax(axis=1))
