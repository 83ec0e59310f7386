"""Embeddings that are near each other where they are of one kind."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

rng = np.random.default_rng(0)
features = rng.normal(size=(128, 12))
kinds = rng.integers(0, 4, size=128)


class Embedder(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(12, 16)
        self.dense_1 = nn.Linear(16, 8)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        x = self.dense_1(x)
        return F.normalize(x, dim=-1)  # on a sphere


class CircleLoss(nn.Module):
    """Pulls normalized embeddings of one class together, and pushes those of others apart."""

    def __init__(self, gamma=80.0, margin=0.4):
        super().__init__()
        self.gamma, self.margin = gamma, margin

    def forward(self, embeddings, targets):
        distances = (1 - embeddings @ embeddings.T).clamp(min=0)
        same = targets[:, None] == targets
        others = ~torch.eye(len(targets), dtype=torch.bool, device=targets.device)
        near = (self.margin + distances) * (distances - self.margin)
        far = (1 + self.margin - distances).clamp(min=0) * (1 - self.margin - distances)
        near = (self.gamma * near).masked_fill(~(same & others), -1e30).logsumexp(1)
        far = (self.gamma * far).masked_fill(same, -1e30).logsumexp(1)
        losses = F.softplus(near + far)
        return losses.sum() / (losses > 0).sum().clamp(min=1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


@torch.no_grad()
def predict(model, x):
    """Outputs as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


embedder = Embedder().to(device)
criterion = CircleLoss(gamma=32.0)
optimizer = torch.optim.SGD(embedder.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(features, dtype=torch.float32),
    torch.as_tensor(kinds, dtype=torch.long),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

history = {"loss": []}
for epoch in range(3):
    loss = train_epoch(embedder, train_loader, criterion, optimizer)
    history["loss"].append(loss)
    print(f"Epoch {epoch + 1}/3 - loss: {loss:.4f}")

embeddings = predict(embedder, features)
print(embeddings.shape, history["loss"])
