import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_breast_cancer, load_digits

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class F1Score:
    """The harmonic mean of precision and recall, over a whole epoch."""

    def __init__(self, threshold=0.5):
        self.threshold = threshold
        # what is counted
        self.tp = 0.0
        self.fp = 0.0
        self.fn = 0.0

    @torch.no_grad()
    def update(self, y_true, y_pred):
        y_true = y_true.float()
        y_pred = (y_pred > self.threshold).float()
        self.tp += (y_true * y_pred).sum()
        self.fp += ((1 - y_true) * y_pred).sum()
        self.fn += (y_true * (1 - y_pred)).sum()

    def compute(self):
        precision = self.tp / (self.tp + self.fp + 1e-7)
        recall = self.tp / (self.tp + self.fn + 1e-7)
        return 2 * precision * recall / (precision + recall + 1e-7)


class BalancedAccuracy:
    def __init__(self, num_classes, smooth=False):
        self.num_classes = num_classes
        self.smooth = smooth
        self.hits = torch.zeros(num_classes, device=device)
        self.counts = torch.zeros(num_classes, device=device)

    @torch.no_grad()
    def update(self, y_true, y_pred):
        labels = F.one_hot(y_true.int().long(), self.num_classes).float()
        best = F.one_hot(y_pred.argmax(dim=-1), self.num_classes).float()
        self.hits += (labels * best).sum(dim=0)
        self.counts += labels.sum(dim=0)

    def compute(self):
        recalls = self.hits / self.counts.clamp(min=1.0)
        if self.smooth:
            recalls = recalls.sqrt()
        return recalls.mean()


class Recall:
    """The recall of all batches."""

    def __init__(self):
        self.true_positives = self.positives = 0.0

    @torch.no_grad()
    def update(self, targets, outputs):
        self.true_positives += ((outputs > 0.5) & targets.bool()).sum()
        self.positives += targets.bool().sum()

    def compute(self):
        return self.true_positives / max(self.positives, 1)


class FalsePositives:
    """The false positives of all batches."""

    def __init__(self):
        self.false_positives = 0.0

    @torch.no_grad()
    def update(self, targets, outputs):
        self.false_positives += ((outputs > 0.5) & ~targets.bool()).sum()

    def compute(self):
        return self.false_positives


class AUC:
    """The AUC of all batches."""

    def __init__(self):
        self.true_positives_above = self.false_positives_above = 0.0

    @torch.no_grad()
    def update(self, targets, outputs):
        self.true_positives_above += count_above(outputs.clamp(0, 1), targets.bool())
        self.false_positives_above += count_above(outputs.clamp(0, 1), ~targets.bool())

    def compute(self):
        return torch.as_tensor(
            roc_auc(self.true_positives_above, self.false_positives_above)
        )


class Youden:
    """How much better than chance, and the area under the curve."""

    def __init__(self):
        self.sensitivity = Recall()
        self.alarms = FalsePositives()
        self.area = AUC()
        self.negatives = 0.0

    @torch.no_grad()
    def update(self, y_true, y_pred):
        self.sensitivity.update(y_true, y_pred)
        self.alarms.update(y_true, y_pred)
        self.area.update(y_true, y_pred)
        self.negatives += (1.0 - y_true.float()).sum()

    def compute(self):
        specificity = 1.0 - self.alarms.compute() / self.negatives
        return self.sensitivity.compute() + specificity - 1.0 + self.area.compute()


class MeanIoU:
    """The IoU of all batches."""

    def __init__(self, num_classes):
        self.num_classes = num_classes
        self.confusion = 0.0

    @torch.no_grad()
    def update(self, targets, outputs):
        self.confusion += confusion_matrix(targets, outputs, self.num_classes)

    def compute(self):
        return torch.as_tensor(mean_iou(self.confusion))


class ClassIoU(MeanIoU):
    """Of the most probable classes."""

    def __init__(self, num_classes):
        super().__init__(num_classes)

    @torch.no_grad()
    def update(self, y_true, y_pred):
        super().update(y_true, y_pred.argmax(dim=-1))


x, y = load_breast_cancer(return_X_y=True)
x = (x - x.mean(0)) / x.std(0)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(30, 8)
        self.dense_1 = nn.Linear(8, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)  # logits: the loss applies the sigmoid


def confusion_matrix(targets, outputs, num_classes):
    """How often each class, a row, is taken for each other, a column."""
    targets, outputs = targets.long().flatten(), outputs.long().flatten()
    known = (targets >= 0) & (targets < num_classes)
    known &= (outputs >= 0) & (outputs < num_classes)
    pairs = targets[known] * num_classes + outputs[known]
    return pairs.bincount(minlength=num_classes**2).reshape(num_classes, num_classes)


def count_above(scores, labels):
    """How many of the labelled scores are above each of Keras's thresholds."""
    thresholds = torch.linspace(0, 1, 200, device=scores.device)
    thresholds[0], thresholds[-1] = -1e-7, 1 + 1e-7
    return ((scores.reshape(-1, 1) > thresholds) * labels.reshape(-1, 1)).sum(0)


def mean_iou(confusion):
    """Intersection over union: the mean over the classes that occur."""
    hits = confusion.diag()
    union = confusion.sum(0) + confusion.sum(1) - hits
    return ((hits / (union + 1e-7)).sum() / ((union > 0).sum() + 1e-7)).item()


