"""A function that compiles and trains, called before and after the features are frozen."""

from sklearn.datasets import load_digits
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_digits(return_X_y=True)
x = (x / 16.0).reshape(-1, 8, 8, 1)
low = y < 5


def train_model(model, images, labels, epochs=2):
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

    train_data = TensorDataset(
        torch.as_tensor(images, dtype=torch.float32),
        torch.as_tensor(labels, dtype=torch.long).flatten(),
    )
    train_loader = DataLoader(train_data, batch_size=64, shuffle=True)

    for epoch in range(epochs):
        train_epoch(model, train_loader, criterion, optimizer)
    test_data = TensorDataset(
        torch.as_tensor(images, dtype=torch.float32),
        torch.as_tensor(labels, dtype=torch.long).flatten(),
    )
    score = evaluate(model, DataLoader(test_data, batch_size=32), criterion)
    print("accuracy:", score[1])


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(1, 8, 3)
        self.dense = nn.Linear(288, 16)
        self.dense_1 = nn.Linear(16, 5)
        self.apply(init_like_keras)

    def forward(self, x):
        return F.softmax(self.forward_logits(x), dim=-1)

    def forward_logits(self, x):
        """The scores before the softmax, for the loss."""
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        x = x.permute(0, 2, 3, 1).flatten(1)
        x = F.relu(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
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


model = Model().to(device)
train_model(model, x[low], y[low])

# what was found stays
model.conv2d.requires_grad_(False)
train_model(model, x[~low], y[~low] - 5)
