"""A denoising autoencoder for digits, and the half of it that gives the codes."""

import numpy as np
from sklearn.datasets import load_digits
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Autoencoder(nn.Module):
    def __init__(self, size, codes=8):
        super().__init__()
        self.code = nn.Linear(size, codes)
        self.dense = nn.Linear(codes, size)
        self.apply(init_like_keras)

    def forward(self, inputs):
        code = torch.tanh(self.code(inputs))
        return torch.sigmoid(self.dense(code))


class Encoder(nn.Module):
    def __init__(self, autoencoder):
        super().__init__()
        self.code = autoencoder.code

    def forward(self, inputs):
        return torch.tanh(self.code(inputs))


def with_axes_of(outputs, targets):
    """Give targets the last axis of one number that they lack, or have besides."""
    if targets.dim() == outputs.dim() + 1:
        return targets.squeeze(-1)
    if targets.dim() == outputs.dim() - 1 and outputs.shape[-1] == 1:
        return targets.unsqueeze(-1)
    return targets


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets in tqdm(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(outputs, with_axes_of(outputs, targets))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


@torch.no_grad()
def predict(model, x):
    """Outputs as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


def build(size, codes=8):
    autoencoder = Autoencoder(size, codes).to(device)
    encoder = Encoder(autoencoder).to(device)
    return autoencoder, encoder


images = load_digits().data[:200] / 16.0
noisy = np.clip(images + np.random.default_rng(0).normal(0, 0.1, images.shape), 0, 1)

autoencoder, encoder = build(images.shape[1])
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(autoencoder.parameters(), lr=0.1, momentum=0.9)

train_data = TensorDataset(
    torch.as_tensor(noisy, dtype=torch.float32),
    torch.as_tensor(images, dtype=torch.float32),
)
train_loader = DataLoader(train_data, batch_size=32)

history = {"loss": []}
for epoch in range(3):
    loss = train_epoch(autoencoder, train_loader, criterion, optimizer)
    history["loss"].append(loss)
    print(f"Epoch {epoch + 1}/3 - loss: {loss:.4f}")

print(history["loss"])
codes = predict(encoder, images)
print(codes.mean(axis=0))
