"""Pretrain on one half of the digits, then fine-tune on the other."""
import numpy as np
from sklearn.datasets import load_digits
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

digits = load_digits()
images = (digits.images / 16.0)[..., np.newaxis]
low = digits.target < 5
x_source, y_source = images[low], digits.target[low]
x_target, y_target = images[~low], digits.target[~low] - 5


class Base(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(1, 8, 3, padding="same")
        self.dense = nn.Linear(128, 24)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        x = F.max_pool2d(x, 2)
        x = x.permute(0, 2, 3, 1).flatten(1)
        return F.relu(self.dense(x))


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
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


base = Base()


class Source(nn.Module):
    def __init__(self, base):
        super().__init__()
        self.base = base
        self.dense = nn.Linear(24, 5)
        self.dense.apply(init_like_keras)

    def forward(self, x):
        x = self.base(x)
        return self.dense(x)  # logits: the loss applies the softmax


source = Source(base).to(device)
source_criterion = nn.CrossEntropyLoss()
source_optimizer = torch.optim.SGD(source.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(x_source, dtype=torch.float32),
    torch.as_tensor(y_source, dtype=torch.long),
)
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)

for epoch in range(2):
    loss, accuracy = train_epoch(
        source, train_loader, source_criterion, source_optimizer
    )
    print(f"Epoch {epoch + 1}/2 - loss: {loss:.4f} - accuracy: {accuracy:.4f}")

# freeze the base and train a new head
base.requires_grad_(False)


class Model(nn.Module):
    def __init__(self, base):
        super().__init__()
        self.base = base
        self.dense = nn.Linear(24, 5)
        self.dense.apply(init_like_keras)

    def forward(self, inputs):
        return self.dense(self.base(inputs))  # logits: the loss applies the softmax


model = Model(base).to(device)
model_criterion = nn.CrossEntropyLoss()
model_optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

# The last 20% are for validation
split = int(len(x_target) * 0.8)
train_data = TensorDataset(
    torch.as_tensor(x_target[:split], dtype=torch.float32),
    torch.as_tensor(y_target[:split], dtype=torch.long).flatten(),
)
val_data = TensorDataset(
    torch.as_tensor(x_target[split:], dtype=torch.float32),
    torch.as_tensor(y_target[split:], dtype=torch.long).flatten(),
)
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)
val_loader = DataLoader(val_data, batch_size=64)

frozen = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
for epoch in range(2):
    loss, accuracy = train_epoch(model, train_loader, model_criterion, model_optimizer)
    val_loss, val_accuracy = evaluate(model, val_loader, model_criterion)
    frozen["loss"].append(loss)
    frozen["accuracy"].append(accuracy)
    frozen["val_loss"].append(val_loss)
    frozen["val_accuracy"].append(val_accuracy)
    print(
        f"Epoch {epoch + 1}/2 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )

# unfreeze and go on with a small learning rate
base.requires_grad_(True)
model_criterion = nn.CrossEntropyLoss()
model_optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

tuned = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
for epoch in range(2):
    loss, accuracy = train_epoch(model, train_loader, model_criterion, model_optimizer)
    val_loss, val_accuracy = evaluate(model, val_loader, model_criterion)
    tuned["loss"].append(loss)
    tuned["accuracy"].append(accuracy)
    tuned["val_loss"].append(val_loss)
    tuned["val_accuracy"].append(val_accuracy)
    print(
        f"Epoch {epoch + 1}/2 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )

accuracy = frozen["val_accuracy"] + tuned["val_accuracy"]
