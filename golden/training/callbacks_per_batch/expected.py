"""Find a learning rate: it grows from batch to batch until the loss does."""

import numpy as np
from sklearn.datasets import load_digits
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

digits = load_digits()
images = digits.data.astype("float32") / 16.0
labels = digits.target


class LRFinder:
    """Multiplies the rate by a factor after each batch, and stops when the loss explodes."""

    def __init__(self, start=1e-3, factor=1.3):
        self.start = start
        self.factor = factor

    def on_train_begin(self, logs=None):
        self.rates, self.losses = [], []
        for group in self.optimizer.param_groups:
            group["lr"] = self.start

    def on_batch_end(self, batch, logs=None):
        lr = float(self.optimizer.param_groups[0]["lr"])
        self.rates.append(lr)
        self.losses.append(logs["loss"])
        # the first batches say nothing yet
        if batch > 5 and logs["loss"] > 4 * min(self.losses):
            self.model.stop_training = True
            return
        for group in self.optimizer.param_groups:
            group["lr"] = lr * self.factor


class Progress:
    def on_epoch_begin(self, epoch, logs=None):
        print(f"Epoch {epoch + 1} of {self.params['epochs']}")
        self.steps = self.params["steps"]

    def on_train_batch_begin(self, batch, logs=None):
        self.current = batch + 1


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


def train_epoch(model, loader, criterion, optimizer, lr_finder, progress):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = count = 0.0
    for batch, (inputs, targets) in enumerate(loader):
        progress.on_train_batch_begin(batch)
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
        count += len(inputs)
        logs = {"accuracy": correct / count, "loss": loss_sum / count}
        lr_finder.on_batch_end(batch, logs)
        accuracies.append(correct / count)
        if model.stop_training:
            break
    return loss_sum / count, correct / count


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

finder = LRFinder()
progress = Progress()
accuracies = []

train_data = TensorDataset(
    torch.as_tensor(images, dtype=torch.float32),
    torch.as_tensor(labels, dtype=torch.long),
)
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)

finder.model = model
finder.optimizer = optimizer
model.stop_training = False
finder.on_train_begin()
progress.params = {"epochs": 2, "steps": len(train_loader)}
for epoch in range(2):
    progress.on_epoch_begin(epoch)
    loss, accuracy = train_epoch(
        model, train_loader, criterion, optimizer, finder, progress
    )
    print(f"Epoch {epoch + 1}/2 - loss: {loss:.4f} - accuracy: {accuracy:.4f}")
    if model.stop_training:
        break

rates, losses = np.array(finder.rates), np.array(finder.losses)
seen = progress.current / progress.steps
print(f"the loss was lowest at a rate of {rates[losses.argmin()]:.3f}")
