"""Which letters a recording has, without knowing where: trained by CTC."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

LETTERS = 6  # 0 is the blank

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

rng = np.random.default_rng(0)
recordings = rng.normal(size=(96, 20, 10))
texts = rng.integers(1, LETTERS, size=(96, 5))
texts[rng.random(size=96) > 0.5, 3:] = 0  # some are shorter


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1d = nn.Conv1d(10, 16, 3, padding="same")
        self.gru = nn.GRU(16, 16, batch_first=True)
        self.dense = nn.Linear(16, LETTERS)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.transpose(1, 2)
        x = F.relu(self.conv1d(x))
        x, _ = self.gru(x.transpose(1, 2))
        return self.dense(x)


class CTCLoss(nn.Module):
    """The CTC loss of labels that zeros fill up, which are the blanks, too."""

    def forward(self, logits, targets):
        log_probs = logits.log_softmax(-1).transpose(0, 1)
        lengths = (targets != 0).sum(1)
        steps = torch.full_like(lengths, logits.shape[1])
        losses = F.ctc_loss(log_probs, targets.long(), steps, lengths, reduction="none")
        return losses.mean()


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, (nn.Conv1d, nn.Linear)):
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
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets in tqdm(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss over the samples."""
    model.eval()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss_sum += criterion(outputs, targets).item() * len(inputs)
    return loss_sum / len(loader.dataset)


model = Model().to(device)
criterion = CTCLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

# The last 25% are for validation
split = int(len(recordings) * 0.75)
train_data = TensorDataset(
    torch.as_tensor(recordings[:split], dtype=torch.float32),
    torch.as_tensor(texts[:split], dtype=torch.float32),
)
val_data = TensorDataset(
    torch.as_tensor(recordings[split:], dtype=torch.float32),
    torch.as_tensor(texts[split:], dtype=torch.float32),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
val_loader = DataLoader(val_data, batch_size=32)

history = {"loss": [], "val_loss": []}
for epoch in range(2):
    loss = train_epoch(model, train_loader, criterion, optimizer)
    val_loss = evaluate(model, val_loader, criterion)
    history["loss"].append(loss)
    history["val_loss"].append(val_loss)
    print(f"Epoch {epoch + 1}/2 - loss: {loss:.4f} - val_loss: {val_loss:.4f}")

best = np.argmin(history["val_loss"])
print("best epoch:", best)
