import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

rng = np.random.default_rng(0)
x = rng.normal(size=(60, 6, 6, 3))
y = x.sum(axis=(1, 2, 3)).reshape(-1, 1) / 10


class Model(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.hidden = nn.Linear(64, width)
        self.out = nn.Linear(width, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv(x)
        x = x.permute(0, 2, 3, 1).flatten(1)
        x = torch.tanh(self.hidden(x))
        return self.out(x)


def to_array(weight):
    """A copy of a weight as a numpy array."""
    return weight.detach().cpu().numpy().copy()


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
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


def build_model(width=8):
    return Model(width).to(device)


model = build_model()
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.float32)
)
train_loader = DataLoader(train_data, batch_size=20, shuffle=True)
train_epoch(model, train_loader, criterion, optimizer)
before = [to_array(model.conv.weight.permute(2, 3, 1, 0)), to_array(model.conv.bias)]
# the last layer starts again
with torch.no_grad():
    model.out.weight.T.copy_(torch.as_tensor(np.full((8, 1), 0.1)))
    model.out.bias.copy_(torch.as_tensor(np.zeros(1)))

for _ in range(2):
    train_epoch(model, train_loader, criterion, optimizer)

filters, bias = [
    to_array(model.conv.weight.permute(2, 3, 1, 0)),
    to_array(model.conv.bias),
]
kernel = to_array(model.hidden.weight.T)
moved = np.abs(filters - before[0]).max()
print(filters.shape, kernel.shape, moved)

other = build_model()
start = predict(other, x)
other.conv.load_state_dict(model.conv.state_dict())
if kernel.shape == (64, 8):
    with torch.no_grad():
        other.hidden.weight.T.copy_(torch.as_tensor(kernel))
        other.hidden.bias.copy_(torch.as_tensor(to_array(model.hidden.bias)))
last = [to_array(model.out.weight.T), to_array(model.out.bias)]
with torch.no_grad():
    for weight, array in zip([other.out.weight.T, other.out.bias], last, strict=True):
        weight.copy_(torch.as_tensor(array))
apart = np.abs(predict(other, x) - predict(model, x)).max()
print(apart)
