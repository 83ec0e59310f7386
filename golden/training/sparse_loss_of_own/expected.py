import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

rng = np.random.default_rng(0)
text = rng.integers(1, 12, size=(60, 7))
text[:, 5:] *= rng.integers(0, 2, size=(60, 2))
x, y = text[:, :-1], text[:, 1:]


def masked_loss(labels, logits):
    loss = F.cross_entropy(logits.movedim(-1, 1), labels, reduction="none")
    # padding does not count
    mask = (labels != 0).float()
    return (loss * mask).sum() / mask.sum()


def perplexity(labels, logits):
    loss = F.cross_entropy(logits.movedim(-1, 1), labels, reduction="none")
    return loss.mean().exp()


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(12, 8)
        self.gru = nn.GRU(8, 8, batch_first=True)
        self.dense = nn.Linear(8, 12)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.embedding(x.long())
        x, _ = self.gru(x)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.uniform_(module.weight, -0.05, 0.05)
    elif isinstance(module, nn.GRU):
        for name, weight in module.named_parameters():
            if "weight_ih" in name:
                nn.init.xavier_uniform_(weight)
            elif "weight_hh" in name:
                nn.init.orthogonal_(weight)
            else:
                nn.init.zeros_(weight)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and perplexity over the samples."""
    model.train()
    loss_sum = perplexity_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(targets, outputs)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        perplexity_sum += perplexity(targets, outputs).item()
    return loss_sum / len(loader.dataset), perplexity_sum / len(loader)


model = Model().to(device)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long)
)
train_loader = DataLoader(train_data, batch_size=20, shuffle=True)

history = {"loss": [], "perplexity": []}
for _ in range(3):
    loss, train_perplexity = train_epoch(model, train_loader, masked_loss, optimizer)
    history["loss"].append(loss)
    history["perplexity"].append(train_perplexity)

print(history["perplexity"])
