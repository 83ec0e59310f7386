"""Networks of several widths: one loop compiles them, another one trains them."""
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

rng = np.random.default_rng(2)
x = rng.normal(size=(90, 4))
y = (x.sum(axis=1) > 0).astype("float32")

models = []


class Model(nn.Module):
    def __init__(self, units):
        super().__init__()
        self.dense = nn.Linear(4, units)
        self.dense_1 = nn.Linear(units, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return torch.sigmoid(self.forward_logits(x))

    def forward_logits(self, x):
        """The scores before the sigmoid, for the loss."""
        x = torch.tanh(self.dense(x))
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
def predict(model, x):
    """Probabilities as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


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


for units in [2, 4, 8]:
    model = Model(units).to(device)
    criterion = nn.BCEWithLogitsLoss()
    models.append(model)

losses = []

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=30, shuffle=True)

for i, model in enumerate(models):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

    history = {"loss": [], "accuracy": []}
    for _ in range(3):
        loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
        history["loss"].append(loss)
        history["accuracy"].append(accuracy)

    losses.append(history["loss"][-1])
    print(f"model {i}: {losses[-1]:.4f}")

widest = models[-1]
test_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1),
)
score = evaluate(widest, DataLoader(test_data, batch_size=32), criterion)
votes = sum(predict(model, x) > 0.5 for model in models)
first = predict(models[0], x)
