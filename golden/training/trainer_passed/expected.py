import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Build(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.dense = nn.Linear(n, 4)
        self.dense_1 = nn.Linear(4, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
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
def evaluate(model, loader, criterion):
    """Mean loss over the samples."""
    model.eval()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss_sum += criterion(outputs, targets).item() * len(inputs)
    return loss_sum / len(loader.dataset)


def build(n):
    return Build(n).to(device)


def fit_model(model, criterion, optimizer, x, y, epochs=5):
    train_data = TensorDataset(
        torch.as_tensor(x, dtype=torch.float32),
        torch.as_tensor(y, dtype=torch.float32).reshape(len(y), -1),
    )
    train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

    history = {"loss": []}
    best_loss, wait = None, 0
    for _ in range(epochs):
        loss = train_epoch(model, train_loader, criterion, optimizer)
        history["loss"].append(loss)
        # Stop early
        if best_loss is None or loss < best_loss:
            best_loss, wait = loss, 0
        else:
            wait += 1
            if wait >= 2:
                break

    return model, history['loss']


def evaluate_model(model, x, y):
    test_data = TensorDataset(
        torch.as_tensor(x, dtype=torch.float32),
        torch.as_tensor(y, dtype=torch.float32).reshape(len(y), -1),
    )
    loss = evaluate(model, DataLoader(test_data, batch_size=32), nn.MSELoss())
    print('loss', loss)
    return loss


rng = np.random.default_rng(0)
x = rng.random((64, 5))
y = x.sum(1)
model = build(5)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
model, losses = fit_model(model, criterion, optimizer, x, y)
_, more = fit_model(model, criterion, optimizer, x, y, epochs=2)
score = evaluate_model(model, x, y)
prediction = predict(model, x)
