import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_wine

LEVEL = 0.6

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def recall_at(threshold):
    """The recall of a batch."""

    def recall(y_true, y_pred):
        # whatever is above the threshold
        found = (y_pred > threshold).float() * y_true
        return found.sum() / (y_true.sum() + 1e-7)

    return recall


def confidentRate(y_true, y_pred, level=0.5):
    return (y_pred.amax(dim=-1) > level).float().mean()


def brier(y_true, y_pred):
    return (y_true - y_pred).square().sum(dim=-1)


x, y = load_wine(return_X_y=True)
x = ((x - x.mean(0)) / x.std(0)).astype("float32")
y = np.eye(3, dtype="float32")[y]


class Model(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.dense = nn.Linear(13, width)
        self.dense_1 = nn.Linear(width, 3)
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
    """Train on every batch once; mean loss and metrics over the samples."""
    model.train()
    loss_sum = correct = recall_sum = confident_rate_sum = partial_sum = 0.0
    brier_score_sum = lambda_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += (logits.argmax(1) == targets.argmax(1)).sum().item()
        recall_sum += recall_at(0.4)(targets, logits.softmax(1)).item()
        confident_rate_sum += confidentRate(targets, logits.softmax(1)).item()
        partial_sum += confidentRate(targets, logits.softmax(1), level=LEVEL).item()
        brier_score_sum += brier(targets, logits.softmax(1)).sum().item()
        lambda_sum += logits.softmax(1).amax(dim=-1).sum().item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        correct / count,
        recall_sum / len(loader),
        confident_rate_sum / len(loader),
        partial_sum / len(loader),
        brier_score_sum / count,
        lambda_sum / count,
    )


train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.float32)
)
train_loader = DataLoader(train_data, batch_size=50, shuffle=True)

for width in (4, 8):
    model = Model(width).to(device)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

    history = {
        "loss": [],
        "accuracy": [],
        "recall": [],
        "confident_rate": [],
        "partial": [],
        "brier_score": [],
        "lambda": [],
    }
    for _ in range(2):
        (
            loss,
            accuracy,
            recall,
            confident_rate,
            partial,
            brier_score,
            train_lambda,
        ) = train_epoch(model, train_loader, criterion, optimizer)
        history["loss"].append(loss)
        history["accuracy"].append(accuracy)
        history["recall"].append(recall)
        history["confident_rate"].append(confident_rate)
        history["partial"].append(partial)
        history["brier_score"].append(brier_score)
        history["lambda"].append(train_lambda)

    print(width, history["brier_score"])
