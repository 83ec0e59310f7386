import numpy as np
from sklearn.datasets import load_digits
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

images, labels = load_digits(return_X_y=True)
images = images / 16.0


class Model(nn.Module):
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


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = 0.0
    for inputs, targets in tqdm(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


def train_on_batch(model, x, y, criterion, optimizer):
    """Train on one batch; its loss and accuracy."""
    model.train()
    inputs = torch.as_tensor(x, dtype=torch.float32).to(device)
    targets = torch.as_tensor(y, dtype=torch.long).flatten().to(device)
    logits = model(inputs)
    loss = criterion(logits, targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    correct = (logits.argmax(1) == targets).sum().item()
    return [loss.item(), correct / len(inputs)]


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


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = KerasSGD(model.parameters(), lr=0.125, momentum=0.5)

train_data = TensorDataset(
    torch.as_tensor(images, dtype=torch.float32),
    torch.as_tensor(labels, dtype=torch.long),
)
train_loader = DataLoader(train_data, batch_size=32)

history = {"loss": [], "accuracy": []}
for epoch in range(2):
    loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
    history["loss"].append(loss)
    history["accuracy"].append(accuracy)
    print(f"Epoch {epoch + 1}/2 - loss: {loss:.4f} - accuracy: {accuracy:.4f}")

for group in optimizer.param_groups:
    group["lr"] = 0.03125
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
print(f"loss: {loss:.4f} - accuracy: {accuracy:.4f}")
# slower
for group in optimizer.param_groups:
    group["lr"] = 0.015625

for epoch in range(len(history["loss"]) - 1, 3):
    loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
    print(f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - accuracy: {accuracy:.4f}")

for step in range(3):
    for group in optimizer.param_groups:
        group["lr"] = optimizer.param_groups[0]["lr"] / 2
    train_on_batch(model, images[:100], labels[:100], criterion, optimizer)
    print(step, "rate", float(optimizer.param_groups[0]["lr"]))

for group in optimizer.param_groups:
    group["lr"] = optimizer.param_groups[0]["lr"] * 0.5
rate = optimizer.param_groups[0]["lr"]
loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
print(f"loss: {loss:.4f} - accuracy: {accuracy:.4f}")
loss, acc = evaluate(model, DataLoader(train_data, batch_size=32), criterion)
