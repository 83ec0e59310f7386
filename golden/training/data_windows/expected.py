import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class MappedTensors(Dataset):
    """The samples of a dataset as a function changes them."""

    def __init__(self, dataset, function):
        self.dataset = dataset
        self.function = function

    def __len__(self):
        return len(self.dataset)

    def __getitem__(self, index):
        return self.function(self.dataset[index])


time = np.arange(400)
series = np.sin(time / 10.0).astype("float32")


def windowed_dataset(series, window_size, batch_size, shuffle_buffer):
    dataset = torch.tensor(series)
    dataset = dataset.unfold(0, window_size + 1, 1).movedim(-1, 1)
    dataset = MappedTensors(dataset, lambda window: (window[:-1], window[-1]))
    dataset = DataLoader(dataset, batch_size=batch_size, shuffle=True)
    return dataset


dataset = windowed_dataset(series, 20, 32, 100)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(20, 10)
        self.dense_1 = nn.Linear(10, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


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


model = Model().to(device)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9)

for _ in range(3):
    train_epoch(model, dataset, criterion, optimizer)
