import numpy as np
from sklearn.datasets import load_digits
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def dice_coef(y_true, y_pred, smooth=1.0):
    intersection = (y_true.flatten() * y_pred.flatten()).sum()
    return (2.0 * intersection + smooth) / (y_true.sum() + y_pred.sum() + smooth)


def dice_loss(y_true, y_pred):
    return 1 - dice_coef(y_true, y_pred)


class Build(nn.Module):
    def __init__(self, filters):
        super().__init__()
        self.conv2d = nn.Conv2d(1, filters, 3, padding="same")
        self.conv2d_1 = nn.Conv2d(filters, 1, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return torch.sigmoid(self.forward_logits(x))

    def forward_logits(self, x):
        """The scores before the sigmoid, for the loss."""
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        outputs = self.conv2d_1(x)
        return outputs.permute(0, 2, 3, 1)


def confusion_matrix(targets, outputs, num_classes):
    """How often each class, a row, is taken for each other, a column."""
    targets, outputs = targets.long().flatten(), outputs.long().flatten()
    known = (targets >= 0) & (targets < num_classes)
    known &= (outputs >= 0) & (outputs < num_classes)
    pairs = targets[known] * num_classes + outputs[known]
    return pairs.bincount(minlength=num_classes**2).reshape(num_classes, num_classes)


def iou_of_classes(confusion, classes):
    """Intersection over union: the mean over some classes, as far as they occur."""
    hits = confusion.diag()
    union = confusion.sum(0) + confusion.sum(1) - hits
    hits, union = hits[list(classes)], union[list(classes)]
    return ((hits / (union + 1e-7)).sum() / ((union > 0).sum() + 1e-7)).item()


def mean_iou(confusion):
    """Intersection over union: the mean over the classes that occur."""
    hits = confusion.diag()
    union = confusion.sum(0) + confusion.sum(1) - hits
    return ((hits / (union + 1e-7)).sum() / ((union > 0).sum() + 1e-7)).item()


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and dice coef over the samples."""
    model.train()
    loss_sum = dice_coef_sum = 0.0
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
    return loss_sum / len(loader.dataset), dice_coef_sum / len(loader)


def train_segmenter_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss, dice coef and IoU over the samples."""
    model.train()
    loss_sum = dice_coef_sum = confusion = confusion_2 = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        targets = targets.view_as(logits)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        dice_coef_sum += dice_coef(targets, logits.sigmoid()).item()
        confusion += confusion_matrix(targets, logits.sigmoid() >= 0.5, 2)
        confusion_2 += confusion_matrix(targets, logits.sigmoid(), 2)
    count = len(loader.dataset)
    return (
        loss_sum / count,
        dice_coef_sum / len(loader),
        iou_of_classes(confusion, [1]),
        mean_iou(confusion_2),
    )


@torch.no_grad()
def predict(model, x):
    """Probabilities as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


def build(filters):
    return Build(filters).to(device)


images, _ = load_digits(return_X_y=True)
images = images[:120].reshape(-1, 8, 8, 1) / 16.0
masks = (images > 0.5).astype("float64")

model = build(4)
model_optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(images, dtype=torch.float32),
    torch.as_tensor(masks, dtype=torch.float32),
)
train_loader = DataLoader(train_data, batch_size=50, shuffle=True)

history = {"loss": [], "dice_coef": []}
for _ in range(2):
    loss, train_dice_coef = train_epoch(model, train_loader, dice_loss, model_optimizer)
    history["loss"].append(loss)
    history["dice_coef"].append(train_dice_coef)

print(history["dice_coef"])

scores = {}
for filters in (2, 6):
    segmenter = build(filters)
    segmenter_criterion = nn.BCEWithLogitsLoss()
    segmenter_optimizer = torch.optim.SGD(segmenter.parameters(), lr=0.01)
    train_segmenter_epoch(
        segmenter, train_loader, segmenter_criterion, segmenter_optimizer
    )
    scores[filters] = predict(segmenter, images[:1]).mean()
print(scores)
