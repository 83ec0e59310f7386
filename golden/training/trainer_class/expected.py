from types import SimpleNamespace

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_digits

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class DigitClassifierModel(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.dense = nn.Linear(64, hidden)
        self.dense_1 = nn.Linear(hidden, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        return F.softmax(self.forward_logits(x), dim=-1)

    def forward_logits(self, x):
        """The scores before the softmax, for the loss."""
        x = F.relu(self.dense(x))
        return self.dense_1(x)


class DigitClassifier:
    """Trains a small network on digits."""

    def __init__(self, hidden=32, lr=1e-1):
        self.lr = lr
        self.model = self._build(hidden)
        self.criterion = nn.CrossEntropyLoss()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=self.lr)

    def _build(self, hidden):
        return DigitClassifierModel(hidden).to(device)

    def train(self, x, y, epochs=3):
        train_data = TensorDataset(
            torch.as_tensor(x, dtype=torch.float32),
            torch.as_tensor(y, dtype=torch.long).flatten(),
        )
        train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

        history = {"loss": [], "accuracy": []}
        for epoch in range(epochs):
            loss, accuracy = train_epoch(
                self.model, train_loader, self.criterion, self.optimizer
            )
            history["loss"].append(loss)
            history["accuracy"].append(accuracy)
            print(
                f"Epoch {epoch + 1}/{epochs} - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
            )
        self.history = SimpleNamespace(
            history=history, epoch=list(range(len(history["loss"])))
        )

    def evaluate(self, x, y):
        test_data = TensorDataset(
            torch.as_tensor(x, dtype=torch.float32),
            torch.as_tensor(y, dtype=torch.long).flatten(),
        )
        return list(
            evaluate_model(
                self.model, DataLoader(test_data, batch_size=32), self.criterion
            )
        )

    def predict(self, x):
        # the most likely class
        return np.argmax(predict_model(self.model, x), axis=1)

    def save(self, path):
        torch.save(self.model.state_dict(), path)


class AutoencoderModel(nn.Module):
    def __init__(self, dim, code=8):
        super().__init__()
        self.dense = nn.Linear(dim, code)
        self.dense_1 = nn.Linear(code, dim)
        self.apply(init_like_keras)

    def forward(self, inputs):
        h = F.relu(self.dense(inputs))
        return torch.sigmoid(self.dense_1(h))


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
def evaluate_model(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def predict_model(model, x):
    """Class probabilities as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


def train_net_epoch(model, loader, criterion, optimizer):
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
def predict_net(model, x):
    """Probabilities as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


class Autoencoder(object):
    def __init__(self, dim, code=8):
        self.net = AutoencoderModel(dim, code).to(device)
        self.criterion = nn.MSELoss()
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=0.01)

    def fit(self, x, epochs):
        train_data = TensorDataset(
            torch.as_tensor(x, dtype=torch.float32),
            torch.as_tensor(x, dtype=torch.float32),
        )
        train_loader = DataLoader(train_data, batch_size=16, shuffle=True)

        history = {"loss": []}
        for _ in range(epochs):
            loss = train_net_epoch(
                self.net, train_loader, self.criterion, self.optimizer
            )
            history["loss"].append(loss)
        return SimpleNamespace(history=history, epoch=list(range(len(history["loss"]))))

    def reconstruct(self, x):
        return predict_net(self.net, x)


if __name__ == '__main__':
    x, y = load_digits(return_X_y=True)
    x = x / 16.
    clf = DigitClassifier()
    clf.train(x[:1500], y[:1500])
    clf.train(x[:1500], y[:1500], epochs=2)
    losses = clf.history.history['loss']
    score = clf.evaluate(x[1500:], y[1500:])
    print(clf.predict(x[1500:])[:10])
    coder = Autoencoder(64)
    history = coder.fit(x, epochs=2)
    prediction = coder.reconstruct(x[:10])
