from sklearn.datasets import load_iris
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Model(nn.Module):
    def __init__(self, hidden=12):
        super().__init__()
        self.dense = nn.Linear(4, hidden)
        self.dense_1 = nn.Linear(hidden, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        return F.softmax(self.forward_logits(x), dim=-1)

    def forward_logits(self, x):
        """The scores before the softmax, for the loss."""
        x = F.relu(self.dense(x))
        return self.dense_1(x)


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
        logits = model.forward_logits(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


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


def create_model(learning_rate, hidden=12):
    return Model(hidden).to(device)


iris = load_iris()
order = [i * 7 % 150 for i in range(150)]
X, y = iris.data[order], iris.target[order]

model = create_model(0.02)
# integer labels
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
print(model)

# The last 30% are for validation
split = int(len(X) * 0.7)
train_data = TensorDataset(
    torch.as_tensor(X[:split], dtype=torch.float32),
    torch.as_tensor(y[:split], dtype=torch.long),
)
val_data = TensorDataset(
    torch.as_tensor(X[split:], dtype=torch.float32),
    torch.as_tensor(y[split:], dtype=torch.long),
)
train_loader = DataLoader(train_data, batch_size=10, shuffle=True)
val_loader = DataLoader(val_data, batch_size=10)

history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
for _ in range(5):
    loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, val_loader, criterion)
    history["loss"].append(loss)
    history["accuracy"].append(accuracy)
    history["val_loss"].append(val_loss)
    history["val_accuracy"].append(val_accuracy)

print(history["val_accuracy"])
test_data = TensorDataset(
    torch.as_tensor(X, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long)
)
accuracy = evaluate(model, DataLoader(test_data, batch_size=32), criterion)[1]
