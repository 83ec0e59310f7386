import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x = np.random.rand(60, 6)
y = np.random.rand(60, 1)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(6, 8)
        self.dense = nn.Linear(8, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.hidden(x))
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm1d) and not layer.weight.requires_grad:
            layer.eval()  # it is not trainable
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


model = Model()
# TODO(tf2torch) T2T101: `compile` is left as it is: so is `fit` in line 14, of the same model
model.compile("sgd", "mse")
model.fit(x, y)
# without another compile, it depends on Keras's version what that means
model.hidden.requires_grad_(False)
# TODO(tf2torch) T2T101: `fit` is left as it is: layers are frozen or not any more, and it trains on without a new `compile`
model.fit(x, y)


class Normed(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(8, eps=1e-3, momentum=0.01)
        self.dense = nn.Linear(6, 8)
        self.dense_1 = nn.Linear(8, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        x = self.norm(x)
        return self.dense_1(x)


normed = Normed().to(device)
normed_criterion = nn.MSELoss()
normed_optimizer = torch.optim.SGD(normed.parameters(), lr=0.01)
train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.float32)
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
loss = train_epoch(normed, train_loader, normed_criterion, normed_optimizer)
print(f"loss: {loss:.4f}")
normed.norm.requires_grad_(False)
normed_criterion = nn.MSELoss()
normed_optimizer = torch.optim.SGD(normed.parameters(), lr=0.01)
loss = train_epoch(normed, train_loader, normed_criterion, normed_optimizer)
print(f"loss: {loss:.4f}")
