"""Two kinds of measurements, looked at by layers of their own."""
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

rng = np.random.default_rng(0)
a, b = rng.random((64, 5)), rng.random((64, 3))
y = (a.sum(1) > b.sum(1)).astype("float32")


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(5, 4)
        self.dense_1 = nn.Linear(7, 1)
        self.apply(init_like_keras)

    def forward(self, left, right):
        h = torch.cat([F.relu(self.dense(left)), right], dim=-1)
        return self.dense_1(h)  # logits: the loss applies the sigmoid


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = 0.0
    for left, right, targets in tqdm(loader):
        left, right, targets = left.to(device), right.to(device), targets.to(device)
        logits = model(left, right)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(targets)
        correct += ((logits > 0) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = 0.0
    for left, right, targets in loader:
        left, right, targets = left.to(device), right.to(device), targets.to(device)
        logits = model(left, right)
        loss_sum += criterion(logits, targets).item() * len(targets)
        correct += ((logits > 0) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def predict(model, left, right):
    """Probabilities as a numpy array."""
    model.eval()
    batches = DataLoader(
        TensorDataset(
            torch.as_tensor(left, dtype=torch.float32),
            torch.as_tensor(right, dtype=torch.float32),
        ),
        batch_size=32,
    )
    return torch.cat(
        [model(*(x.to(device) for x in batch)).sigmoid().cpu() for batch in batches]
    ).numpy()


model = Model().to(device)
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

# The last 25% are for validation
split = int(len(a) * 0.75)
train_data = TensorDataset(
    torch.as_tensor(a[:split], dtype=torch.float32),
    torch.as_tensor(b[:split], dtype=torch.float32),
    torch.as_tensor(y[:split], dtype=torch.float32).reshape(-1, 1),
)
val_data = TensorDataset(
    torch.as_tensor(a[split:], dtype=torch.float32),
    torch.as_tensor(b[split:], dtype=torch.float32),
    torch.as_tensor(y[split:], dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=16, shuffle=True)
val_loader = DataLoader(val_data, batch_size=16)

history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
for epoch in range(3):
    loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, val_loader, criterion)
    history["loss"].append(loss)
    history["accuracy"].append(accuracy)
    history["val_loss"].append(val_loss)
    history["val_accuracy"].append(val_accuracy)
    print(
        f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )

losses = history["val_loss"]
test_data = TensorDataset(
    torch.as_tensor(a, dtype=torch.float32),
    torch.as_tensor(b, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
)
score = evaluate(model, DataLoader(test_data, batch_size=32), criterion)
prediction = predict(model, a, b)
