import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

LENGTH = 10
BATCH_SIZE = 16

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def windows_with_targets(data, targets, length, stride=1, step=1):
    """Each stretch of a series, with the target at its start."""
    size = (length - 1) * step + 1
    windows = torch.as_tensor(data).unfold(0, size, 1).movedim(-1, 1)[:, ::step]
    count = min(len(windows), len(targets))
    targets = torch.as_tensor(targets)
    return TensorDataset(windows[:count:stride], targets[:count:stride])


data = np.sin(np.arange(200) / 6).reshape(-1, 1)
train, test = data[:150], data[150:]

# ten steps, and the one behind them
train_generator = DataLoader(
    windows_with_targets(train, train[LENGTH:], LENGTH), batch_size=BATCH_SIZE
)
test_generator = DataLoader(
    windows_with_targets(test, test[LENGTH:], LENGTH), batch_size=BATCH_SIZE
)
print(len(train_generator), "batches")


class Model(nn.Module):
    def __init__(self, units):
        super().__init__()
        self.gru = nn.GRU(1, units, batch_first=True)
        self.dense = nn.Linear(units, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x, _ = self.gru(x)
        x = x[:, -1]
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.GRU):
        for name, weight in module.named_parameters():
            if "weight_ih" in name:
                nn.init.xavier_uniform_(weight)
            elif "weight_hh" in name:
                nn.init.orthogonal_(weight)
            else:
                nn.init.zeros_(weight)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = count = 0.0
    for inputs, targets in loader:
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.float32).reshape(len(targets), -1)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        count += len(inputs)
    return loss_sum / count


@torch.no_grad()
def predict(model, loader):
    """Outputs as a numpy array."""
    model.eval()
    outputs = []
    for inputs, _ in loader:
        inputs = inputs.to(device, torch.float32)
        outputs.append(model(inputs).cpu())
    return torch.cat(outputs).numpy()


for units in (4, 8):
    model = Model(units).to(device)
    criterion = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

    for _ in range(2):
        train_epoch(model, train_generator, criterion, optimizer)

    predicted = predict(model, test_generator)
