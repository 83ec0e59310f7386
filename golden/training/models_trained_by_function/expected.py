from sklearn.datasets import load_digits
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

digits = load_digits()
x, y = digits.data[:600] / 16.0, digits.target[:600]


class Shallow(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(64, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        return F.softmax(self.forward_logits(x), dim=-1)

    def forward_logits(self, x):
        """The scores before the softmax, for the loss."""
        return self.dense(x)


def shallow(rate):
    return Shallow().to(device)


class Deep(nn.Module):
    def __init__(self, width=24):
        super().__init__()
        self.dense = nn.Linear(64, width)
        self.dense_1 = nn.Linear(width, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        return F.softmax(self.forward_logits(x), dim=-1)

    def forward_logits(self, x):
        """The scores before the softmax, for the loss."""
        x = torch.tanh(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


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
        correct += (logits.argmax(1) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def predict(model, x):
    """Class probabilities as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


def deep(width=24):
    return Deep(width).to(device)


def train(model, criterion, optimizer, inputs, epochs):
    train_data = TensorDataset(
        torch.as_tensor(inputs, dtype=torch.float32),
        torch.as_tensor(y, dtype=torch.long),
    )
    train_loader = DataLoader(train_data, batch_size=50, shuffle=True)

    history = {"loss": [], "accuracy": []}
    for _ in range(epochs):
        loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
        history["loss"].append(loss)
        history["accuracy"].append(accuracy)

    return history["loss"]


slow = shallow(0.1)
slow_criterion = nn.CrossEntropyLoss()
slow_optimizer = torch.optim.SGD(slow.parameters(), lr=0.1)
fast = shallow(1 - 0.5)
fast_criterion = nn.CrossEntropyLoss()
fast_optimizer = torch.optim.SGD(fast.parameters(), lr=1 - 0.5)
wide = deep()
wide_criterion = nn.CrossEntropyLoss()
wide_optimizer = torch.optim.SGD(wide.parameters(), lr=0.2)
losses = [
    train(slow, slow_criterion, slow_optimizer, x, 2),
    train(fast, fast_criterion, fast_optimizer, x, 2),
]
losses.append(train(wide, wide_criterion, wide_optimizer, x, epochs=3))
for _ in range(2):
    losses.append(train(slow, slow_criterion, slow_optimizer, x + 0.1, epochs=1))
print(losses)
test_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long)
)
print(
    list(evaluate(slow, DataLoader(test_data, batch_size=32), slow_criterion)),
    evaluate(fast, DataLoader(test_data, batch_size=32), fast_criterion)[1],
    predict(wide, x)[0],
)
