import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm
from tensorflow.keras.optimizers import SGD

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

X, y = np.random.rand(20, 4), np.random.rand(20, 3)


class First(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


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
def predict(model, x):
    """Outputs as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


model = First().to(device)
first_criterion = nn.MSELoss()
first_optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
train_data = TensorDataset(
    torch.as_tensor(X, dtype=torch.float32), torch.as_tensor(y, dtype=torch.float32)
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
loss = train_epoch(model, train_loader, first_criterion, first_optimizer)
print(f"loss: {loss:.4f}")
first = model


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


model = Model().to(device)
model_criterion = nn.MSELoss()
model_optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
loss = train_epoch(model, train_loader, model_criterion, model_optimizer)
print(f"loss: {loss:.4f}")
loss = train_epoch(first, train_loader, first_criterion, first_optimizer)
print(f"loss: {loss:.4f}")

last = None


class Last(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


for rate in (0.1, 0.2):
    net = Last()
    # TODO(tf2torch) T2T101: `compile` is left as it is: so is `fit` in line 24, of the same model
    net.compile(loss="mse", optimizer=SGD(rate))
    net.fit(X, y)
    last = net
# TODO(tf2torch) T2T101: `fit` is left as it is: another model has the name that this one had before
last.fit(X, y)

pair = [first, np.random.rand(3) @ predict(model, X)]
torch.save(pair[0].state_dict(), "first.pt")
