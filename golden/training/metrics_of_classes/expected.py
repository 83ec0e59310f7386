"""Which kinds of flowers are told apart: scores of each class, and at several thresholds."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

KINDS = ["setosa", "versicolor", "virginica"]

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

rng = np.random.default_rng(0)
sizes = rng.normal(size=(150, 4))
kinds = np.eye(3)[rng.integers(0, 3, size=150)]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 16)
        self.dense_1 = nn.Linear(16, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)  # logits: the loss applies the softmax


def above_each(outputs, thresholds):
    """Which outputs are above each of some thresholds, along a new last axis."""
    return outputs.unsqueeze(-1) > torch.tensor(thresholds, device=outputs.device)


def f1_scores(true_positives, predicted_positives, positives):
    """The F1 score of each class, with the epsilons of Keras."""
    precision = true_positives / (predicted_positives + 1e-7)
    recall = true_positives / (positives + 1e-7)
    scores = 2 * precision * recall / (precision + recall + 1e-7)
    return scores.cpu().numpy()


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss, F1 scores and recall over the samples."""
    model.train()
    loss_sum = true_positives = predicted_positives = positives = 0.0
    true_positives_above = positives_2 = 0.0
    for inputs, targets in tqdm(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        true_positives += ((logits == logits.amax(-1, keepdim=True)) * targets).sum(0)
        predicted_positives += (logits == logits.amax(-1, keepdim=True)).sum(0)
        positives += targets.sum(0)
        true_positives_above += (
            above_each(logits.softmax(1), [0.25, 0.5]) & targets.bool().unsqueeze(-1)
        ).sum((0, 1))
        positives_2 += targets.bool().sum().item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        f1_scores(true_positives, predicted_positives, positives),
        (true_positives_above / max(positives_2, 1)).cpu().numpy(),
    )


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss, F1 scores and recall over the samples."""
    model.eval()
    loss_sum = true_positives = predicted_positives = positives = 0.0
    true_positives_above = positives_2 = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        true_positives += ((logits == logits.amax(-1, keepdim=True)) * targets).sum(0)
        predicted_positives += (logits == logits.amax(-1, keepdim=True)).sum(0)
        positives += targets.sum(0)
        true_positives_above += (
            above_each(logits.softmax(1), [0.25, 0.5]) & targets.bool().unsqueeze(-1)
        ).sum((0, 1))
        positives_2 += targets.bool().sum().item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        f1_scores(true_positives, predicted_positives, positives),
        (true_positives_above / max(positives_2, 1)).cpu().numpy(),
    )


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

# The last 20% are for validation
split = int(len(sizes) * 0.8)
train_data = TensorDataset(
    torch.as_tensor(sizes[:split], dtype=torch.float32),
    torch.as_tensor(kinds[:split], dtype=torch.float32),
)
val_data = TensorDataset(
    torch.as_tensor(sizes[split:], dtype=torch.float32),
    torch.as_tensor(kinds[split:], dtype=torch.float32),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
val_loader = DataLoader(val_data, batch_size=32)

history = {
    "loss": [],
    "f1": [],
    "recall": [],
    "val_loss": [],
    "val_f1": [],
    "val_recall": [],
}
for epoch in range(3):
    loss, f1, recall = train_epoch(model, train_loader, criterion, optimizer)
    val_loss, val_f1, val_recall = evaluate(model, val_loader, criterion)
    history["loss"].append(loss)
    history["f1"].append(f1)
    history["recall"].append(recall)
    history["val_loss"].append(val_loss)
    history["val_f1"].append(val_f1)
    history["val_recall"].append(val_recall)
    print(
        f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - f1: {f1.mean():.4f}"
        f" - recall: {recall.mean():.4f}"
        f" - val_loss: {val_loss:.4f} - val_f1: {val_f1.mean():.4f}"
        f" - val_recall: {val_recall.mean():.4f}"
    )

# the F1 score of each kind after the last epoch
for kind, score in zip(KINDS, history["val_f1"][-1]):
    print(f"{kind}: {score:.3f}")
test_data = TensorDataset(
    torch.as_tensor(sizes, dtype=torch.float32),
    torch.as_tensor(kinds, dtype=torch.float32),
)
loss, scores, recalls = evaluate(model, DataLoader(test_data, batch_size=32), criterion)
print("F1 scores:", scores, "recalls:", recalls)
