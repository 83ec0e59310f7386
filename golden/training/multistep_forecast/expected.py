import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

t = np.arange(0, 60, 0.1)
series = np.sin(t) + 0.1 * np.cos(5 * t)
WINDOW, HORIZON = 16, 4


def windowed(series, window, horizon):
    xs, ys = [], []
    for i in range(len(series) - window - horizon):
        xs.append(series[i : i + window])
        ys.append(series[i + window : i + window + horizon])
    return np.array(xs)[..., np.newaxis], np.array(ys)


x, y = windowed(series, WINDOW, HORIZON)
n = int(0.8 * len(x))
x_train, y_train, x_test, y_test = x[:n], y[:n], x[n:], y[n:]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1d = nn.Conv1d(1, 8, 3)
        self.conv1d_1 = nn.Conv1d(8, 8, 3, dilation=2)
        self.dense = nn.Linear(128, HORIZON)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.transpose(1, 2)
        x = F.relu(self.conv1d(F.pad(x, (2, 0))))
        x = F.relu(self.conv1d_1(F.pad(x, (4, 0))))
        x = x.transpose(1, 2).flatten(1)
        return self.dense(x)


def with_axes_of(outputs, targets):
    """Give targets the last axis of one number that they lack, or have besides."""
    if targets.dim() == outputs.dim() + 1:
        return targets.squeeze(-1)
    if targets.dim() == outputs.dim() - 1 and outputs.shape[-1] == 1:
        return targets.unsqueeze(-1)
    return targets


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv1d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and absolute error over the samples."""
    model.train()
    loss_sum = absolute_error = 0.0
    for inputs, targets in tqdm(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        targets = with_axes_of(outputs, targets)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        absolute_error += (outputs - targets).abs().mean().item() * len(inputs)
    return loss_sum / len(loader.dataset), absolute_error / len(loader.dataset)


@torch.no_grad()
def predict(model, x):
    """Outputs as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


model = Model().to(device)
criterion = nn.HuberLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)

train_data = TensorDataset(
    torch.as_tensor(x_train, dtype=torch.float32),
    torch.as_tensor(y_train, dtype=torch.float32),
)
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)

for epoch in range(3):
    loss, mae = train_epoch(model, train_loader, criterion, optimizer)
    print(f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - mae: {mae:.4f}")

forecast = predict(model, x_test)
mae = np.abs(forecast - y_test).mean()
print(mae)
