"""Small batches, steps of four of them."""

import itertools
import math

from sklearn.datasets import load_digits
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

digits = load_digits()
x, y = digits.data / 16.0, digits.target


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


def train_epoch(model, loader, criterion, optimizer, scheduler, batch_numbers):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = 0.0
    for inputs, targets in tqdm(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        (loss / 4).backward()
        if next(batch_numbers) % 4 == 0:
            for parameter in model.parameters():
                nn.utils.clip_grad_norm_(parameter, 1.0)
            optimizer.step()
            scheduler.step()
            optimizer.zero_grad()
        loss_sum += loss.item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


model = Model().to(device)
# one step for 64 images, however little memory there is
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
scheduler = torch.optim.lr_scheduler.LambdaLR(
    optimizer,
    lambda step: 0.5 * (1 + math.cos(math.pi * (min((step + 1) * 4 - 1, 600) / 600))),
)
batch_numbers = itertools.count(1)

# there is no validation: Keras only warns
train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long)
)
train_loader = DataLoader(train_data, batch_size=16, shuffle=True)

history = {"loss": [], "accuracy": []}
stopped = False
best_loss, wait = None, 0
best_accuracy, wait_2 = None, 0
for epoch in range(6):
    loss, accuracy = train_epoch(
        model, train_loader, criterion, optimizer, scheduler, batch_numbers
    )
    history["loss"].append(loss)
    history["accuracy"].append(accuracy)
    print(f"Epoch {epoch + 1}/6 - loss: {loss:.4f} - accuracy: {accuracy:.4f}")
    # Stop early
    if best_loss is None or loss < best_loss:
        best_loss, wait = loss, 0
    else:
        wait += 1
        if wait >= 2:
            stopped = True
    # Stop early
    if best_accuracy is None or accuracy > best_accuracy:
        best_accuracy = accuracy
        wait_2 = 0 if accuracy > 0.9 else wait_2 + 1
    else:
        wait_2 += 1
        if wait_2 >= 3:
            stopped = True
    if stopped:
        break

print(history["loss"])