def roc_auc(true_positives, false_positives):
    """The area under the ROC curve, from the counts at the thresholds."""
    true_rate = true_positives / true_positives[0].clamp(min=1)
    false_rate = false_positives / false_positives[0].clamp(min=1)
    return -torch.trapezoid(true_rate, false_rate).item()


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and metrics over the samples."""
    model.train()
    loss_sum = correct = 0.0
    f1 = F1Score()
    f1_low = F1Score(0.3)
    youden = Youden()
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
        f1.update(targets, logits.sigmoid())
        f1_low.update(targets, logits.sigmoid())
        youden.update(targets, logits.sigmoid())
    count = len(loader.dataset)
    return (
        loss_sum / count,
        correct / count,
        float(f1.compute()),
        float(f1_low.compute()),
        float(youden.compute()),
    )


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and metrics over the samples."""
    model.eval()
    loss_sum = correct = 0.0
    f1 = F1Score()
    f1_low = F1Score(0.3)
    youden = Youden()
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
        f1.update(targets, logits.sigmoid())
        f1_low.update(targets, logits.sigmoid())
        youden.update(targets, logits.sigmoid())
    count = len(loader.dataset)
    return (
        loss_sum / count,
        correct / count,
        float(f1.compute()),
        float(f1_low.compute()),
        float(youden.compute()),
    )


def train_network_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and metrics over the samples."""
    model.train()
    loss_sum = 0.0
    balanced_accuracy = BalancedAccuracy(num_classes=10, smooth=True)
    class_iou = ClassIoU(10)
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        balanced_accuracy.update(targets, logits)
        class_iou.update(targets, logits)
    count = len(loader.dataset)
    return (
        loss_sum / count,
        float(balanced_accuracy.compute()),
        float(class_iou.compute()),
    )


@torch.no_grad()
def evaluate_network(model, loader, criterion):
    """Mean loss and metrics over the samples."""
    model.eval()
    loss_sum = 0.0
    balanced_accuracy = BalancedAccuracy(num_classes=10, smooth=True)
    class_iou = ClassIoU(10)
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        balanced_accuracy.update(targets, logits)
        class_iou.update(targets, logits)
    count = len(loader.dataset)
    return (
        loss_sum / count,
        float(balanced_accuracy.compute()),
        float(class_iou.compute()),
    )


model = Model().to(device)
model_criterion = nn.BCEWithLogitsLoss()
model_optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

y_all = y[:, None]
# The last 30% are for validation
split = int(len(x) * 0.7)
train_data = TensorDataset(
    torch.as_tensor(x[:split], dtype=torch.float32),
    torch.as_tensor(y_all[:split], dtype=torch.float32),
)
val_data = TensorDataset(
    torch.as_tensor(x[split:], dtype=torch.float32),
    torch.as_tensor(y_all[split:], dtype=torch.float32),
)
train_loader = DataLoader(train_data, batch_size=100, shuffle=True)
val_loader = DataLoader(val_data, batch_size=100)

history = {
    "loss": [],
    "accuracy": [],
    "f1": [],
    "f1_low": [],
    "youden": [],
    "val_loss": [],
    "val_accuracy": [],
    "val_f1": [],
    "val_f1_low": [],
    "val_youden": [],
}
best_f1, wait = None, 0
for _ in range(4):
    loss, accuracy, f1, f1_low, youden = train_epoch(
        model, train_loader, model_criterion, model_optimizer
    )
    val_loss, val_accuracy, val_f1, val_f1_low, val_youden = evaluate(
        model, val_loader, model_criterion
    )
    history["loss"].append(loss)
    history["accuracy"].append(accuracy)
    history["f1"].append(f1)
    history["f1_low"].append(f1_low)
    history["youden"].append(youden)
    history["val_loss"].append(val_loss)
    history["val_accuracy"].append(val_accuracy)
    history["val_f1"].append(val_f1)
    history["val_f1_low"].append(val_f1_low)
    history["val_youden"].append(val_youden)
    # Stop early
    if best_f1 is None or val_f1 > best_f1:
        best_f1, wait = val_f1, 0
    else:
        wait += 1
        if wait >= 1:
            break

test_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y[:, None], dtype=torch.float32),
)
print(
    history["val_f1"],
    list(evaluate(model, DataLoader(test_data, batch_size=32), model_criterion)),
)

digits, labels = load_digits(return_X_y=True)
scores = []


class Model2(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.dense = nn.Linear(64, width)
        self.dense_1 = nn.Linear(width, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        x = torch.tanh(self.dense(x))
        return self.dense_1(x)


train_data = TensorDataset(
    torch.as_tensor(digits / 16.0, dtype=torch.float32),
    torch.as_tensor(labels, dtype=torch.long),
)
train_loader = DataLoader(train_data, batch_size=500, shuffle=True)

for width in (8, 16):
    network = Model2(width).to(device)
    network_criterion = nn.CrossEntropyLoss()
    network_optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
    train_network_epoch(network, train_loader, network_criterion, network_optimizer)
    scores.append(
        evaluate_network(
            network, DataLoader(train_data, batch_size=32), network_criterion
        )[1]
    )
print(np.round(scores, 4))
