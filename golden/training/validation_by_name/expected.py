import numpy as np
from sklearn.datasets import load_wine
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

wine = load_wine()
x = (wine.data - wine.data.mean(0)) / wine.data.std(0)
order = [i * 7 % 178 for i in range(178)]
x, y = x[order], wine.target[order]
acids, colors = x[:, :6], x[:, 6:]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(6, 6)
        self.dense_1 = nn.Linear(7, 6)
        self.dense_2 = nn.Linear(12, 3)
        self.apply(init_like_keras)

    def forward(self, acid_input, color_input):
        hidden = torch.cat(
            [torch.tanh(self.dense(acid_input)), torch.tanh(self.dense_1(color_input))],
            dim=-1,
        )
        return self.dense_2(hidden)  # logits: the loss applies the softmax


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for acid_input, color_input, targets in loader:
        acid_input = acid_input.to(device)
        color_input = color_input.to(device)
        targets = targets.to(device)
        logits = model(acid_input, color_input)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(targets)
    return loss_sum / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss over the samples."""
    model.eval()
    loss_sum = 0.0
    for acid_input, color_input, targets in loader:
        acid_input = acid_input.to(device)
        color_input = color_input.to(device)
        targets = targets.to(device)
        logits = model(acid_input, color_input)
        loss_sum += criterion(logits, targets).item() * len(targets)
    return loss_sum / len(loader.dataset)


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.2)

# What is held back is told apart by the names of the inputs
validation = ({"acids": acids[140:], "colors": colors[140:]}, y[140:])
losses = []

train_data = TensorDataset(
    torch.as_tensor(acids[:140], dtype=torch.float32),
    torch.as_tensor(colors[:140], dtype=torch.float32),
    torch.as_tensor(y[:140], dtype=torch.long),
)
val_data = TensorDataset(
    torch.as_tensor(validation[0]["acids"], dtype=torch.float32),
    torch.as_tensor(validation[0]["colors"], dtype=torch.float32),
    torch.as_tensor(validation[1], dtype=torch.long).flatten(),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
val_loader = DataLoader(val_data, batch_size=32)

history = {"loss": [], "val_loss": []}
for _ in range(3):
    loss = train_epoch(model, train_loader, criterion, optimizer)
    val_loss = evaluate(model, val_loader, criterion)
    history["loss"].append(loss)
    history["val_loss"].append(val_loss)
    losses.append(val_loss)

print(np.allclose(losses, history["val_loss"]))
