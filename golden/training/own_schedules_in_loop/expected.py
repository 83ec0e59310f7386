"""Which warmup is best for digits."""

import math

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_digits

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

digits = load_digits()
x = digits.data.astype("float32") / 16.0
y = digits.target


class WarmUpCosine:
    def __init__(self, base, total_steps, warmup_steps):
        super(WarmUpCosine, self).__init__()
        self.base = base
        self.total_steps = total_steps
        self.warmup_steps = warmup_steps

    def __call__(self, step):
        step = torch.as_tensor(step, dtype=torch.float32)
        done = (step - self.warmup_steps) / (self.total_steps - self.warmup_steps)
        falling = 0.5 * self.base * (1 + torch.cos(torch.as_tensor(math.pi) * done))
        rising = self.base * (step + 1) / max(self.warmup_steps, 1)
        rate = torch.where(step < self.warmup_steps, rising, falling)
        return torch.where(step > self.total_steps, 0.0, rate)


class EvaluateWarmup(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(64, 32)
        self.dense_1 = nn.Linear(32, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)  # logits: the loss applies the softmax


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


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer, scheduler):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        loss_sum += loss.item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
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
        correct += (logits.argmax(1) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


def evaluate_warmup(warmup_steps):
    model = EvaluateWarmup().to(device)
    criterion = nn.CrossEntropyLoss()
    optimizer = KerasSGD(model.parameters(), lr=1.0, momentum=0.9)
    schedule = WarmUpCosine(0.5, 45, warmup_steps)
    scheduler = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: float(schedule(torch.tensor(step)))
    )

    train_data = TensorDataset(
        torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long)
    )
    train_loader = DataLoader(train_data, batch_size=128, shuffle=True)

    for _ in range(3):
        train_epoch(model, train_loader, criterion, optimizer, scheduler)

    return evaluate(model, DataLoader(train_data, batch_size=32), criterion)[0]


losses = []
for warmup_steps in (0, 10, 20):
    losses.append(evaluate_warmup(warmup_steps))
print("losses:", losses)
