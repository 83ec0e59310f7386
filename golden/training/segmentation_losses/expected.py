import numpy as np
from sklearn.datasets import load_digits
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def dice_coef(y_true, y_pred, smooth=1.0):
    y_true_f = y_true.flatten()
    y_pred_f = y_pred.flatten()
    intersection = (y_true_f * y_pred_f).sum()
    return (2.0 * intersection + smooth) / (y_true_f.sum() + y_pred_f.sum() + smooth)


def iou(y_true, y_pred):
    both = (y_true * y_pred).abs().sum(dim=(1, 2, 3))
    union = y_true.sum(dim=(1, 2, 3)) + y_pred.sum(dim=(1, 2, 3)) - both
    return ((both + 1) / (union + 1)).mean(dim=0)


def bce_dice_loss(y_true, y_pred):
    return binary_crossentropy_of_each(y_pred, y_true).mean(dim=-1) + (
        1 - dice_coef(y_true, y_pred)
    )


def total_loss(y_true, y_pred):
    return (
        0.5 * binary_crossentropy_of_each(y_pred, y_true).mean()
        + 1
        - dice_coef(y_true, y_pred)
    )


def weighted_bce(weight):
    def weighted(y_true, y_pred):
        each = binary_crossentropy_with_epsilon(y_pred, y_true)
        return ((y_true * weight + (1.0 - y_true)) * each).mean()

    return weighted


images, _ = load_digits(return_X_y=True)
images = images[:120].reshape(-1, 8, 8, 1) / 16.0
masks = (images > 0.5).astype("float64")


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(1, 4, 3, padding="same")
        self.conv2d_1 = nn.Conv2d(4, 1, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        outputs = torch.sigmoid(self.conv2d_1(x))
        return outputs.permute(0, 2, 3, 1)


def binary_crossentropy_of_each(probabilities, targets):
    """Crossentropy of probabilities, clipped as Keras clips them."""
    probabilities = probabilities.clamp(1e-7, 1 - 1e-7)
    return F.binary_cross_entropy(probabilities, targets, reduction="none")


def binary_crossentropy_with_epsilon(probabilities, targets):
    """Crossentropy of probabilities, clipped and moved as Keras's backend does."""
    probabilities = probabilities.clamp(1e-7, 1 - 1e-7)
    hits = targets * (probabilities + 1e-7).log()
    misses = (1 - targets) * (1 - probabilities + 1e-7).log()
    return -(hits + misses)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss, dice coef and iou over the samples."""
    model.train()
    loss_sum = dice_coef_sum = iou_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        targets = targets.view_as(outputs)
        loss = criterion(targets, outputs)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        dice_coef_sum += dice_coef(targets, outputs).item()
        iou_sum += iou(targets, outputs).item()
    count = len(loader.dataset)
    return loss_sum / count, dice_coef_sum / len(loader), iou_sum / len(loader)


def train_whole_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and weighted over the samples."""
    model.train()
    loss_sum = weighted_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        targets = targets.view_as(outputs)
        loss = criterion(targets, outputs).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        weighted_sum += weighted_bce(2.0)(targets, outputs).item()
    return loss_sum / len(loader.dataset), weighted_sum / len(loader)


def build_model():
    return Model().to(device)


scores = []

train_data = TensorDataset(
    torch.as_tensor(images, dtype=torch.float32),
    torch.as_tensor(masks, dtype=torch.float32),
)
train_loader = DataLoader(train_data, batch_size=30, shuffle=True)

for loss in [total_loss, weighted_bce(2.0)]:
    model = build_model()
    model_optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

    history = {"loss": [], "dice_coef": [], "iou": []}
    for _ in range(2):
        train_loss, train_dice_coef, train_iou = train_epoch(
            model, train_loader, loss, model_optimizer
        )
        history["loss"].append(train_loss)
        history["dice_coef"].append(train_dice_coef)
        history["iou"].append(train_iou)

    scores.append(history["dice_coef"][-1])

whole = build_model()
whole_optimizer = torch.optim.SGD(whole.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(images, dtype=torch.float32),
    torch.as_tensor(masks, dtype=torch.float32),
)
train_loader = DataLoader(train_data, batch_size=30, shuffle=True)

whole_history = {"loss": [], "weighted": []}
for _ in range(2):
    train_loss, weighted = train_whole_epoch(
        whole, train_loader, bce_dice_loss, whole_optimizer
    )
    whole_history["loss"].append(train_loss)
    whole_history["weighted"].append(weighted)

print(np.round(whole_history["weighted"], 4))
