from sklearn.datasets import load_diabetes
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_diabetes(return_X_y=True)
y = y / 100.0


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(10, 16)
        self.dense_1 = nn.Linear(16, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)


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
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


model = Model().to(device)
criterion = nn.MSELoss()
optimizer = KerasSGD(model.parameters(), lr=0.1, momentum=0.9)

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)

h1 = {"loss": []}
for epoch in range(2):
    loss = train_epoch(model, train_loader, criterion, optimizer)
    h1["loss"].append(loss)
    print(f"Epoch {epoch + 1}/2 - loss: {loss:.4f}")

for group in optimizer.param_groups:
    group["lr"] = 0.001

h3 = {"loss": []}
for epoch in range(2):
    loss = train_epoch(model, train_loader, criterion, optimizer)
    h3["loss"].append(loss)
    print(f"Epoch {epoch + 1}/2 - loss: {loss:.4f}")

for group in optimizer.param_groups:
    group["lr"] = 0.005

h4 = {"loss": []}
for epoch in range(2):
    loss = train_epoch(model, train_loader, criterion, optimizer)
    h4["loss"].append(loss)
    print(f"Epoch {epoch + 1}/2 - loss: {loss:.4f}")

lr = float(optimizer.param_groups[0]["lr"])
losses = h1["loss"] + h3["loss"] + h4["loss"]
