"""Counts peaks in noisy measurements."""

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

rng = np.random.default_rng(0)
series = rng.normal(size=(60, 12, 3))
peaks = (series > 1.5).sum(axis=(1, 2)).astype("float32")


class Counter(nn.Module):
    def __init__(self, units, depth=2):
        super().__init__()
        self.batch_normalization = BiasedBatchNorm1d(3, eps=1e-3, momentum=0.01)
        channels = 3
        self.lstms = nn.ModuleList()
        for _ in range(depth):
            self.lstms.append(single_bias(nn.LSTM(channels, units, batch_first=True)))
            channels = units
        self.simple_rnn = single_bias(
            nn.RNN(channels, 4, batch_first=True, bidirectional=True)
        )
        self.batch_normalization_1 = BiasedBatchNorm1d(8, eps=1e-3)
        self.dense = nn.Linear(8, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.transpose(1, 2)
        x = self.batch_normalization(x)
        x = x.transpose(1, 2)
        for lstm in self.lstms:
            x, _ = lstm(x)
        # both directions see all of it
        _, h = self.simple_rnn(x)
        x = torch.cat([h[-2], h[-1]], dim=-1)
        x = self.batch_normalization_1(x)
        return self.dense(x)


class BiasedBatchNorm1d(nn.BatchNorm1d):
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


class KerasAdam(torch.optim.Adam):
    """Adds `eps` before the bias correction, as Keras does; torch adds it after."""

    def step(self, closure=None):
        for group in self.param_groups:
            group["steps"] = group.get("steps", 0) + 1
            correction = 1 - group["betas"][1] ** group["steps"]
            group["eps"] = group.setdefault("added", group["eps"]) / correction**0.5
        return super().step(closure)


def clip_norm(parameters, max_norm):
    """Scale the gradients down to a norm; torch's function adds 1e-6 to the one they have."""
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = sum(gradient.square().sum() for gradient in gradients) ** 0.5
    for gradient in gradients:
        gradient.mul_(max_norm / norm.clamp(min=max_norm))


def single_bias(rnn):
    """Keep torch's second bias at zero: Keras has one bias only."""
    for name, bias in list(rnn.named_parameters()):
        if name.startswith("bias_hh"):
            delattr(rnn, name)
            rnn.register_buffer(name, None)
            setattr(rnn, name, torch.zeros_like(bias.detach()))
    return rnn


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, (nn.LSTM, nn.RNN)):
        for name, weight in module.named_parameters():
            if "weight_ih" in name:
                nn.init.xavier_uniform_(weight)
            elif "weight_hh" in name:
                nn.init.orthogonal_(weight)
            else:
                nn.init.zeros_(weight)
            if "bias_ih" in name and isinstance(module, nn.LSTM):
                nn.init.ones_(weight.detach().chunk(4)[1])  # forget gate


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
        for parameter in model.parameters():
            clip_norm([parameter], 0.5)
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


@torch.no_grad()
def predict(model, x):
    """Outputs as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


def build_counter(units, depth=2):
    """A stack of recurrent layers."""
    return Counter(units, depth).to(device)


model = build_counter(6)
criterion = nn.MSELoss()
optimizer = KerasAdam(model.parameters(), lr=0.01, eps=1e-7)

train_data = TensorDataset(
    torch.as_tensor(series, dtype=torch.float32),
    torch.as_tensor(peaks, dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=16, shuffle=True)

for _ in range(4):
    train_epoch(model, train_loader, criterion, optimizer)

counted = predict(model, series)
