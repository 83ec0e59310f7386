"""An ensemble in the style of many notebooks: a list of models, each at its place."""
from types import SimpleNamespace

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

rng = np.random.default_rng(0)
x_train = rng.normal(size=(96, 6))
y_train = np.eye(3)[np.argmax(x_train[:, :3], axis=1)]
x_test = rng.normal(size=(32, 6))

# BUILD THE NETWORKS
nets = 3
model = [0] * nets


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(6, 8)
        self.dense_1 = nn.Linear(8, 3)
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
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
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
        logits = model.forward_logits(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += (logits.argmax(1) == targets.argmax(1)).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def predict(model, x):
    """Class probabilities as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


for j in range(nets):
    model[j] = Model().to(device)
    # COMPILE WITH PLAIN GRADIENT DESCENT
    criterion = nn.CrossEntropyLoss()

# TRAIN THE NETWORKS
history = [0] * nets
epochs = 3

# The last 25% are for validation
split = int(len(x_train) * 0.75)
train_data = TensorDataset(
    torch.as_tensor(x_train[:split], dtype=torch.float32),
    torch.as_tensor(y_train[:split], dtype=torch.float32),
)
val_data = TensorDataset(
    torch.as_tensor(x_train[split:], dtype=torch.float32),
    torch.as_tensor(y_train[split:], dtype=torch.float32),
)
train_loader = DataLoader(train_data, batch_size=16, shuffle=True)
val_loader = DataLoader(val_data, batch_size=16)

for j in range(nets):
    optimizer = torch.optim.SGD(model[j].parameters(), lr=0.01)

    losses = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
    for _ in range(epochs):
        loss, accuracy = train_epoch(model[j], train_loader, criterion, optimizer)
        val_loss, val_accuracy = evaluate(model[j], val_loader, criterion)
        losses["loss"].append(loss)
        losses["accuracy"].append(accuracy)
        losses["val_loss"].append(val_loss)
        losses["val_accuracy"].append(val_accuracy)
    losses = SimpleNamespace(history=losses, epoch=list(range(len(losses["loss"]))))

    history[j] = losses
    print(f"CNN {j + 1}: Train accuracy={max(history[j].history['accuracy']):.5f}")

# ENSEMBLE PREDICTIONS
results = np.zeros((x_test.shape[0], 3))
for j in range(nets):
    results = results + predict(model[j], x_test)
labels = np.argmax(results, axis=1)
