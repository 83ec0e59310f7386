import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_diabetes

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_diabetes(return_X_y=True)
y = y / 100.0


class BatchPrinter:
    def on_train_batch_end(self, batch, logs=None):
        if batch % 5 == 0:
            print("batch {}: loss {:7.4f}".format(batch, logs["loss"]))

    def on_test_begin(self, logs=None):
        print("validating")

    def on_test_batch_end(self, batch, logs=None):
        print("test batch {}: loss {:7.4f}".format(batch, logs["loss"]))

    def on_test_end(self, logs=None):
        print("mean absolute error {:7.4f}".format(logs["mae"]))

    def on_epoch_end(self, epoch, logs=None):
        print("epoch {}: {:7.4f}, {:7.4f}".format(epoch, logs["loss"], logs["val_loss"]))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(10, 8)
        self.dense_1 = nn.Linear(8, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer, batch_printer):
    """Train on every batch once; mean loss and absolute error over the samples."""
    model.train()
    loss_sum = absolute_error = count = 0.0
    for batch, (inputs, targets) in enumerate(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        absolute_error += (outputs - targets).abs().sum().item()
        count += len(inputs)
        logs = {"loss": loss_sum / count, "mae": absolute_error / count}
        batch_printer.on_train_batch_end(batch, logs)
    return loss_sum / count, absolute_error / count


@torch.no_grad()
def evaluate(model, loader, criterion, batch_printer):
    """Mean loss and absolute error over the samples."""
    model.eval()
    loss_sum = absolute_error = count = 0.0
    for batch, (inputs, targets) in enumerate(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss_sum += criterion(outputs, targets).item() * len(inputs)
        absolute_error += (outputs - targets).abs().sum().item()
        count += len(inputs)
        logs = {"loss": loss_sum / count, "mae": absolute_error / count}
        batch_printer.on_test_batch_end(batch, logs)
    return loss_sum / count, absolute_error / count


model = Model().to(device)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

# The last 25% are for validation
split = int(len(x) * 0.75)
train_data = TensorDataset(
    torch.as_tensor(x[:split], dtype=torch.float32),
    torch.as_tensor(y[:split], dtype=torch.float32).reshape(-1, 1),
)
val_data = TensorDataset(
    torch.as_tensor(x[split:], dtype=torch.float32),
    torch.as_tensor(y[split:], dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)
val_loader = DataLoader(val_data, batch_size=64)

history = {"loss": [], "mae": [], "val_loss": [], "val_mae": []}
batch_printer = BatchPrinter()
for epoch in range(3):
    loss, mae = train_epoch(model, train_loader, criterion, optimizer, batch_printer)
    batch_printer.on_test_begin()
    val_loss, val_mae = evaluate(model, val_loader, criterion, batch_printer)
    batch_printer.on_test_end({"loss": val_loss, "mae": val_mae})
    history["loss"].append(loss)
    history["mae"].append(mae)
    history["val_loss"].append(val_loss)
    history["val_mae"].append(val_mae)
    logs = {"loss": loss, "mae": mae, "val_loss": val_loss, "val_mae": val_mae}
    batch_printer.on_epoch_end(epoch, logs)

print(history["val_mae"])
