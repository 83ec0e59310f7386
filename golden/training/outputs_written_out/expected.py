"""Outputs whose layers stand where the model is made, with names for their losses."""

from sklearn.datasets import load_diabetes
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_diabetes(return_X_y=True)
x = x * 20
high = (y > 150).astype("float32")
y = (y - y.mean()) / y.std()


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        features = 10
        self.denses = nn.ModuleList()
        for units in (16, 8):
            self.denses.append(nn.Linear(features, units))
            features = units
        self.dropout = nn.Dropout(0.1)
        self.value = nn.Linear(features, 1)
        self.dense = nn.Linear(features, 1)
        self.apply(init_like_keras)

    def forward(self, h):
        value, chance = self.forward_logits(h)
        return value, torch.sigmoid(chance)

    def forward_logits(self, h):
        """The outputs before the sigmoid, for the loss."""
        for dense in self.denses:
            h = F.relu(dense(h))
        return self.value(self.dropout(h)), self.dense(h)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, value_criterion, chance_criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = value_loss_sum = chance_loss_sum = chance_correct = 0.0
    for inputs, value_targets, chance_targets in loader:
        inputs = inputs.to(device)
        value_targets = value_targets.to(device)
        chance_targets = chance_targets.to(device)
        value, chance = model.forward_logits(inputs)
        value_loss = value_criterion(value, value_targets)
        chance_loss = chance_criterion(chance, chance_targets)
        loss = value_loss + 0.5 * chance_loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        value_loss_sum += value_loss.item()
        chance_loss_sum += chance_loss.item()
        chance_correct += ((chance > 0) == chance_targets).sum().item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        value_loss_sum / len(loader),
        chance_loss_sum / len(loader),
        chance_correct / count,
    )


@torch.no_grad()
def evaluate(model, loader, value_criterion, chance_criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = value_loss_sum = chance_loss_sum = chance_correct = 0.0
    for inputs, value_targets, chance_targets in loader:
        inputs = inputs.to(device)
        value_targets = value_targets.to(device)
        chance_targets = chance_targets.to(device)
        value, chance = model.forward_logits(inputs)
        value_loss = value_criterion(value, value_targets)
        chance_loss = chance_criterion(chance, chance_targets)
        loss = value_loss + 0.5 * chance_loss
        loss_sum += loss.item() * len(inputs)
        value_loss_sum += value_loss.item()
        chance_loss_sum += chance_loss.item()
        chance_correct += ((chance > 0) == chance_targets).sum().item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        value_loss_sum / len(loader),
        chance_loss_sum / len(loader),
        chance_correct / count,
    )


model = Model().to(device)
value_criterion = nn.MSELoss()
chance_criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
    torch.as_tensor(high, dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

losses = {"loss": [], "value_loss": [], "chance_loss": [], "chance_accuracy": []}
for _ in range(3):
    loss, value_loss, chance_loss, chance_accuracy = train_epoch(
        model, train_loader, value_criterion, chance_criterion, optimizer
    )
    losses["loss"].append(loss)
    losses["value_loss"].append(value_loss)
    losses["chance_loss"].append(chance_loss)
    losses["chance_accuracy"].append(chance_accuracy)

worst = max(losses["value_loss"])
score = dict(
    zip(
        ["loss", "value_loss", "chance_loss", "chance_accuracy"],
        evaluate(
            model,
            DataLoader(train_data, batch_size=32),
            value_criterion,
            chance_criterion,
        ),
    )
)
