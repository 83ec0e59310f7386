from types import SimpleNamespace

from sklearn.datasets import load_iris
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Model(nn.Module):
    def __init__(self, n_features, n_classes):
        super().__init__()
        self.dense = nn.Linear(n_features, 16)
        self.dense_1 = nn.Linear(16, n_classes)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return F.softmax(self.dense_1(x), dim=-1)


def sparse_categorical_crossentropy(probabilities, targets):
    """Crossentropy of probabilities, clipped as Keras clips them, with classes as targets."""
    probabilities = probabilities.clamp(1e-7, 1 - 1e-7)
    probabilities = probabilities / probabilities.sum(-1, keepdim=True)
    return -probabilities.gather(-1, targets.unsqueeze(-1)).log().mean()


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = 0.0
    for inputs, targets in tqdm(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += (outputs.argmax(1) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss_sum += criterion(outputs, targets).item() * len(inputs)
        correct += (outputs.argmax(1) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


def build_model(n_features, n_classes):
    return Model(n_features, n_classes).to(device)


def train_model(model, optimizer, x, y, epochs=3):
    # The last 20% are for validation
    split = int(len(x) * 0.8)
    train_data = TensorDataset(
        torch.as_tensor(x[:split], dtype=torch.float32),
        torch.as_tensor(y[:split], dtype=torch.long).flatten(),
    )
    val_data = TensorDataset(
        torch.as_tensor(x[split:], dtype=torch.float32),
        torch.as_tensor(y[split:], dtype=torch.long).flatten(),
    )
    train_loader = DataLoader(train_data, batch_size=16, shuffle=True)
    val_loader = DataLoader(val_data, batch_size=16)

    history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
    for epoch in range(epochs):
        loss, accuracy = train_epoch(
            model, train_loader, sparse_categorical_crossentropy, optimizer
        )
        val_loss, val_accuracy = evaluate(
            model, val_loader, sparse_categorical_crossentropy
        )
        history["loss"].append(loss)
        history["accuracy"].append(accuracy)
        history["val_loss"].append(val_loss)
        history["val_accuracy"].append(val_accuracy)
        print(
            f"Epoch {epoch + 1}/{epochs} - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
            f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
        )
    history = SimpleNamespace(history=history, epoch=list(range(len(history["loss"]))))

    return history


def evaluate_model(model, x, y):
    test_data = TensorDataset(
        torch.as_tensor(x, dtype=torch.float32),
        torch.as_tensor(y, dtype=torch.long).flatten(),
    )
    loss, acc = evaluate(
        model, DataLoader(test_data, batch_size=32), sparse_categorical_crossentropy
    )
    print("loss", loss, "acc", acc)


def main():
    x, y = load_iris(return_X_y=True)
    model = build_model(4, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    history = train_model(model, optimizer, x, y)
    evaluate_model(model, x, y)
    print(history.history["val_loss"])


if __name__ == "__main__":
    main()
