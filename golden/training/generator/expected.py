from itertools import islice

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm
from sklearn.datasets import load_digits

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

images, labels = load_digits(return_X_y=True)
rows = images.reshape(-1, 8, 8) / 16.0
BATCH_SIZE = 64


def batch_generator(x, y, batch_size=BATCH_SIZE):
    """Yields batches without end."""
    n = len(x) // batch_size
    while True:
        for i in range(n):
            batch_x = x[i * batch_size : (i + 1) * batch_size]
            batch_y = y[i * batch_size : (i + 1) * batch_size]
            yield batch_x, batch_y


train_gen = batch_generator(rows[:1400], labels[:1400])


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1d = nn.Conv1d(8, 16, 3)
        self.dense = nn.Linear(16, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.transpose(1, 2)
        x = F.relu(self.conv1d(x))
        x = x.amax(2)
        return self.dense(x)  # logits: the loss applies the softmax


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv1d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, batches, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = count = 0.0
    for x, y in tqdm(batches):
        inputs = torch.as_tensor(x, dtype=torch.float32).to(device)
        targets = torch.as_tensor(y, dtype=torch.long).flatten().to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


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
def evaluate_model(model, batches, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = count = 0.0
    for x, y in batches:
        inputs = torch.as_tensor(x, dtype=torch.float32).to(device)
        targets = torch.as_tensor(y, dtype=torch.long).flatten().to(device)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

# a part of the data in each epoch
val_data = TensorDataset(
    torch.as_tensor(rows[1400:], dtype=torch.float32),
    torch.as_tensor(labels[1400:], dtype=torch.long),
)
val_loader = DataLoader(val_data, batch_size=32)

history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
for epoch in range(3):
    loss, accuracy = train_epoch(model, islice(train_gen, 15), criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, val_loader, criterion)
    history["loss"].append(loss)
    history["accuracy"].append(accuracy)
    history["val_loss"].append(val_loss)
    history["val_accuracy"].append(val_accuracy)
    print(
        f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )

loss, accuracy = evaluate_model(
    model, islice(batch_generator(rows, labels, 100), 10), criterion
)
print(f"{accuracy:.3f}", history["val_loss"])
