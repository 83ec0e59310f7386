import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

BATCH_SIZE = 100

features, labels = load_breast_cancer(return_X_y=True)
labels = labels[:, None]
features = np.clip(StandardScaler().fit_transform(features), -5, 5)


class Model(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.dense = nn.Linear(features.shape[-1], width)
        self.dropout = nn.Dropout()
        self.dense_1 = nn.Linear(width, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return torch.sigmoid(self.forward_logits(x))

    def forward_logits(self, x):
        """The scores before the sigmoid, for the loss."""
        x = F.relu(self.dense(x))
        x = self.dropout(x)
        return self.dense_1(x)


def count_above(scores, labels):
    """How many of the labelled scores are above each of Keras's thresholds."""
    thresholds = torch.linspace(0, 1, 200, device=scores.device)
    thresholds[0], thresholds[-1] = -1e-7, 1 + 1e-7
    return ((scores.reshape(-1, 1) > thresholds) * labels.reshape(-1, 1)).sum(0)


def pr_auc(true_positives, false_positives):
    """The area under the precision-recall curve, from the counts."""
    found = -true_positives.diff(dim=0)
    predicted = true_positives + false_positives
    slope = (found / -predicted.diff(dim=0)).nan_to_num()
    intercept = true_positives[1:] - slope * predicted[1:]
    ratio = predicted[:-1] / predicted[1:]
    ratio[predicted[1:] == 0] = 1
    area = (slope * (found + intercept * ratio.log())).sum(0)
    area = area / true_positives[0].clamp(min=1)
    return area.item()


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


@torch.no_grad()
def predict(model, x):
    """Probabilities as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and metrics over the samples."""
    model.train()
    loss_sum = true_positives = false_positives = correct = positives = 0.0
    true_positives_above = false_positives_above = 0.0
    for inputs, targets, weights in loader:
        inputs = inputs.to(device)
        targets = targets.to(device)
        weights = weights.to(device)
        logits = model.forward_logits(inputs)
        loss = (criterion(logits, targets).flatten(1).mean(1) * weights).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        true_positives += ((logits > 0) & targets.bool()).sum().item()
        false_positives += ((logits > 0) & ~targets.bool()).sum().item()
        correct += ((logits > 0) == targets).sum().item()
        positives += targets.bool().sum().item()
        true_positives_above += count_above(logits.sigmoid(), targets.bool())
        false_positives_above += count_above(logits.sigmoid(), ~targets.bool())
    count = len(loader.dataset)
    return (
        loss_sum / count,
        true_positives,
        false_positives,
        correct / count,
        true_positives / max(positives, 1),
        pr_auc(true_positives_above, false_positives_above),
    )


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and metrics over the samples."""
    model.eval()
    loss_sum = true_positives = false_positives = correct = positives = 0.0
    true_positives_above = false_positives_above = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss_sum += criterion(logits, targets).mean().item() * len(inputs)
        true_positives += ((logits > 0) & targets.bool()).sum().item()
        false_positives += ((logits > 0) & ~targets.bool()).sum().item()
        correct += ((logits > 0) == targets).sum().item()
        positives += targets.bool().sum().item()
        true_positives_above += count_above(logits.sigmoid(), targets.bool())
        false_positives_above += count_above(logits.sigmoid(), ~targets.bool())
    count = len(loader.dataset)
    return (
        loss_sum / count,
        true_positives,
        false_positives,
        correct / count,
        true_positives / max(positives, 1),
        pr_auc(true_positives_above, false_positives_above),
    )


def make_model(width=16):
    return Model(width).to(device)


model = make_model()
print(predict(model, features[:10]))

neg, pos = np.bincount(labels.ravel())
weight_for_0 = (1 / neg) * (neg + pos) / 2.0
weight_for_1 = (1 / pos) * (neg + pos) / 2.0

weighted_model = make_model(width=8)
criterion = nn.BCEWithLogitsLoss(reduction="none")
optimizer = torch.optim.SGD(weighted_model.parameters(), lr=1e-2)

class_weight = {0: weight_for_0, 1: weight_for_1}
train_data = TensorDataset(
    torch.as_tensor(features, dtype=torch.float32),
    torch.as_tensor(labels, dtype=torch.float32),
    torch.tensor([class_weight.get(label, 1.0) for label in np.rint(np.ravel(labels))]),
)
val_data = TensorDataset(
    torch.as_tensor(features[:100], dtype=torch.float32),
    torch.as_tensor(labels[:100], dtype=torch.float32),
)
train_loader = DataLoader(train_data, batch_size=BATCH_SIZE, shuffle=True)
val_loader = DataLoader(val_data, batch_size=BATCH_SIZE)

weighted_history = {
    "loss": [],
    "tp": [],
    "fp": [],
    "accuracy": [],
    "recall": [],
    "prc": [],
    "val_loss": [],
    "val_tp": [],
    "val_fp": [],
    "val_accuracy": [],
    "val_recall": [],
    "val_prc": [],
}
for _ in range(3):
    loss, tp, fp, accuracy, recall, prc = train_epoch(
        weighted_model, train_loader, criterion, optimizer
    )
    val_loss, val_tp, val_fp, val_accuracy, val_recall, val_prc = evaluate(
        weighted_model, val_loader, criterion
    )
    weighted_history["loss"].append(loss)
    weighted_history["tp"].append(tp)
    weighted_history["fp"].append(fp)
    weighted_history["accuracy"].append(accuracy)
    weighted_history["recall"].append(recall)
    weighted_history["prc"].append(prc)
    weighted_history["val_loss"].append(val_loss)
    weighted_history["val_tp"].append(val_tp)
    weighted_history["val_fp"].append(val_fp)
    weighted_history["val_accuracy"].append(val_accuracy)
    weighted_history["val_recall"].append(val_recall)
    weighted_history["val_prc"].append(val_prc)

print(weighted_history["val_prc"])
