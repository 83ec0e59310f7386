import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def windows_with_targets(data, targets, length, stride=1, step=1):
    """Each stretch of a series, with the target at its start."""
    size = (length - 1) * step + 1
    windows = torch.as_tensor(data).unfold(0, size, 1).movedim(-1, 1)[:, ::step]
    count = min(len(windows), len(targets))
    targets = torch.as_tensor(targets)
    return TensorDataset(windows[:count:stride], targets[:count:stride])


t = np.arange(300.0) / 20
temperature = np.sin(t)
raw_data = np.stack([temperature, np.cos(t), t / 20], axis=1)
num_train, num_val = 150, 70
sampling_rate = 2
sequence_length = 6
delay = sampling_rate * (sequence_length + 2 - 1)
batch_size = 16

# each part of the series begins where the one before ends
train_dataset = DataLoader(
    windows_with_targets(
        raw_data[:-delay][:num_train],
        temperature[delay:][:num_train],
        sequence_length,
        step=sampling_rate,
    ),
    batch_size=batch_size,
)
val_dataset = DataLoader(
    windows_with_targets(
        raw_data[:-delay][num_train : num_train + num_val],
        temperature[delay:][num_train : num_train + num_val],
        sequence_length,
        step=sampling_rate,
    ),
    batch_size=batch_size,
)
tests = []
for start in (num_train, num_train + num_val):
    test_dataset = DataLoader(
        windows_with_targets(
            raw_data[:-delay][start:],
            temperature[delay:][start:],
            sequence_length,
            step=sampling_rate,
        ),
        batch_size=batch_size,
    )
    tests.append(sum(len(targets) for _, targets in test_dataset))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(sequence_length * 3, 8)
        self.dense_1 = nn.Linear(8, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.flatten(1)
        x = F.relu(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and absolute error over the samples."""
    model.train()
    loss_sum = absolute_error = count = 0.0
    for inputs, targets in tqdm(loader):
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.float32).reshape(len(targets), -1)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        absolute_error += (outputs - targets).abs().mean().item() * len(inputs)
        count += len(inputs)
    return loss_sum / count, absolute_error / count


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and absolute error over the samples."""
    model.eval()
    loss_sum = absolute_error = count = 0.0
    for inputs, targets in loader:
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.float32).reshape(len(targets), -1)
        outputs = model(inputs)
        loss_sum += criterion(outputs, targets).item() * len(inputs)
        absolute_error += (outputs - targets).abs().mean().item() * len(inputs)
        count += len(inputs)
    return loss_sum / count, absolute_error / count


model = Model().to(device)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

for epoch in range(2):
    loss, mae = train_epoch(model, train_dataset, criterion, optimizer)
    val_loss, val_mae = evaluate(model, val_dataset, criterion)
    print(
        f"Epoch {epoch + 1}/2 - loss: {loss:.4f} - mae: {mae:.4f}"
        f" - val_loss: {val_loss:.4f} - val_mae: {val_mae:.4f}"
    )

print(list(evaluate(model, val_dataset, criterion)))
