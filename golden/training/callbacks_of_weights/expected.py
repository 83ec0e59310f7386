"""Go back to the weights with the best score, and slow down where it falls."""

import copy

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_breast_cancer(return_X_y=True)
x = StandardScaler().fit_transform(x)
x_train, y_train = x[:400], y[:400]
x_val, y_val = x[400:], y[400:]


class BestScore:
    def __init__(self, data, patience=1, path="best.weights.h5"):
        self.x, self.y = data
        self.patience = patience
        self.path = path
        self.best = 0.0
        self.best_weights = None
        self.scores = []

    def on_train_begin(self, logs=None):
        self.wait = 0

    def on_epoch_end(self, epoch, logs=None):
        predicted = predict(self.model, self.x)
        score = roc_auc_score(self.y, predicted)
        self.scores.append(score)
        if score > self.best:
            self.best = score
            self.wait = 0
            self.best_weights = copy.deepcopy(self.model.state_dict())
            torch.save(self.model.state_dict(), self.path)
            return
        self.wait += 1
        old = self.optimizer.param_groups[0]["lr"]
        for group in self.optimizer.param_groups:
            group["lr"] = old * 0.5
        if self.wait > self.patience:
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        if self.best_weights is not None:
            self.model.load_state_dict(self.best_weights)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(30, 16)
        self.dense_1 = nn.Linear(16, 1)
        self.apply(init_like_keras)

    def forward(self, inputs):
        hidden = torch.tanh(self.dense(inputs))
        return self.dense_1(hidden)  # logits: the loss applies the sigmoid


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
    return torch.cat(
        [model(batch.to(device)).sigmoid().cpu() for batch in batches]
    ).numpy()


def train_epoch(model, loader, criterion, optimizer):
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


model = Model().to(device)
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)

best = BestScore((x_val, y_val))

train_data = TensorDataset(
    torch.as_tensor(x_train, dtype=torch.float32),
    torch.as_tensor(y_train, dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

history = {"loss": []}
best.model = model
best.optimizer = optimizer
model.stop_training = False
best.on_train_begin()
for epoch in range(12):
    loss = train_epoch(model, train_loader, criterion, optimizer)
    history["loss"].append(loss)
    best.on_epoch_end(epoch)
    if model.stop_training:
        break
best.on_train_end()

scores = np.array(best.scores)
losses = history["loss"]
