"""What a model says decides what comes next: in heads of loops and conditions, and in lambdas."""

from sklearn.datasets import load_breast_cancer
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_breast_cancer(return_X_y=True)
x = (x - x.mean(axis=0)) / x.std(axis=0)
x_train, y_train, x_test, y_test = x[:400], y[:400], x[400:], y[400:]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(30, 16)
        self.dense_1 = nn.Linear(16, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)  # logits: the loss applies the sigmoid


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def predict(model, x):
    """Probabilities as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat(
        [model(batch.to(device)).sigmoid().cpu() for batch in batches]
    ).numpy()


model = Model().to(device)
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

rounds, loss = 0, 10

train_data = TensorDataset(
    torch.as_tensor(x_train, dtype=torch.float32),
    torch.as_tensor(y_train, dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

while loss > 0.2 and rounds < 4:
    train_loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
    history = {"loss": [train_loss], "accuracy": [accuracy]}
    loss = history["loss"][-1]
    rounds += 1

test_data = TensorDataset(
    torch.as_tensor(x_test, dtype=torch.float32),
    torch.as_tensor(y_test, dtype=torch.float32).reshape(-1, 1),
)
if evaluate(model, DataLoader(test_data, batch_size=32), criterion)[1] > 0.8:  # good enough
    train_data = TensorDataset(
        torch.as_tensor(x_train, dtype=torch.float32),
        torch.as_tensor(y_train, dtype=torch.float32).reshape(-1, 1),
    )
    train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

    for _ in range(2):
        train_epoch(model, train_loader, criterion, optimizer)

wrong = []
for number, (chance, target) in enumerate(zip(predict(model, x_test), y_test)):
    # the numbers of what it takes for something else
    if (chance[0] > 0.5) != target:
        wrong.append(number)

if history["accuracy"][0] > 0.99:
    level = 2
elif predict(model, x_test[:1])[0, 0] > 0.5:
    level = 1
else:
    level = 0

chance_of = lambda sample: predict(model, sample[None])[0, 0]
chances = [chance_of(sample) for sample in x_test[:3]]
