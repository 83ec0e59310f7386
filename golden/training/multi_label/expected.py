"""Multi-label tagging: which properties does a digit have?"""
import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import f1_score
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

TAGS = ["even", "round", "small"]

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
x, digit = load_digits(return_X_y=True)
x = (x - x.mean()) / x.std()
tags = np.stack(
    [digit % 2 == 0, np.isin(digit, [0, 3, 6, 8, 9]), digit < 4], axis=1
).astype(np.float32)

n_train = 1200


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(x.shape[1], 32)
        self.dense_1 = nn.Linear(32, len(TAGS))
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        x = F.relu(x)
        return self.dense_1(x)  # logits: the loss applies the sigmoid


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and metrics over the samples."""
    model.train()
    loss_sum = correct = true_positives = predicted_positives = positives = 0.0
    for inputs, targets in tqdm(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += ((logits > 0) == targets).double().mean().item() * len(inputs)
        true_positives += ((logits > 0) & targets.bool()).sum().item()
        predicted_positives += (logits > 0).sum().item()
        positives += targets.bool().sum().item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        correct / count,
        true_positives / max(predicted_positives, 1),
        true_positives / max(positives, 1),
    )


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and metrics over the samples."""
    model.eval()
    loss_sum = correct = true_positives = predicted_positives = positives = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += ((logits > 0) == targets).double().mean().item() * len(inputs)
        true_positives += ((logits > 0) & targets.bool()).sum().item()
        predicted_positives += (logits > 0).sum().item()
        positives += targets.bool().sum().item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        correct / count,
        true_positives / max(predicted_positives, 1),
        true_positives / max(positives, 1),
    )


@torch.no_grad()
def predict(model, x):
    """Probabilities as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat(
        [model(batch.to(device)).sigmoid().cpu() for batch in batches]
    ).numpy()


model = Model().to(device)
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(x[:n_train], dtype=torch.float32),
    torch.as_tensor(tags[:n_train], dtype=torch.float32),
)
val_data = TensorDataset(
    torch.as_tensor(x[n_train:], dtype=torch.float32),
    torch.as_tensor(tags[n_train:], dtype=torch.float32),
)
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)
val_loader = DataLoader(val_data, batch_size=64)

for epoch in range(3):
    loss, binary_accuracy, precision, recall = train_epoch(
        model, train_loader, criterion, optimizer
    )
    val_loss, val_binary_accuracy, val_precision, val_recall = evaluate(
        model, val_loader, criterion
    )
    print(
        f"Epoch {epoch + 1}/3 - loss: {loss:.4f}"
        f" - binary_accuracy: {binary_accuracy:.4f} - precision: {precision:.4f}"
        f" - recall: {recall:.4f}"
        f" - val_loss: {val_loss:.4f} - val_binary_accuracy: {val_binary_accuracy:.4f}"
        f" - val_precision: {val_precision:.4f} - val_recall: {val_recall:.4f}"
    )

predicted = (predict(model, x[n_train:]) > 0.5).astype(int)
score = f1_score(tags[n_train:], predicted, average="macro")
for tag, column in zip(TAGS, predicted.T):
    print(tag, column.mean())
