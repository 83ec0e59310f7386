import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm
from sklearn.datasets import load_digits

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_digits(return_X_y=True)
x = (x / 16.0).astype("float32").reshape(-1, 8, 8, 1)

# in random order
train_ds = TensorDataset(torch.tensor(x[:1500]), torch.tensor(y[:1500]))
train_ds = DataLoader(train_ds, batch_size=32, shuffle=True)
test_ds = DataLoader(
    TensorDataset(torch.tensor(x[1500:]), torch.tensor(y[1500:])), batch_size=32
)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(1, 16, 3)
        self.dense = nn.Linear(576, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = count = 0.0
    for inputs, targets in tqdm(loader):
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.long)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = count = 0.0
    for inputs, targets in loader:
        inputs = inputs.to(device, torch.float32)
        targets = targets.to(device, torch.long)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
        count += len(inputs)
    return loss_sum / count, correct / count


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

for epoch in range(3):
    loss, accuracy = train_epoch(model, train_ds, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, test_ds, criterion)
    print(
        f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )

score = evaluate(model, test_ds, criterion)
