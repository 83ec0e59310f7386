from sklearn.datasets import load_breast_cancer
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

data = load_breast_cancer()
x = (data.data - data.data.mean(0)) / data.data.std(0)
y = data.target


class Narrow(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(30, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return torch.sigmoid(self.forward_logits(x))

    def forward_logits(self, x):
        """The scores before the sigmoid, for the loss."""
        return self.dense(x)


def narrow():
    return Narrow().to(device)


class Wide(nn.Module):
    def __init__(self, units=16):
        super().__init__()
        self.dense = nn.Linear(30, units)
        self.dense_1 = nn.Linear(units, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return torch.sigmoid(self.forward_logits(x))

    def forward_logits(self, x):
        """The scores before the sigmoid, for the loss."""
        x = F.relu(self.dense(x))
        return self.dense_1(x)


def wide(units=16):
    return Wide(units).to(device)


class Plain(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(30, 4)
        self.dense_1 = nn.Linear(4, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


def train_model_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


@torch.no_grad()
def evaluate_model(model, loader, criterion):
    """Mean loss over the samples."""
    model.eval()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
    return loss_sum / len(loader.dataset)


def train_one_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and absolute error over the samples."""
    model.train()
    loss_sum = absolute_error = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        absolute_error += (outputs - targets).abs().sum().item()
    return loss_sum / len(loader.dataset), absolute_error / len(loader.dataset)


@torch.no_grad()
def evaluate_2(model, loader, criterion):
    """Mean loss and absolute error over the samples."""
    model.eval()
    loss_sum = absolute_error = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss_sum += criterion(outputs, targets).item() * len(inputs)
        absolute_error += (outputs - targets).abs().sum().item()
    return loss_sum / len(loader.dataset), absolute_error / len(loader.dataset)


@torch.no_grad()
def predict(model, x):
    """Outputs as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


# compare two ways of training
plain = Plain().to(device)


class Normed(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer_normalization = nn.LayerNorm(30, eps=1e-3)
        self.dense = nn.Linear(30, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.layer_normalization(x)
        return self.dense(x)


normed = Normed().to(device)
curves = []

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
train_loader = DataLoader(train_data, batch_size=64)
val_loader = DataLoader(val_data, batch_size=64)

for model in [plain, normed]:
    criterion = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

    history = {"loss": [], "mae": [], "val_loss": [], "val_mae": []}
    for _ in range(3):
        train_loss, mae = train_one_epoch(model, train_loader, criterion, optimizer)
        val_loss, val_mae = evaluate_2(model, val_loader, criterion)
        history["loss"].append(train_loss)
        history["mae"].append(mae)
        history["val_loss"].append(val_loss)
        history["val_mae"].append(val_mae)

    curves.append(history["val_mae"])
guesses = predict(normed, x[:5])

# and two models
models = {"narrow": narrow(), "wide": wide()}
results = {}

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=32)

for name, model in models.items():
    criterion = nn.BCEWithLogitsLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    history = {"loss": [], "accuracy": []}
    for _ in range(2):
        loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
        history["loss"].append(loss)
        history["accuracy"].append(accuracy)

    loss, accuracy = evaluate(model, DataLoader(train_data, batch_size=32), criterion)
    print(f"{name}: {accuracy:.3f}")
    results[name] = history["accuracy"]

scores = []

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=32)

for rate, model in zip((0.1, 0.01), (wide(4), wide(8))):
    criterion = nn.BCEWithLogitsLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    train_model_epoch(model, train_loader, criterion, optimizer)
    scores.append(
        evaluate_model(model, DataLoader(train_data, batch_size=32), criterion)
    )
print(scores)
