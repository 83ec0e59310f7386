import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

BATCH = 8

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Model(nn.Module):
    def __init__(self, units=6, stateful=True):
        super().__init__()
        if not stateful:
            raise NotImplementedError("stateful must be True")
        self.gru = StatefulGRU(2, units, batch_first=True)
        self.gru_1 = StatefulGRU(units, units, batch_first=True)
        self.dense = nn.Linear(units, 1)
        self.apply(init_like_keras)

    def forward(self, inputs):
        x, _ = self.gru(inputs)
        x, _ = self.gru_1(x)
        x = x[:, -1]
        return self.dense(x)


class StatefulGRU(nn.GRU):
    """Starts from the state in which the batch before has left it, until that is reset."""

    state = None

    def forward(self, x):
        outputs, state = super().forward(x, self.state)
        self.state = state.detach()
        return outputs, state

    def reset_state(self):
        self.state = None


def reset_states(model):
    """Let the layers that keep their state start from zeros again."""
    for module in model.modules():
        if hasattr(module, "reset_state"):
            module.reset_state()


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.GRU):
        for name, weight in module.named_parameters():
            if "weight_ih" in name:
                nn.init.xavier_uniform_(weight)
            elif "weight_hh" in name:
                nn.init.orthogonal_(weight)
            else:
                nn.init.zeros_(weight)


def train_epoch(model, loader, criterion, optimizer):
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
def evaluate(model, loader, criterion):
    """Mean loss and absolute error over the samples."""
    model.eval()
    loss_sum = absolute_error = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss_sum += criterion(outputs, targets).item() * len(inputs)
        absolute_error += (outputs - targets).abs().sum().item()
    return loss_sum / len(loader.dataset), absolute_error / len(loader.dataset)


def build_model(units=6, stateful=True):
    return Model(units, stateful).to(device)


rng = np.random.default_rng(0)
x = rng.normal(size=(40, 4, 2))
y = x.sum(axis=(1, 2)).reshape(-1, 1)

model = build_model()
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(x[:32], dtype=torch.float32),
    torch.as_tensor(y[:32], dtype=torch.float32),
)
val_data = TensorDataset(
    torch.as_tensor(x[32:], dtype=torch.float32),
    torch.as_tensor(y[32:], dtype=torch.float32),
)
train_loader = DataLoader(train_data, batch_size=BATCH)
val_loader = DataLoader(val_data, batch_size=BATCH)

history = {"loss": [], "mae": [], "val_loss": [], "val_mae": []}
for _ in range(3):
    loss, mae = train_epoch(model, train_loader, criterion, optimizer)
    val_loss, val_mae = evaluate(model, val_loader, criterion)
    history["loss"].append(loss)
    history["mae"].append(mae)
    history["val_loss"].append(val_loss)
    history["val_mae"].append(val_mae)

print(history["val_mae"])
if len(x) > BATCH:
    reset_states(model)
    test_data = TensorDataset(
        torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.float32)
    )
    scores = list(evaluate(model, DataLoader(test_data, batch_size=BATCH), criterion))
    print(scores)
