"""Digits, with the weights of the best epoch, as in a well-known book."""

import copy
import os
import tempfile

from sklearn.datasets import load_digits
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

os.chdir(tempfile.mkdtemp())

images, labels = load_digits(return_X_y=True)
train_images, test_images = images[:1200] / 16.0, images[1200:] / 16.0
train_labels, test_labels = labels[:1200], labels[1200:]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(64, 32)
        self.dense_1 = nn.Linear(32, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)  # logits: the loss applies the softmax


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


@torch.no_grad()
def predict(model, x):
    """Class probabilities as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat(
        [model(batch.to(device)).softmax(1).cpu() for batch in batches]
    ).numpy()


model = Model().to(device)

criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)

# The last 20% are for validation
split = int(len(train_images) * 0.8)
train_data = TensorDataset(
    torch.as_tensor(train_images[:split], dtype=torch.float32),
    torch.as_tensor(train_labels[:split], dtype=torch.long),
)
val_data = TensorDataset(
    torch.as_tensor(train_images[split:], dtype=torch.float32),
    torch.as_tensor(train_labels[split:], dtype=torch.long),
)
train_loader = DataLoader(train_data, batch_size=128, shuffle=True)
val_loader = DataLoader(val_data, batch_size=128)

saved_loss = None
for epoch in range(6):
    loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, val_loader, criterion)
    print(
        f"Epoch {epoch + 1}/6 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )
    if saved_loss is None or val_loss < saved_loss:
        saved_loss = val_loss
        torch.save(model.state_dict(), "digits.pt")

# the best epoch need not be the last
test_model = copy.deepcopy(model)
test_model.load_state_dict(torch.load("digits.pt", map_location=device))
test_data = TensorDataset(
    torch.as_tensor(test_images, dtype=torch.float32),
    torch.as_tensor(test_labels, dtype=torch.long),
)
test_loss, test_acc = evaluate(
    test_model, DataLoader(test_data, batch_size=32), criterion
)
print(f"Test accuracy: {test_acc:.3f}")
predictions = predict(test_model, test_images[:10])
