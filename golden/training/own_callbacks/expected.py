import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm
from sklearn.datasets import load_wine
from sklearn.preprocessing import scale

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_wine(return_X_y=True)
x = scale(x)
x_train, y_train = x[::2], y[::2]
x_test, y_test = x[1::2], y[1::2]


class myCallback:
    def on_epoch_end(self, epoch, logs={}):
        if logs.get('accuracy') > 0.9:
            print("\nReached 90% accuracy so cancelling training!")
            self.model.stop_training = True


class History:
    """Keeps the losses, and the epoch that was best."""

    def __init__(self, monitor="val_loss"):
        self.monitor = monitor

    def on_train_begin(self, logs=None):
        self.losses = []
        self.best = 0

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        self.losses.append(logs["loss"])
        # the first one counts, too
        if epoch == 0 or logs[self.monitor] < self.lowest:
            self.best, self.lowest = epoch, logs[self.monitor]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(13, 16)
        self.dense_1 = nn.Linear(16, 3)
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
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = 0.0
    for inputs, targets in tqdm(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

callbacks = myCallback()
seen = History("val_accuracy")

train_data = TensorDataset(
    torch.as_tensor(x_train, dtype=torch.float32),
    torch.as_tensor(y_train, dtype=torch.long),
)
val_data = TensorDataset(
    torch.as_tensor(x_test, dtype=torch.float32),
    torch.as_tensor(y_test, dtype=torch.long),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
val_loader = DataLoader(val_data, batch_size=32)

callbacks.model = model
model.stop_training = False
seen.on_train_begin()
for epoch in range(10):
    loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, val_loader, criterion)
    print(
        f"Epoch {epoch + 1}/10 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )
    logs = {
        "accuracy": accuracy,
        "loss": loss,
        "val_accuracy": val_accuracy,
        "val_loss": val_loss,
    }
    callbacks.on_epoch_end(epoch, logs)
    seen.on_epoch_end(epoch, logs)
    print(f"{epoch}:", loss)
    if model.stop_training:
        break

losses = seen.losses
