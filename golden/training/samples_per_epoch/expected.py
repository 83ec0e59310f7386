import numpy as np
import torch
from torch import nn
from sklearn.datasets import load_wine

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_wine(return_X_y=True)
x = (x - x.mean(axis=0)) / x.std(axis=0)


def batches(x, y, size=16):
    while True:
        for i in range(0, len(x), size):
            yield x[i : i + size], y[i : i + size]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(13, 8)
        self.dense_1 = nn.Linear(8, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        x = torch.tanh(self.dense(x))
        return self.dense_1(x)  # logits: the loss applies the softmax


def take_samples(batches, count):
    """As many batches as hold at least so many samples."""
    seen = 0
    for batch in batches:
        yield batch
        seen += len(batch[0])
        if seen >= count:
            break


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, batches, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = count = 0.0
    for x, y in batches:
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
def evaluate(model, batches, criterion):
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

train_batches = batches(x[:128], y[:128])
val_batches = batches(x[128:], y[128:], 25)

history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
for _ in range(3):
    loss, accuracy = train_epoch(
        model, take_samples(train_batches, 128), criterion, optimizer
    )
    val_loss, val_accuracy = evaluate(model, take_samples(val_batches, 50), criterion)
    history["loss"].append(loss)
    history["accuracy"].append(accuracy)
    history["val_loss"].append(val_loss)
    history["val_accuracy"].append(val_accuracy)

for count in (32, 64):
    # the first of them
    scores = list(evaluate(model, take_samples(batches(x, y), count), criterion))
    print(count, scores)
print(history["val_accuracy"])
