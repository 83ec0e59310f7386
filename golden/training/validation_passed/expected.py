"""Functions that may be given something to validate on, and may be asked to be quiet."""

from types import SimpleNamespace

from sklearn.datasets import load_digits
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_digits(return_X_y=True)
x = x / 16.0


def held_out():
    return x[1500:], y[1500:]


class Train(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(64, 32)
        self.dense_1 = nn.Linear(32, 10)
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


def train_model_epoch(model, loader, criterion, optimizer):
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


def train(x_train, y_train, valid=None, epochs=2, verbose=1, debug=False):
    model = Train().to(device)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

    train_data = TensorDataset(
        torch.as_tensor(x_train, dtype=torch.float32),
        torch.as_tensor(y_train, dtype=torch.long).flatten(),
    )
    train_loader = DataLoader(train_data, batch_size=64, shuffle=True)
    if valid is not None:
        x_val, y_val = valid
        val_data = TensorDataset(
            torch.as_tensor(x_val, dtype=torch.float32),
            torch.as_tensor(y_val, dtype=torch.long).flatten(),
        )
        val_loader = DataLoader(val_data, batch_size=64)

    history = {"accuracy": [], "loss": []}
    if valid is not None:
        history |= {"val_accuracy": [], "val_loss": []}
    for epoch in range(epochs):
        loss, accuracy = train_model_epoch(model, train_loader, criterion, optimizer)
        history["loss"].append(loss)
        history["accuracy"].append(accuracy)
        if verbose:
            print(
                f"Epoch {epoch + 1}/{epochs} - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
            )
        if valid is not None:
            val_loss, val_accuracy = evaluate_model(model, val_loader, criterion)
            history["val_loss"].append(val_loss)
            history["val_accuracy"].append(val_accuracy)
            if verbose:
                print(f"val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}")
    history = SimpleNamespace(history=history, epoch=list(range(len(history["loss"]))))

    if debug:
        loss, accuracy = evaluate_model(
            model, DataLoader(train_data, batch_size=32), criterion
        )
        if debug:
            print(f"loss: {loss:.4f} - accuracy: {accuracy:.4f}")
    return model, history


valid = (x[1500:], y[1500:])
first, history = train(x[:1500], y[:1500], valid, verbose=0)
print(sorted(history.history))
second, history = train(x[:1500], y[:1500], verbose=0)
print(sorted(history.history))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(64, 10)
        self.apply(init_like_keras)

    def forward(self, inputs):
        return self.dense(inputs)  # logits: the loss applies the softmax


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for epochs in (1, 2):
    train_data = TensorDataset(
        torch.as_tensor(x[:1500] * 2, dtype=torch.float32),
        torch.as_tensor(y[:1500], dtype=torch.long),
    )
    x_val, y_val = held_out()
    val_data = TensorDataset(
        torch.as_tensor(x_val, dtype=torch.float32),
        torch.as_tensor(y_val, dtype=torch.long).flatten(),
    )
    train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
    val_loader = DataLoader(val_data, batch_size=32)

    history = {"accuracy": [], "loss": [], "val_accuracy": [], "val_loss": []}
    for epoch in range(epochs):
        loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
        val_loss, val_accuracy = evaluate(model, val_loader, criterion)
        history["loss"].append(loss)
        history["accuracy"].append(accuracy)
        history["val_loss"].append(val_loss)
        history["val_accuracy"].append(val_accuracy)
        print(
            f"Epoch {epoch + 1}/{epochs} - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
            f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
        )
    history = SimpleNamespace(history=history, epoch=list(range(len(history["loss"]))))

    # the last part of the data is never trained on
    x_all = 1 - x[:1500]
    y_all = y[:1500]
    # The last 20% are for validation
    split = int(len(x_all) * 0.8)
    train_data = TensorDataset(
        torch.as_tensor(x_all[:split], dtype=torch.float32),
        torch.as_tensor(y_all[:split], dtype=torch.long),
    )
    val_data = TensorDataset(
        torch.as_tensor(x_all[split:], dtype=torch.float32),
        torch.as_tensor(y_all[split:], dtype=torch.long),
    )
    train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
    val_loader = DataLoader(val_data, batch_size=32)

    history = {"accuracy": [], "loss": [], "val_accuracy": [], "val_loss": []}
    for epoch in range(epochs):
        loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
        val_loss, val_accuracy = evaluate(model, val_loader, criterion)
        history["loss"].append(loss)
        history["accuracy"].append(accuracy)
        history["val_loss"].append(val_loss)
        history["val_accuracy"].append(val_accuracy)
        print(
            f"Epoch {epoch + 1}/{epochs} - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
            f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
        )
    history = SimpleNamespace(history=history, epoch=list(range(len(history["loss"]))))

    print(history.history["val_loss"])
