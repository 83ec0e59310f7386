import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import confusion_matrix
from sklearn.utils.class_weight import compute_class_weight
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

X, y = load_breast_cancer(return_X_y=True)
mean, std = X.mean(axis=0), X.std(axis=0)
X = (X - mean) / std
X_train, X_test = X[:450], X[450:]
y_train, y_test = y[:450], y[450:]

weights = compute_class_weight("balanced", classes=np.unique(y_train), y=y_train)
class_weight = {0: weights[0], 1: weights[1]}


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(30, 16)
        self.dense_1 = nn.Linear(16, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)  # logits: the loss applies the sigmoid


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and metrics over the samples."""
    model.train()
    loss_sum = true_positives = false_positives = predicted_positives = positives = 0.0
    for inputs, targets, weights in loader:
        inputs = inputs.to(device)
        targets = targets.to(device)
        weights = weights.to(device)
        logits = model(inputs)
        loss = (criterion(logits, targets).flatten(1).mean(1) * weights).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        true_positives += ((logits > 0) & targets.bool()).sum().item()
        false_positives += ((logits > 0) & ~targets.bool()).sum().item()
        predicted_positives += (logits > 0).sum().item()
        positives += targets.bool().sum().item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        true_positives,
        false_positives,
        true_positives / max(predicted_positives, 1),
        true_positives / max(positives, 1),
    )


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and metrics over the samples."""
    model.eval()
    loss_sum = true_positives = false_positives = predicted_positives = positives = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).mean().item() * len(inputs)
        true_positives += ((logits > 0) & targets.bool()).sum().item()
        false_positives += ((logits > 0) & ~targets.bool()).sum().item()
        predicted_positives += (logits > 0).sum().item()
        positives += targets.bool().sum().item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        true_positives,
        false_positives,
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
criterion = nn.BCEWithLogitsLoss(reduction="none")
optimizer = torch.optim.SGD(model.parameters(), lr=1e-1)

train_data = TensorDataset(
    torch.as_tensor(X_train, dtype=torch.float32),
    torch.as_tensor(y_train, dtype=torch.float32).reshape(-1, 1),
    torch.tensor(
        [class_weight.get(label, 1.0) for label in np.rint(np.ravel(y_train))]
    ),
)
val_data = TensorDataset(
    torch.as_tensor(X_test, dtype=torch.float32),
    torch.as_tensor(y_test, dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)
val_loader = DataLoader(val_data, batch_size=64)

for epoch in range(3):
    loss, tp, fp, precision, recall = train_epoch(
        model, train_loader, criterion, optimizer
    )
    val_loss, val_tp, val_fp, val_precision, val_recall = evaluate(
        model, val_loader, criterion
    )
    print(
        f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - tp: {tp:.4f} - fp: {fp:.4f}"
        f" - precision: {precision:.4f} - recall: {recall:.4f}"
        f" - val_loss: {val_loss:.4f} - val_tp: {val_tp:.4f} - val_fp: {val_fp:.4f}"
        f" - val_precision: {val_precision:.4f} - val_recall: {val_recall:.4f}"
    )

predictions = predict(model, X_test)
cm = confusion_matrix(y_test, (predictions > 0.5).astype("int32"))
print(cm)
