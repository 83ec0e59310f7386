"""Tells bright images from dark ones."""

import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

rng = np.random.default_rng(0)
images = rng.normal(size=(60, 8, 8, 3)) + rng.normal(size=(60, 1, 1, 1))
bright = (images.mean(axis=(1, 2, 3)) > 0).astype("float32")


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        height = 8
        width = 8
        channels = 3
        self.conv2ds = nn.ModuleList()
        self.batch_normalizations = nn.ModuleList()
        for filters in (4, 8):
            self.conv2ds.append(
                nn.Conv2d(channels, filters, 3, padding="same", bias=False)
            )
            self.batch_normalizations.append(
                partly_affine(
                    BiasedBatchNorm2d(filters, eps=1e-3, momentum=0.01), scale=False
                )
            )
            height = height // 2
            width = width // 2
            channels = filters
        self.dense = nn.Linear(height * width * channels, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv2d, batch_normalization in zip(self.conv2ds, self.batch_normalizations):
            x = conv2d(x)
            x = batch_normalization(x)
            x = F.relu(x)
            x = F.max_pool2d(x, 2)
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.dense(x)  # logits: the loss applies the sigmoid


class BiasedBatchNorm2d(nn.BatchNorm2d):
    """Keeps the variance of the batch itself; torch's is n / (n - 1) times as large."""

    def forward(self, x):
        if not self.training:
            return super().forward(x)
        with torch.no_grad():
            var, mean = torch.var_mean(x, [0, *range(2, x.dim())], correction=0)
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(var, self.momentum)
        # unlike that of nn.functional, it takes a batch of one sample
        return torch.batch_norm(
            x, self.weight, self.bias, None, None, True, 0, self.eps, False
        )


class KerasSGD(torch.optim.Optimizer):
    """Its momentum is that of steps, as in Keras; torch's is that of gradients.

    They differ where the learning rate changes.
    """

    def __init__(self, params, lr, momentum, nesterov=False):
        super().__init__(params, dict(lr=lr, momentum=momentum, nesterov=nesterov))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            momentum = group["momentum"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if not state:
                    state["velocity"] = torch.zeros_like(p)
                step = -group["lr"] * p.grad
                velocity = state["velocity"].mul_(momentum).add_(step)
                p.add_(momentum * velocity + step if group["nesterov"] else velocity)


def clip_norm(parameters, max_norm):
    """Scale the gradients down to a norm; torch's function adds 1e-6 to the one they have."""
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = sum(gradient.square().sum() for gradient in gradients) ** 0.5
    for gradient in gradients:
        gradient.mul_(max_norm / norm.clamp(min=max_norm))


def partly_affine(norm, scale=True, center=True):
    """Leave out the scale or the offset: fixed at one and zero, they do nothing."""
    for name, trained in (("weight", scale), ("bias", center)):
        if not trained:
            value = getattr(norm, name).detach()
            delattr(norm, name)
            norm.register_buffer(name, value)
    return norm


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        clip_norm(model.parameters(), 1.0)
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


model = Model().to(device)

criterion = nn.BCEWithLogitsLoss()
optimizer = KerasSGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True)

# The last 20% are for validation
split = int(len(images) * 0.8)
train_data = TensorDataset(
    torch.as_tensor(images[:split], dtype=torch.float32),
    torch.as_tensor(bright[:split], dtype=torch.float32).reshape(-1, 1),
)
val_data = TensorDataset(
    torch.as_tensor(images[split:], dtype=torch.float32),
    torch.as_tensor(bright[split:], dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=16, shuffle=True)
val_loader = DataLoader(val_data, batch_size=16)

plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
    optimizer, factor=0.5, patience=0, threshold_mode="abs", eps=0
)
for _ in range(4):
    loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, val_loader, criterion)
    # To Keras 3, nothing is better than a first value of NaN
    if plateau.last_epoch == 0 and math.isnan(val_loss):
        plateau.best, plateau.last_epoch = val_loss, 1
    else:
        plateau.step(val_loss)
