"""Handwritten digits, by the features of an autoencoder."""

from sklearn.datasets import load_digits
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Encoder(nn.Module):
    def __init__(self, dim=16):
        super().__init__()
        self.dense = nn.Linear(64, 32)
        self.dense_1 = nn.Linear(32, dim)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)


def build_encoder(dim=16):
    return Encoder(dim)


class Autoencoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder
        self.dense = nn.Linear(16, 32)
        self.dense_1 = nn.Linear(32, 64)
        self.dense.apply(init_like_keras)
        self.dense_1.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(self.encoder(x)))
        return torch.sigmoid(self.dense_1(x))


def build_autoencoder(encoder):
    return Autoencoder(encoder).to(device)


class Classifier(nn.Module):
    def __init__(self, encoder, classes):
        super().__init__()
        self.encoder = encoder
        self.dense = nn.Linear(16, classes)
        self.dense.apply(init_like_keras)

    def forward(self, x):
        return F.softmax(self.forward_logits(x), dim=-1)

    def forward_logits(self, x):
        """The scores before the softmax, for the loss."""
        x = self.encoder(x)
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


def train_classifier_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = 0.0
    for inputs, targets in tqdm(loader):
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


def build_classifier(encoder, classes):
    # the features stay as the autoencoder found them
    encoder.requires_grad_(False)
    return Classifier(encoder, classes).to(device)


x, y = load_digits(return_X_y=True)
x = x / 16.0

encoder = build_encoder()
autoencoder = build_autoencoder(encoder)
autoencoder_criterion = nn.MSELoss()
autoencoder_optimizer = torch.optim.SGD(autoencoder.parameters(), lr=0.1, momentum=0.9)

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(x, dtype=torch.float32)
)
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)

for epoch in range(2):
    loss = train_epoch(
        autoencoder, train_loader, autoencoder_criterion, autoencoder_optimizer
    )
    print(f"Epoch {epoch + 1}/2 - loss: {loss:.4f}")

classifier = build_classifier(encoder, classes=10)
classifier_criterion = nn.CrossEntropyLoss()
classifier_optimizer = torch.optim.SGD(classifier.parameters(), lr=0.1)

# The last 20% are for validation
split = int(len(x) * 0.8)
train_data = TensorDataset(
    torch.as_tensor(x[:split], dtype=torch.float32),
    torch.as_tensor(y[:split], dtype=torch.long),
)
val_data = TensorDataset(
    torch.as_tensor(x[split:], dtype=torch.float32),
    torch.as_tensor(y[split:], dtype=torch.long),
)
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)
val_loader = DataLoader(val_data, batch_size=64)

history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
for epoch in range(3):
    loss, accuracy = train_classifier_epoch(
        classifier, train_loader, classifier_criterion, classifier_optimizer
    )
    val_loss, val_accuracy = evaluate(classifier, val_loader, classifier_criterion)
    history["loss"].append(loss)
    history["accuracy"].append(accuracy)
    history["val_loss"].append(val_loss)
    history["val_accuracy"].append(val_accuracy)
    print(
        f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )

print(f"best accuracy: {max(history['val_accuracy']):.3f}")
