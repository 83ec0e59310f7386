import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_breast_cancer

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def of_one_rank(targets, outputs):
    """Both as arrays with as many axes: one may lack a last axis of size 1."""
    targets, outputs = np.asarray(targets), np.asarray(outputs)
    if targets.ndim == 1 and outputs.ndim == 2:
        targets = targets[:, None]
    elif outputs.ndim == 1 and targets.ndim == 2:
        outputs = outputs[:, None]
    return targets, outputs


class Recall:
    """How many of the positive targets have an output above 0.5."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.true_positives = self.count = 0.0

    def update(self, targets, outputs):
        targets, outputs = of_one_rank(targets, outputs)
        positive, wanted = outputs > 0.5, targets != 0
        self.true_positives += (positive & wanted).sum()
        self.count += wanted.sum()

    def compute(self):
        return self.true_positives / max(self.count, 1)


def mean_absolute_error(targets, outputs):
    """Mean absolute error over the last axis."""
    targets, outputs = of_one_rank(targets, outputs)
    return np.abs(targets - outputs).mean(-1)


def mean_squared_error(targets, outputs):
    """Mean squared error over the last axis."""
    targets, outputs = of_one_rank(targets, outputs)
    return np.square(targets - outputs).mean(-1)


series = np.sin(np.arange(400) / 10) + np.arange(400) / 200
split_time = 300
x_valid = series[split_time:]
naive_forecast = series[split_time - 1 : -1]
print(mean_squared_error(x_valid, naive_forecast))
print(mean_absolute_error(x_valid, naive_forecast))

window = 20
inputs = np.stack([series[i : i + window] for i in range(400 - window)])
targets = series[window:]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(window, 8)
        self.dense_1 = nn.Linear(8, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)


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
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


@torch.no_grad()
def predict(model, x):
    """Outputs as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


def train_classifier_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


@torch.no_grad()
def predict_classifier(model, x):
    """Probabilities as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat(
        [model(batch.to(device)).sigmoid().cpu() for batch in batches]
    ).numpy()


model = Model().to(device)
model_criterion = nn.MSELoss()
model_optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(inputs[:280], dtype=torch.float32),
    torch.as_tensor(targets[:280], dtype=torch.float32).reshape(len(targets[:280]), -1),
)
train_loader = DataLoader(train_data, batch_size=50, shuffle=True)

for _ in range(2):
    train_epoch(model, train_loader, model_criterion, model_optimizer)

forecast = predict(model, inputs[280:])[:, 0]
mae = np.mean(mean_absolute_error(x_valid, forecast))
print(mae)

x, y = load_breast_cancer(return_X_y=True)
x = (x - x.mean(0)) / x.std(0)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(30, 8)
        self.dense_1 = nn.Linear(8, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)  # logits: the loss applies the sigmoid


classifier = Classifier().to(device)
classifier_criterion = nn.BCEWithLogitsLoss()
classifier_optimizer = torch.optim.SGD(classifier.parameters(), lr=0.01)
recall = Recall()
recalls = []
for epoch in range(2):
    train_data = TensorDataset(
        torch.as_tensor(x[:400], dtype=torch.float32),
        torch.as_tensor(y[:400], dtype=torch.float32).reshape(-1, 1),
    )
    train_loader = DataLoader(train_data, batch_size=50, shuffle=True)
    train_classifier_epoch(
        classifier, train_loader, classifier_criterion, classifier_optimizer
    )
    recall.update(y[400:], predict_classifier(classifier, x[400:]))
    recalls.append(float(recall.compute()))
    recall.reset()
print(recalls)
