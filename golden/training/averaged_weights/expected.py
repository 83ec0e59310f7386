"""A regression whose weights are averaged while it trains; the averages are validated."""

import numpy as np
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

rng = np.random.default_rng(0)
x = rng.normal(size=(400, 8))
y = x[:, :1] * 2 + rng.normal(size=(400, 1))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(8, 16)
        self.dense_1 = nn.Linear(16, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = torch.tanh(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer, averaged):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets in tqdm(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        averaged.update_parameters(model)
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


model = Model().to(device)

# Polyak averaging: the weights become their moving averages in the end
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.5)
averaged = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.875))

for width in (1.0, 2.0):
    x_all = x * width
    # The last 20% are for validation
    split = int(len(x_all) * 0.8)
    train_data = TensorDataset(
        torch.as_tensor(x_all[:split], dtype=torch.float32),
        torch.as_tensor(y[:split], dtype=torch.float32).reshape(len(y[:split]), -1),
    )
    val_data = TensorDataset(
        torch.as_tensor(x_all[split:], dtype=torch.float32),
        torch.as_tensor(y[split:], dtype=torch.float32).reshape(len(y[split:]), -1),
    )
    train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
    val_loader = DataLoader(val_data, batch_size=32)

    history = {"loss": [], "val_loss": []}
    for epoch in range(3):
        loss = train_epoch(model, train_loader, criterion, optimizer, averaged)
        val_loss = evaluate(averaged.module, val_loader, criterion)
        history["loss"].append(loss)
        history["val_loss"].append(val_loss)
        print(f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - val_loss: {val_loss:.4f}")
    model.load_state_dict(averaged.module.state_dict())

    print("best:", min(history["val_loss"]))
test_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.float32).reshape(len(y), -1),
)
score = evaluate(model, DataLoader(test_data, batch_size=32), criterion)
