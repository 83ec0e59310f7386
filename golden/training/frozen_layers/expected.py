"""Train the last layers of a small network first, then compare with all of it."""
from sklearn.datasets import load_digits
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

digits = load_digits()
x, y = digits.data[:600] / 16.0, digits.target[:600]


class Build(nn.Module):
    def __init__(self, units):
        super().__init__()
        self.dense = nn.Linear(64, units).requires_grad_(False)
        self.dense_1 = nn.Linear(units, units)
        self.dense_2 = nn.Linear(units, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        return F.softmax(self.forward_logits(x), dim=-1)

    def forward_logits(self, x):
        """The scores before the softmax, for the loss."""
        x = F.relu(self.dense(x))
        x = F.relu(self.dense_1(x))
        return self.dense_2(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
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
        logits = model.forward_logits(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


def train_net_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


def build(units):
    return Build(units).to(device)


scores = []

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long)
)
train_loader = DataLoader(train_data, batch_size=50, shuffle=True)

for units in (8, 12):
    model = build(units)
    model_criterion = nn.CrossEntropyLoss()
    model_optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    for _ in range(2):
        train_epoch(model, train_loader, model_criterion, model_optimizer)

    scores.append(
        evaluate(model, DataLoader(train_data, batch_size=32), model_criterion)[0]
    )


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        # the features stay
        self.dense = nn.Linear(64, 16).requires_grad_(False)
        self.layer_normalization = nn.LayerNorm(16, eps=1e-3)
        self.dense_1 = nn.Linear(16, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        return F.softmax(self.forward_logits(x), dim=-1)

    def forward_logits(self, x):
        """The scores before the softmax, for the loss."""
        x = torch.tanh(self.dense(x))
        x = self.layer_normalization(x)
        return self.dense_1(x)


net = Model().to(device)
net_criterion = nn.CrossEntropyLoss()
net_optimizer = torch.optim.SGD(net.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long)
)
train_loader = DataLoader(train_data, batch_size=50, shuffle=True)

history = {"loss": []}
for _ in range(2):
    loss = train_net_epoch(net, train_loader, net_criterion, net_optimizer)
    history["loss"].append(loss)

losses = history["loss"]
