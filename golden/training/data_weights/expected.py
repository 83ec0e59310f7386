import torch
from torch import nn
from torch.utils.data import DataLoader, StackDataset, TensorDataset
from tqdm import tqdm
import numpy as np

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x = np.random.RandomState(1).rand(64, 5).astype("float32")
y = (x.sum(1) > 2.5).astype(int)
w = np.random.RandomState(0).rand(64)
ds = DataLoader(
    TensorDataset(torch.tensor(x), torch.tensor(y), torch.tensor(w)), batch_size=8
)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(5, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)  # logits: the loss applies the sigmoid


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = count = 0.0
    for inputs, targets, weights in tqdm(loader):
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.float32).reshape(-1, 1)
        weights = weights.to(device, torch.float32)
        logits = model(inputs)
        loss = (criterion(logits, targets).flatten(1).mean(1) * weights).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        count += len(inputs)
    return loss_sum / count


@torch.no_grad()
def evaluate_weighted(model, loader, criterion):
    """Mean loss over the samples."""
    model.eval()
    loss_sum = count = 0.0
    for inputs, targets, weights in loader:
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.float32).reshape(-1, 1)
        weights = weights.to(device, torch.float32)
        logits = model(inputs)
        loss_sum += (
            criterion(logits, targets).flatten(1).mean(1) * weights
        ).mean().item() * len(inputs)
        count += len(inputs)
    return loss_sum / count


def train_ae_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = count = 0.0
    for inputs, targets in tqdm(loader):
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.float32)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        count += len(inputs)
    return loss_sum / count


m = Model().to(device)
m_criterion = nn.BCEWithLogitsLoss(reduction="none")
m_optimizer = torch.optim.SGD(m.parameters(), lr=0.01)

for epoch in range(2):
    loss = train_epoch(m, ds, m_criterion, m_optimizer)
    val_loss = evaluate_weighted(m, ds, m_criterion)
    print(f"Epoch {epoch + 1}/2 - loss: {loss:.4f} - val_loss: {val_loss:.4f}")

sc = evaluate_weighted(m, ds, m_criterion)
ds2 = DataLoader(StackDataset(a=torch.tensor(x), b=torch.tensor(y)), batch_size=4)
for batch in ds2:
    print(batch["a"].shape, batch["b"])


class Ae(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(5, 5)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


ae = Ae().to(device)
ae_criterion = nn.MSELoss()
ae_optimizer = torch.optim.SGD(ae.parameters(), lr=0.01)

train_loader = DataLoader(
    TensorDataset(torch.tensor(x), torch.tensor(x)), batch_size=16
)

for epoch in range(2):
    loss = train_ae_epoch(ae, train_loader, ae_criterion, ae_optimizer)
    print(f"Epoch {epoch + 1}/2 - loss: {loss:.4f}")

it = iter(DataLoader(TensorDataset(torch.tensor(x), torch.tensor(y)), batch_size=8))
b = next(it)
