# an ensemble of networks for the wines
from types import SimpleNamespace

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_wine
from sklearn.metrics import accuracy_score

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Fit(nn.Module):
    def __init__(self, nodes=8):
        super().__init__()
        self.dense = nn.Linear(13, nodes)
        self.dense_1 = nn.Linear(nodes, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        return F.softmax(self.forward_logits(x), dim=-1)

    def forward_logits(self, x):
        """The scores before the softmax, for the loss."""
        # define it
        x = F.relu(self.dense(x))
        return self.dense_1(x)


# fit a model on the dataset
def fit_model(x, y, nodes=8):
    model = Fit(nodes).to(device)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    # fit it
    train_data = TensorDataset(
        torch.as_tensor(x, dtype=torch.float32),
        torch.as_tensor(y, dtype=torch.long).flatten(),
    )
    train_loader = DataLoader(train_data, batch_size=16)

    for _ in range(3):
        train_epoch(model, train_loader, criterion, optimizer)

    return model


class FitAndTell(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(13, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


@torch.no_grad()
def evaluate(model, loader, criterion):
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
def evaluate_color(model, loader, criterion):
    """Mean loss and absolute error over the samples."""
    model.eval()
    loss_sum = absolute_error = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss_sum += criterion(outputs, targets).item() * len(inputs)
        absolute_error += (outputs - targets).abs().mean().item() * len(inputs)
    return loss_sum / len(loader.dataset), absolute_error / len(loader.dataset)


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
        correct += (logits.argmax(1) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def predict(model, x):
    """Class probabilities as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


def train_model_epoch(model, loader, criterion, optimizer):
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


def fit_and_tell(x, y):
    model = FitAndTell().to(device)
    criterion = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

    train_data = TensorDataset(
        torch.as_tensor(x, dtype=torch.float32),
        torch.as_tensor(y, dtype=torch.float32).reshape(len(y), -1),
    )
    train_loader = DataLoader(train_data, batch_size=32)

    history = {"loss": [], "mae": []}
    for _ in range(2):
        loss, mae = train_model_epoch(model, train_loader, criterion, optimizer)
        history["loss"].append(loss)
        history["mae"].append(mae)
    history = SimpleNamespace(history=history, epoch=list(range(len(history["loss"]))))

    return model, history


# the mean of what all members say
def ensemble_predictions(members, x):
    yhats = np.array([predict(model, x) for model in members])
    summed = np.sum(yhats, axis=0)
    return np.argmax(summed, axis=1)


def evaluate_n_members(members, n_members, x, y):
    # only so many of them
    subset = members[:n_members]
    yhat = ensemble_predictions(subset, x)
    return accuracy_score(y, yhat)


wine = load_wine()
x = (wine.data - wine.data.mean(0)) / wine.data.std(0)
y = wine.target
train_x, train_y = x[::2], y[::2]
test_x, test_y = x[1::2], y[1::2]
members = [fit_model(train_x, train_y) for _ in range(3)]
scores = []
for i in range(1, len(members) + 1):
    score = evaluate_n_members(members, i, test_x, test_y)
    print(f"> {score:.3f}")
    scores.append(score)

single = fit_model(train_x, train_y, 16)
single_criterion = nn.CrossEntropyLoss()
test_data = TensorDataset(
    torch.as_tensor(test_x, dtype=torch.float32),
    torch.as_tensor(test_y, dtype=torch.long),
)
_, test_acc = evaluate(single, DataLoader(test_data, batch_size=32), single_criterion)
accuracies = []
for nodes in (2, 4):
    model = fit_model(train_x, train_y, nodes)
    model_criterion = nn.CrossEntropyLoss()
    accuracies.append(
        evaluate(model, DataLoader(test_data, batch_size=32), model_criterion)[1]
    )
color, color_history = fit_and_tell(train_x, train_x[:, 9])
color_criterion = nn.MSELoss()
color_losses = color_history.history["loss"]
test_data = TensorDataset(
    torch.as_tensor(test_x, dtype=torch.float32),
    torch.as_tensor(test_x[:, 9], dtype=torch.float32).reshape(len(test_x[:, 9]), -1),
)
color_error = evaluate_color(
    color, DataLoader(test_data, batch_size=32), color_criterion
)
# trained on, anew
other = fit_model(train_x, train_y)
other_criterion = nn.CrossEntropyLoss()
other_optimizer = torch.optim.SGD(other.parameters(), lr=0.01)
train_data = TensorDataset(
    torch.as_tensor(train_x, dtype=torch.float32),
    torch.as_tensor(train_y, dtype=torch.long),
)
train_loader = DataLoader(train_data, batch_size=32)

history = {"loss": [], "accuracy": []}
for _ in range(2):
    loss, accuracy = train_epoch(other, train_loader, other_criterion, other_optimizer)
    history["loss"].append(loss)
    history["accuracy"].append(accuracy)
more = history["loss"]
