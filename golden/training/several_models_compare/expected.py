from types import SimpleNamespace

import numpy as np
from sklearn.datasets import load_wine
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_wine(return_X_y=True)
x = (x - x.mean(0)) / x.std(0)
order = np.random.RandomState(0).permutation(len(x))
x, y = x[order], y[order]
x_train, x_test, y_train, y_test = x[:130], x[130:], y[:130], y[130:]


class Baseline(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(13, 16)
        self.dense_1 = nn.Linear(16, 16)
        self.dense_2 = nn.Linear(16, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        x = F.relu(self.dense_1(x))
        return self.dense_2(x)  # logits: the loss applies the softmax


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss, accuracy and crossentropy over the samples."""
    model.train()
    loss_sum = correct = crossentropy = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
        crossentropy += F.cross_entropy(logits, targets).item() * len(inputs)
    count = len(loader.dataset)
    return loss_sum / count, correct / count, crossentropy / count


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss, accuracy and crossentropy over the samples."""
    model.eval()
    loss_sum = correct = crossentropy = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
        crossentropy += F.cross_entropy(logits, targets).item() * len(inputs)
    count = len(loader.dataset)
    return loss_sum / count, correct / count, crossentropy / count


def penalty(model):
    """What the regularizers add to the loss."""
    return 0.001 * (
        model.dense.weight.square().sum() + model.dense_1.weight.square().sum()
    )


def train_l2_model_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss, accuracy and crossentropy over the samples."""
    model.train()
    loss_sum = correct = crossentropy = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets) + penalty(model)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
        crossentropy += F.cross_entropy(logits, targets).item() * len(inputs)
    count = len(loader.dataset)
    return loss_sum / count, correct / count, crossentropy / count


@torch.no_grad()
def evaluate_l2_model(model, loader, criterion):
    """Mean loss, accuracy and crossentropy over the samples."""
    model.eval()
    loss_sum = correct = crossentropy = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss_sum += (criterion(logits, targets) + penalty(model)).item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
        crossentropy += F.cross_entropy(logits, targets).item() * len(inputs)
    count = len(loader.dataset)
    return loss_sum / count, correct / count, crossentropy / count


baseline_model = Baseline().to(device)
baseline_model_criterion = nn.CrossEntropyLoss()
baseline_model_optimizer = torch.optim.SGD(baseline_model.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(x_train, dtype=torch.float32),
    torch.as_tensor(y_train, dtype=torch.long),
)
val_data = TensorDataset(
    torch.as_tensor(x_test, dtype=torch.float32),
    torch.as_tensor(y_test, dtype=torch.long),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
val_loader = DataLoader(val_data, batch_size=32)

baseline_history = {
    "loss": [],
    "accuracy": [],
    "sparse_categorical_crossentropy": [],
    "val_loss": [],
    "val_accuracy": [],
    "val_sparse_categorical_crossentropy": [],
}
for epoch in range(3):
    loss, accuracy, train_sparse_categorical_crossentropy = train_epoch(
        baseline_model, train_loader, baseline_model_criterion, baseline_model_optimizer
    )
    val_loss, val_accuracy, val_sparse_categorical_crossentropy = evaluate(
        baseline_model, val_loader, baseline_model_criterion
    )
    baseline_history["loss"].append(loss)
    baseline_history["accuracy"].append(accuracy)
    baseline_history["sparse_categorical_crossentropy"].append(
        train_sparse_categorical_crossentropy
    )
    baseline_history["val_loss"].append(val_loss)
    baseline_history["val_accuracy"].append(val_accuracy)
    baseline_history["val_sparse_categorical_crossentropy"].append(
        val_sparse_categorical_crossentropy
    )
    print(
        f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - sparse_categorical_crossentropy: {train_sparse_categorical_crossentropy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
        f" - val_sparse_categorical_crossentropy: {val_sparse_categorical_crossentropy:.4f}"
    )
baseline_history = SimpleNamespace(
    history=baseline_history, epoch=list(range(len(baseline_history["loss"])))
)


class Smaller(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(13, 4)
        self.dense_1 = nn.Linear(4, 4)
        self.dense_2 = nn.Linear(4, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        x = F.relu(self.dense_1(x))
        return self.dense_2(x)  # logits: the loss applies the softmax


smaller_model = Smaller().to(device)
smaller_model_criterion = nn.CrossEntropyLoss()
smaller_model_optimizer = torch.optim.SGD(smaller_model.parameters(), lr=0.01)

smaller_history = {
    "loss": [],
    "accuracy": [],
    "sparse_categorical_crossentropy": [],
    "val_loss": [],
    "val_accuracy": [],
    "val_sparse_categorical_crossentropy": [],
}
for epoch in range(3):
    loss, accuracy, train_sparse_categorical_crossentropy = train_epoch(
        smaller_model, train_loader, smaller_model_criterion, smaller_model_optimizer
    )
    val_loss, val_accuracy, val_sparse_categorical_crossentropy = evaluate(
        smaller_model, val_loader, smaller_model_criterion
    )
    smaller_history["loss"].append(loss)
    smaller_history["accuracy"].append(accuracy)
    smaller_history["sparse_categorical_crossentropy"].append(
        train_sparse_categorical_crossentropy
    )
    smaller_history["val_loss"].append(val_loss)
    smaller_history["val_accuracy"].append(val_accuracy)
    smaller_history["val_sparse_categorical_crossentropy"].append(
        val_sparse_categorical_crossentropy
    )
    print(
        f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - sparse_categorical_crossentropy: {train_sparse_categorical_crossentropy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
        f" - val_sparse_categorical_crossentropy: {val_sparse_categorical_crossentropy:.4f}"
    )
smaller_history = SimpleNamespace(
    history=smaller_history, epoch=list(range(len(smaller_history["loss"])))
)


class L2(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(13, 16)
        self.dense_1 = nn.Linear(16, 16)
        self.dense_2 = nn.Linear(16, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        x = F.relu(self.dense_1(x))
        return self.dense_2(x)  # logits: the loss applies the softmax


l2_model = L2().to(device)
l2_model_criterion = nn.CrossEntropyLoss()
l2_model_optimizer = torch.optim.SGD(l2_model.parameters(), lr=0.01)

l2_history = {
    "loss": [],
    "accuracy": [],
    "sparse_categorical_crossentropy": [],
    "val_loss": [],
    "val_accuracy": [],
    "val_sparse_categorical_crossentropy": [],
}
for epoch in range(3):
    loss, accuracy, train_sparse_categorical_crossentropy = train_l2_model_epoch(
        l2_model, train_loader, l2_model_criterion, l2_model_optimizer
    )
    val_loss, val_accuracy, val_sparse_categorical_crossentropy = evaluate_l2_model(
        l2_model, val_loader, l2_model_criterion
    )
    l2_history["loss"].append(loss)
    l2_history["accuracy"].append(accuracy)
    l2_history["sparse_categorical_crossentropy"].append(
        train_sparse_categorical_crossentropy
    )
    l2_history["val_loss"].append(val_loss)
    l2_history["val_accuracy"].append(val_accuracy)
    l2_history["val_sparse_categorical_crossentropy"].append(
        val_sparse_categorical_crossentropy
    )
    print(
        f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - sparse_categorical_crossentropy: {train_sparse_categorical_crossentropy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
        f" - val_sparse_categorical_crossentropy: {val_sparse_categorical_crossentropy:.4f}"
    )
l2_history = SimpleNamespace(
    history=l2_history, epoch=list(range(len(l2_history["loss"])))
)


def plot_history(histories, key="sparse_categorical_crossentropy"):
    for name, history in histories:
        print(name.title(), history.epoch, history.history["val_" + key], history.history[key])


plot_history([("baseline", baseline_history), ("smaller", smaller_history), ("l2", l2_history)])
