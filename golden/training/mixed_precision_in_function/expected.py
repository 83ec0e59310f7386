"""A regression in bfloat16, layer by layer."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import StandardScaler

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Regressor(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        features = 10
        self.denses = nn.ModuleList()
        for _ in range(depth):
            self.denses.append(nn.Linear(features, width))
            features = width
        self.dense = nn.Linear(features, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense in self.denses:
            x = torch.tanh(dense(x))
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer, scheduler):
    """Train on every batch once; mean loss and absolute error over the samples."""
    model.train()
    loss_sum = absolute_error = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            outputs = model(inputs).float()
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        loss_sum += loss.item() * len(inputs)
        absolute_error += (outputs - targets).abs().mean().item() * len(inputs)
    return loss_sum / len(loader.dataset), absolute_error / len(loader.dataset)


def build_model(width, depth):
    return Regressor(width, depth).to(device)


def main():
    x, y = load_diabetes(return_X_y=True)
    x = StandardScaler().fit_transform(x)
    y = (y - y.mean()) / y.std()

    model = build_model(16, 2)
    criterion = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: 0.9 ** (step / 20)
    )

    train_data = TensorDataset(
        torch.as_tensor(x, dtype=torch.float32),
        torch.as_tensor(y, dtype=torch.float32).reshape(len(y), -1),
    )
    train_loader = DataLoader(train_data, batch_size=34, shuffle=True)

    history = {"loss": [], "mae": []}
    for epoch in range(4):
        loss, mae = train_epoch(model, train_loader, criterion, optimizer, scheduler)
        history["loss"].append(loss)
        history["mae"].append(mae)
        print(f"Epoch {epoch + 1}/4 - loss: {loss:.4f} - mae: {mae:.4f}")

    return history["mae"]


if __name__ == "__main__":
    errors = main()
    print(f"mean absolute error: {errors[-1]:.2f}")
