"""A trainer that gets a compiled model, trains it as long as that helps, and reports."""
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Trainer:
    """Trains a model on one data set."""

    def __init__(self, model: nn.Module, criterion, optimizer, config):
        self.model = model
        self.criterion = criterion
        self.optimizer = optimizer
        self.config = config
        self.best = float("inf")
        self.losses = []

    def train(self, x, y):
        train_data = TensorDataset(
            torch.as_tensor(x, dtype=torch.float32),
            torch.as_tensor(y, dtype=torch.float32).reshape(len(y), -1),
        )
        train_loader = DataLoader(train_data, batch_size=25, shuffle=True)

        # stop as soon as nothing gets better
        for _ in range(self.config["rounds"]):
            history = {"loss": [], "mae": []}
            for _ in range(self.config["epochs"]):
                loss, mae = train_epoch(
                    self.model, train_loader, self.criterion, self.optimizer
                )
                history["loss"].append(loss)
                history["mae"].append(mae)

            self.losses += history["loss"]
            loss = self.losses[-1]
            if loss >= self.best:
                break
            self.best = loss

    def report(self, x, y):
        test_data = TensorDataset(
            torch.as_tensor(x, dtype=torch.float32),
            torch.as_tensor(y, dtype=torch.float32).reshape(len(y), -1),
        )
        loss, error = evaluate(
            self.model, DataLoader(test_data, batch_size=32), self.criterion
        )
        print(f"loss {loss:.4f}, error {error:.4f}")
        return error


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(6, 8)
        self.dense_1 = nn.Linear(8, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = torch.tanh(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


@torch.no_grad()
def predict(model, x):
    """Outputs as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


def train_epoch(model, loader, criterion, optimizer):
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


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and absolute error over the samples."""
    model.eval()
    loss_sum = absolute_error = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss_sum += criterion(outputs, targets).item() * len(inputs)
        absolute_error += (outputs - targets).abs().mean().item() * len(inputs)
    return loss_sum / len(loader.dataset), absolute_error / len(loader.dataset)


def main():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(100, 6))
    y = x[:, :2].sum(axis=1, keepdims=True)

    model = Model().to(device)
    criterion = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    trainer = Trainer(model, criterion, optimizer, {"rounds": 3, "epochs": 2})
    trainer.train(x, y)
    error = trainer.report(x, y)
    return error, trainer.losses, predict(model, x[:10])


error, losses, found = main()
