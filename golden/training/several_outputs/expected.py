import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm
from sklearn.datasets import load_digits

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = load_digits(return_X_y=True)
x = x / 16.0
parity = y % 2


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(64, 32)
        self.digit = nn.Linear(32, 10)
        self.odd = nn.Linear(32, 1)
        self.apply(init_like_keras)

    def forward(self, inputs):
        digit, odd = self.forward_logits(inputs)
        return F.softmax(digit, dim=-1), torch.sigmoid(odd)

    def forward_logits(self, inputs):
        """The outputs before the softmax and the sigmoid, for the loss."""
        h = F.relu(self.dense(inputs))
        digit = self.digit(h)
        odd = self.odd(h)
        return digit, odd


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, digit_criterion, odd_criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = digit_loss_sum = odd_loss_sum = digit_correct = odd_correct = 0.0
    for inputs, digit_targets, odd_targets in tqdm(loader):
        inputs = inputs.to(device)
        digit_targets = digit_targets.to(device)
        odd_targets = odd_targets.to(device)
        digit, odd = model.forward_logits(inputs)
        digit_loss = digit_criterion(digit, digit_targets)
        odd_loss = odd_criterion(odd, odd_targets)
        loss = digit_loss + 0.5 * odd_loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        digit_loss_sum += digit_loss.item()
        odd_loss_sum += odd_loss.item()
        digit_correct += (digit.argmax(1) == digit_targets).sum().item()
        odd_correct += ((odd > 0) == odd_targets).sum().item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        digit_loss_sum / len(loader),
        odd_loss_sum / len(loader),
        digit_correct / count,
        odd_correct / count,
    )


@torch.no_grad()
def evaluate(model, loader, digit_criterion, odd_criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = digit_loss_sum = odd_loss_sum = digit_correct = odd_correct = 0.0
    for inputs, digit_targets, odd_targets in loader:
        inputs = inputs.to(device)
        digit_targets = digit_targets.to(device)
        odd_targets = odd_targets.to(device)
        digit, odd = model.forward_logits(inputs)
        digit_loss = digit_criterion(digit, digit_targets)
        odd_loss = odd_criterion(odd, odd_targets)
        loss = digit_loss + 0.5 * odd_loss
        loss_sum += loss.item() * len(inputs)
        digit_loss_sum += digit_loss.item()
        odd_loss_sum += odd_loss.item()
        digit_correct += (digit.argmax(1) == digit_targets).sum().item()
        odd_correct += ((odd > 0) == odd_targets).sum().item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        digit_loss_sum / len(loader),
        odd_loss_sum / len(loader),
        digit_correct / count,
        odd_correct / count,
    )


@torch.no_grad()
def predict(model, x):
    """Outputs as numpy arrays."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    outputs = [model(batch.to(device)) for batch in batches]
    return [torch.cat(parts).cpu().numpy() for parts in zip(*outputs)]


model = Model().to(device)
digit_criterion = nn.CrossEntropyLoss()
odd_criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

# The last 10% are for validation
split = int(len(x) * 0.9)
train_data = TensorDataset(
    torch.as_tensor(x[:split], dtype=torch.float32),
    torch.as_tensor(y[:split], dtype=torch.long).flatten(),
    torch.as_tensor(parity[:split], dtype=torch.float32).reshape(-1, 1),
)
val_data = TensorDataset(
    torch.as_tensor(x[split:], dtype=torch.float32),
    torch.as_tensor(y[split:], dtype=torch.long).flatten(),
    torch.as_tensor(parity[split:], dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)
val_loader = DataLoader(val_data, batch_size=64)

history = {
    "loss": [],
    "digit_loss": [],
    "odd_loss": [],
    "digit_accuracy": [],
    "odd_accuracy": [],
    "val_loss": [],
    "val_digit_loss": [],
    "val_odd_loss": [],
    "val_digit_accuracy": [],
    "val_odd_accuracy": [],
}
for epoch in range(3):
    loss, digit_loss, odd_loss, digit_accuracy, odd_accuracy = train_epoch(
        model, train_loader, digit_criterion, odd_criterion, optimizer
    )
    (
        val_loss,
        val_digit_loss,
        val_odd_loss,
        val_digit_accuracy,
        val_odd_accuracy,
    ) = evaluate(model, val_loader, digit_criterion, odd_criterion)
    history["loss"].append(loss)
    history["digit_loss"].append(digit_loss)
    history["odd_loss"].append(odd_loss)
    history["digit_accuracy"].append(digit_accuracy)
    history["odd_accuracy"].append(odd_accuracy)
    history["val_loss"].append(val_loss)
    history["val_digit_loss"].append(val_digit_loss)
    history["val_odd_loss"].append(val_odd_loss)
    history["val_digit_accuracy"].append(val_digit_accuracy)
    history["val_odd_accuracy"].append(val_odd_accuracy)
    print(
        f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - digit_loss: {digit_loss:.4f}"
        f" - odd_loss: {odd_loss:.4f} - digit_accuracy: {digit_accuracy:.4f}"
        f" - odd_accuracy: {odd_accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_digit_loss: {val_digit_loss:.4f}"
        f" - val_odd_loss: {val_odd_loss:.4f}"
        f" - val_digit_accuracy: {val_digit_accuracy:.4f}"
        f" - val_odd_accuracy: {val_odd_accuracy:.4f}"
    )

print(history["val_digit_accuracy"])
test_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32),
    torch.as_tensor(y, dtype=torch.long).flatten(),
    torch.as_tensor(parity, dtype=torch.float32).reshape(-1, 1),
)
score = evaluate(
    model, DataLoader(test_data, batch_size=32), digit_criterion, odd_criterion
)
digits, odds = predict(model, x[:5])
print(digits.argmax(1), odds)
