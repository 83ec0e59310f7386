"""Classify handwritten digits with a small convolutional network."""

import copy

import numpy as np
from sklearn.datasets import load_digits
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

EPOCHS = 5
BATCH_SIZE = 64

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

# 1,797 images of 8x8 pixels with values 0 to 16
digits = load_digits()
x = digits.images[..., np.newaxis].astype("float32") / 16.0
y = np.eye(10, dtype="float32")[digits.target]
x_train, y_train = x[:1500], y[:1500]
x_test, y_test = x[1500:], y[1500:]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(1, 32, 3)
        self.dropout = nn.Dropout(0.25)
        self.dense = nn.Linear(288, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))  # edges and strokes
        x = F.max_pool2d(x, 2)
        x = x.permute(0, 2, 3, 1).flatten(1)
        x = self.dropout(x)
        return self.dense(x)  # logits: the loss applies the softmax


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
        correct += (logits.argmax(1) == targets.argmax(1)).sum().item()
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
        correct += (logits.argmax(1) == targets.argmax(1)).sum().item()
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
optimizer = torch.optim.Adam(model.parameters(), eps=1e-7)

# The last 10% are for validation
split = int(len(x_train) * 0.9)
train_data = TensorDataset(
    torch.as_tensor(x_train[:split], dtype=torch.float32),
    torch.as_tensor(y_train[:split], dtype=torch.float32),
)
val_data = TensorDataset(
    torch.as_tensor(x_train[split:], dtype=torch.float32),
    torch.as_tensor(y_train[split:], dtype=torch.float32),
)
train_loader = DataLoader(train_data, batch_size=BATCH_SIZE, shuffle=True)
val_loader = DataLoader(val_data, batch_size=BATCH_SIZE)

history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
best_loss, best_weights, wait = None, None, 0
for epoch in range(EPOCHS):
    loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, val_loader, criterion)
    history["loss"].append(loss)
    history["accuracy"].append(accuracy)
    history["val_loss"].append(val_loss)
    history["val_accuracy"].append(val_accuracy)
    print(
        f"Epoch {epoch + 1}/{EPOCHS} - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )
    # Stop early, and go back to the best weights
    if best_loss is None or val_loss < best_loss:
        best_loss, best_weights, wait = val_loss, copy.deepcopy(model.state_dict()), 0
    else:
        wait += 1
        if wait >= 3:
            break
model.load_state_dict(best_weights)

print("best val_loss:", min(history["val_loss"]))

test_data = TensorDataset(
    torch.as_tensor(x_test, dtype=torch.float32),
    torch.as_tensor(y_test, dtype=torch.float32),
)
test_loss, test_acc = evaluate(model, DataLoader(test_data, batch_size=32), criterion)
print(f"test accuracy: {test_acc:.3f}")

probabilities = predict(model, x_test[:5])
print(probabilities.argmax(axis=-1), digits.target[1500:1505])
